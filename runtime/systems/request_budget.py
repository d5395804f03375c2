"""How many HTTP requests one system may get in a run; every request counts, also for tokens, redirects and retries."""

from __future__ import annotations

import threading

from runtime.errors import Refused


class RequestBudget:
    """A counter that several threads share.

    Args:
        limit: requests allowed; the default is what a first assessment promises.
        used: requests that an earlier part of the same run already sent.
    """

    def __init__(self, limit: int = 100, *, used: int = 0, system: str = "") -> None:
        self.limit, self.system = limit, system
        self._used = used
        self._lock = threading.Lock()

    @property
    def used(self) -> int:
        return self._used

    @property
    def left(self) -> int:
        return max(0, self.limit - self._used)

    def take(self) -> int:
        """Counts one request and returns its number, from 1.

        Raises:
            Refused: the budget is spent; nothing may be sent.
        """
        with self._lock:
            if self._used >= self.limit:
                raise Refused(
                    f"the budget of {self.limit} requests is spent",
                    self.system,
                    "raise it with --max-requests, or run the rest later",
                )
            self._used += 1
            return self._used
