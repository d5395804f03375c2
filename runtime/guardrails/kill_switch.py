"""The kill switch: a file whose presence refuses every write, in every process that looks at the same folder, at the next decision.

A file, because it needs no running service to be set, and a person can set it with any tool.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

NAME = "STOP"


@dataclass(frozen=True)
class KillSwitch:
    """`folder` is the folder's `.cxready/`. An unreadable flag counts as set."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / NAME

    @cached_property
    def _flag(self) -> str:
        return os.fspath(self.path)

    def is_on(self) -> bool:
        try:
            os.stat(self._flag)  # noqa: PTH116 looked at before each write
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return True

    def turn_on(self, by: str = "", why: str = "") -> None:
        """Stops all writes. Turning it on twice keeps the first note."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            part = self.path.with_suffix(".part")
            part.write_text(json.dumps({"at": time.time(), "by": by, "why": why}), encoding="utf-8")
            os.replace(part, self.path)

    def turn_off(self) -> None:
        self.path.unlink(missing_ok=True)
