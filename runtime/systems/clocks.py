"""This machine's clock against the clocks of systems: windows mean nothing on a clock that is an hour off.

Systems say the time in the Date header of their answers (RFC 9110, 6.6.1). Five minutes are what Kerberos allows by
default (RFC 4120, section 1.6), so company networks keep them.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from runtime.errors import Refused

TOLERATED = timedelta(minutes=5)


class WrongClock(Refused):
    """Our time and a system's disagree, so nobody can say whether its window is open."""


class Clocks:
    """How far this machine is ahead of each system, by its last answer; safe between threads."""

    def __init__(self) -> None:
        self._ahead: dict[str, timedelta] = {}
        self._lock = threading.Lock()

    def note(self, system: str, headers: Mapping[str, str], at: datetime) -> None:
        """Learns from an answer that came at `at`; one out of a cache (Age) says nothing."""
        held = {name.lower(): value for name, value in headers.items()}
        if "date" not in held or held.get("age", "0").strip() not in ("0", ""):
            return
        try:
            theirs = parsedate_to_datetime(held["date"])
        except (ValueError, TypeError):
            return
        theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
        with self._lock:
            self._ahead[system] = at - theirs

    def off(self) -> dict[str, str]:
        """Systems whose clock disagrees with ours, each with a sentence."""
        with self._lock:
            return {name: _says(name, ahead) for name, ahead in self._ahead.items() if abs(ahead) > TOLERATED}

    def check(self, system: str) -> None:
        """For systems with windows: passes until an answer shows another time than ours.

        Raises:
            WrongClock: more than five minutes apart.
        """
        found = self.off().get(system)
        if found:
            raise WrongClock(
                f"{found}; its window cannot be kept, so nothing more is sent",
                system,
                "set this machine's clock (timedatectl, w32tm /resync), or have the system's set, and run it again",
            )


def _says(system: str, ahead: timedelta) -> str:
    minutes = round(abs(ahead).total_seconds() / 60)
    return f"this machine's clock is {minutes} min {'ahead of' if ahead > timedelta(0) else 'behind'} that of {system}"
