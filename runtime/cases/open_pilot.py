"""The open pilot that the steps of this process work with, and whether it is closing."""

from __future__ import annotations

import json
import threading
from typing import Any

from runtime.cases.walk import Suspended
from runtime.piloting.pilot import Pilot

Plain = dict[str, Any]
_open: list[Pilot] = []
_closing = threading.Event()


def use(pilot: Pilot | None) -> None:
    """The pilot that the steps of this process work with."""
    _open[:] = [pilot] if pilot else []
    _closing.clear()


def close() -> None:
    """No case begins any more; what fails from here on is taken up by the next start."""
    _closing.set()


def is_closing() -> bool:
    return _closing.is_set() or not _open


def pilot() -> Pilot:
    if not _open:
        raise Suspended
    return _open[0]


def plain(value: Any) -> Any:
    """JSON values only: what is checkpointed must be readable by the next version."""
    return json.loads(json.dumps(value, default=str))
