"""Readers for older formats of manifests and artifacts: old evidence is read, never rewritten.

Format 1 is the first one; a later format adds a step here that turns the one before into it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from runtime.errors import BadInput

NEWEST = 1
STEPS: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""(kind, format) → what turns that format into the next one."""


def upgraded(kind: str, raw: Any) -> Any:
    """A document as the newest format has it.

    Raises:
        BadInput: it is newer than this version reads.
    """
    if not isinstance(raw, dict):
        return raw
    found = raw.get("format", NEWEST)
    if isinstance(found, int) and found > NEWEST:
        raise BadInput(f"{kind} has format {found}, newer than this version reads", kind, "install a newer cxready")
    while isinstance(raw, dict) and (kind, raw.get("format", NEWEST)) in STEPS:
        raw = STEPS[(kind, raw["format"])](raw)
    return raw
