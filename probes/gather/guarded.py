"""The approved plan as a gate before every request on the wire, and a system that remembers what its answers were.

The gate stands where requests leave, so that redirects, retries and tokens are counted as well: what the plan does not
hold is refused before it leaves.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from probes.gather.own_waits import Stopwatch
from runtime.errors import BadInput, Refused
from runtime.systems.exchange import Exchange, System, Why
from runtime.systems.operations import find_operation as found_in
from runtime.systems.outgoing import HANDSHAKE, Gate, Outgoing
from runtime.systems.surface import Operation, Surface

if TYPE_CHECKING:
    from probes.gather.plan import PlanLine
    from runtime.systems.write_ledger import WriteLedger

Line = tuple[str, str, str]
SIGN_IN = "token"
_NEW_PLAN = "make a new plan with `cxready collect DIR --dry-run -o plan.json` and have it approved"


class PlanGuard:
    """Remaining requests by (system, method, path template); safe between threads.

    Args:
        used: what earlier starts of the same run sent.
        kept: requests a system beyond the lines, only for taking back own records by operations of the plan.
        starts: how often the run was started; each start may open a session as often as the plan says.

    Sign-ins to a system of the plan are not counted here: a token ends when it ends, and taking back must not wait for
    a new plan. The budget of the system bounds them.
    """

    def __init__(
        self,
        lines: Iterable[PlanLine],
        used: Mapping[Line, int] | None = None,
        kept: Mapping[str, int] | None = None,
        starts: int = 1,
    ) -> None:
        self._left: dict[Line, int] = {}
        self._kept = dict(kept or {})
        self._cleaning = False
        self._lock = threading.Lock()
        for line in lines:
            key = (line.system, line.method, line.path)
            self._left[key] = self._left.get(key, 0) + line.count * (starts if line.path == HANDSHAKE else 1)
        for key, count in (used or {}).items():
            if key in self._left and key[2] != SIGN_IN:
                over = max(0, count - self._left[key])
                self._left[key] -= count - over
                self._kept[key[0]] = max(0, self._kept.get(key[0], 0) - over)

    def take(self, system: str, method: str, path: str) -> None:
        """Uses one request of the plan.

        Raises:
            Refused: the plan does not hold it, or holds no more of it.
        """
        key = (system, method, path)
        with self._lock:
            if self._signs_in(system, method, path):
                return
            if key not in self._left:
                raise Refused(f"the approved plan holds no {method} {path}", system, _NEW_PLAN)
            if self._left[key] > 0:
                self._left[key] -= 1
            elif self._cleaning and self._kept.get(system, 0) > 0:
                self._kept[system] -= 1
            else:
                raise Refused(f"the approved plan holds no further {method} {path}", system, _NEW_PLAN)

    def holds(self, system: str, method: str, path: str) -> bool:
        with self._lock:
            left = self._left.get((system, method, path))
            kept = self._cleaning and self._kept.get(system, 0) > 0
            return self._signs_in(system, method, path) or (left is not None and (left > 0 or kept))

    def _signs_in(self, system: str, method: str, path: str) -> bool:
        return path == SIGN_IN and method == "POST" and any(held == system for held, _, _ in self._left)

    @contextmanager
    def cleaning(self) -> Iterator[None]:
        """While own records are taken back, what the plan keeps for that may be used."""
        before, self._cleaning = self._cleaning, True
        try:
            yield
        finally:
            self._cleaning = before


class RunGate(Gate):
    """The gate of one run: the plan counts, and the ledger learns which request is which write."""

    def __init__(self, guard: PlanGuard | None, ledger: WriteLedger) -> None:
        self._guard, self._ledger = guard, ledger

    def take(self, system: str, out: Outgoing) -> None:
        if self._guard:
            self._guard.take(system, out.method, out.template)

    def holds(self, system: str, out: Outgoing) -> bool:
        return self._guard is None or self._guard.holds(system, out.method, out.template)

    def writing(self, number: int) -> None:
        self._ledger.sending(number)


class Watched:
    """A system whose every exchange is told to `seen`, with the milliseconds that our own machine may have added."""

    def __init__(self, inner: System, seen: Callable[[Exchange, float], None] | None = None) -> None:
        self.inner, self._seen = inner, seen
        self.name, self.holder, self.surface = inner.name, inner.holder, inner.surface

    def call(
        self,
        operation: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        why: Why,
    ) -> Exchange:
        watch = Stopwatch()
        return self._told(self.inner.call(operation, arguments, headers=headers, why=why), watch)

    def request(
        self, method: str, path: str, *, body: Any = None, headers: Mapping[str, str] | None = None, why: Why
    ) -> Exchange:
        watch = Stopwatch()
        return self._told(self.inner.request(method, path, body=body, headers=headers, why=why), watch)

    def _told(self, exchange: Exchange, watch: Stopwatch) -> Exchange:
        if self._seen:
            self._seen(exchange, watch.waited_ms())
        return exchange

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def find_operation(surface: Surface, name: str) -> Operation | None:
    """The operation that a written id means; None when no operation, or more than one, fits."""
    try:
        return found_in(surface, name)
    except BadInput:
        return None
