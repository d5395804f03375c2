"""How long the measuring machine kept a request waiting itself, so that its load is never taken for a system's slowness.

Linux counts the time in which some task waited for a processor (pressure stall information,
https://docs.kernel.org/accounting/psi.html); elsewhere the load average tells whether more wanted to run than could.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

PRESSURE = Path("/proc/pressure/cpu")
_TOTAL = re.compile(r"some .*total=(\d+)")


class Stopwatch:
    """Started when a request leaves; `waited_ms()` is what the machine's own load may have added since, at most the
    whole time.
    """

    def __init__(self) -> None:
        self._began, self._stalled = time.monotonic(), _stalled_s()

    def waited_ms(self) -> float:
        elapsed, stalled = time.monotonic() - self._began, _stalled_s()
        if stalled is None or self._stalled is None:
            waited = elapsed if _overloaded() else 0.0
        else:
            waited = min(elapsed, max(0.0, stalled - self._stalled))
        return round(waited * 1000, 2)


def _stalled_s() -> float | None:
    """Seconds since the machine started in which a task waited for a processor; None where nobody counts them."""
    try:
        found = _TOTAL.search(PRESSURE.read_text(encoding="ascii"))
    except OSError:
        return None
    return int(found[1]) / 1_000_000 if found else None


def _overloaded() -> bool:
    """More tasks than processors in the last minute; False where the platform does not say."""
    try:
        return os.getloadavg()[0] > (os.cpu_count() or 1)
    except (AttributeError, OSError):
        return False
