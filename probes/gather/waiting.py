"""What waits for a window or a person is not finished: a later run of the same command goes on there.

And the ledger that lets a write begin only while its window leaves room to take it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from probes.artifact import Artifact, Missing
from runtime.systems.settings import Window
from runtime.systems.windows import check_room
from runtime.systems.write_ledger import WriteLedger

WAITING = ("window", "interrupted")
ROOM_S = 300.0  # a drill looks for alerts for a minute before it closes its tickets


def waits(found: Artifact | Missing) -> bool:
    """Missing only for now: outside a window, or until a person signs in again."""
    return isinstance(found, Missing) and found.cause in WAITING


class RoomyLedger(WriteLedger):
    """Refuses a write that could not be taken back before the system's window closes. `windows`: by system."""

    windows: Mapping[str, Sequence[Window]] = {}

    def intend(self, system: str, *arguments: Any, **more: Any) -> int:
        """See `WriteLedger.intend`.

        Raises:
            WindowShut: the window closes too soon; nothing was noted, nothing may be sent.
        """
        check_room(self.windows.get(system, ()), needed_s=ROOM_S, system=system)
        return super().intend(system, *arguments, **more)
