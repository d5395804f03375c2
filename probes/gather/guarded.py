"""A system that sends nothing outside the approved plan, and remembers what its answers were.

The guard stands before the connector: a request that the plan does not hold is refused before it leaves.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from runtime.errors import BadInput, Refused
from runtime.systems.exchange import Exchange, System, Why
from runtime.systems.operations import find_operation as found_in
from runtime.systems.operations import template_of
from runtime.systems.surface import Operation, Surface

if TYPE_CHECKING:
    from probes.gather.plan import PlanLine

Line = tuple[str, str, str]


class PlanGuard:
    """Remaining requests by (system, method, path template); safe between threads."""

    def __init__(self, lines: Iterable[PlanLine], used: Mapping[Line, int] | None = None) -> None:
        self._left: dict[Line, int] = {}
        self._lock = threading.Lock()
        for line in lines:
            key = (line.system, line.method, line.path)
            self._left[key] = self._left.get(key, 0) + line.count
        for key, count in (used or {}).items():
            if key in self._left:
                self._left[key] -= count

    def take(self, system: str, method: str, path: str) -> None:
        """Uses one request of the plan.

        Raises:
            Refused: the plan does not hold it, or holds no more of it.
        """
        key = (system, method, path)
        with self._lock:
            if key not in self._left:
                raise Refused(
                    f"the approved plan holds no {method} {path}",
                    system,
                    "make a new plan with `cxready collect DIR --dry-run -o plan.json` and have it approved",
                )
            if self._left[key] <= 0:
                raise Refused(
                    f"the approved plan holds no further {method} {path}",
                    system,
                    "make a new plan with `cxready collect DIR --dry-run -o plan.json` and have it approved",
                )
            self._left[key] -= 1


class Guarded:
    """A system behind the plan's guard; `seen` is told every exchange."""

    def __init__(self, inner: System, guard: PlanGuard | None, seen: Callable[[Exchange], None] | None = None) -> None:
        self.inner, self._guard, self._seen = inner, guard, seen
        self.name, self.holder, self.surface = inner.name, inner.holder, inner.surface

    def call(
        self,
        operation: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        why: Why,
    ) -> Exchange:
        if self._guard:
            found = find_operation(self.surface, operation)
            self._guard.take(self.name, found.method if found else "?", found.path if found else operation)
        return self._told(self.inner.call(operation, arguments, headers=headers, why=why))

    def request(
        self, method: str, path: str, *, body: Any = None, headers: Mapping[str, str] | None = None, why: Why
    ) -> Exchange:
        if self._guard:
            self._guard.take(self.name, method.upper(), template_of(self.surface, path))
        return self._told(self.inner.request(method, path, body=body, headers=headers, why=why))

    def _told(self, exchange: Exchange) -> Exchange:
        if self._seen:
            self._seen(exchange)
        return exchange

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def find_operation(surface: Surface, name: str) -> Operation | None:
    """The operation that a written id means; None when no operation, or more than one, fits."""
    try:
        return found_in(surface, name)
    except BadInput:
        return None
