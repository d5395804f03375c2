"""What all answers of a run together show of a system: kinds of answers, stated limits, deprecation, times of reads.

Classification happens on every response, so that a bot wall is seen wherever it appears.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field

from probes.artifact import Shot
from runtime.systems.exchange import Exchange, Seen
from runtime.systems.vendors import limit_headers

_LIMITS = ("ratelimit", "rate-limit")
_END_OF_LIFE = ("deprecation", "sunset")


class Observed(BaseModel):
    """Counts and samples of one system in one run. Times are in milliseconds, of reads that succeeded."""

    model_config = ConfigDict(extra="forbid")

    seen: dict[str, int] = Field(default_factory=dict)
    read_ms: list[float] = Field(default_factory=list)
    waited_ms: list[float] = Field(
        default_factory=list, description="what our own machine may have added to each of these reads"
    )
    limit_headers: dict[str, str] = Field(default_factory=dict)
    end_of_life: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="operation → Deprecation, Sunset, Link headers"
    )
    throttled: list[Shot] = Field(default_factory=list)
    walls: list[Shot] = Field(
        default_factory=list, description="challenges and login pages met by the agent's own traffic"
    )
    paths: list[Shot] = Field(default_factory=list)
    faults: list[Shot] = Field(default_factory=list)
    through: str = Field("", description="the proxy on the way, or the product that breaks TLS open")

    def note(self, exchange: Exchange, shot: Callable[[Exchange], Shot], waited_ms: float = 0.0) -> None:
        """Adds one exchange; safe between threads.

        Args:
            waited_ms: what our own machine may have added to its time.
        """
        with _LOCK:
            self.through = exchange.through or self.through
            self.seen[str(exchange.seen)] = self.seen.get(str(exchange.seen), 0) + 1
            self._note_headers(exchange)
            self._note_kind(exchange, shot, waited_ms)

    @property
    def own_ms(self) -> list[float]:
        """Times of the reads without what our own machine may have added."""
        return [max(0.0, ms - waited) for ms, waited in zip(self.read_ms, self.waited_ms, strict=False)]

    def _note_headers(self, exchange: Exchange) -> None:
        for name, value in exchange.headers.items():
            if any(mark in name.lower() for mark in _LIMITS) or name.lower() in limit_headers():
                self.limit_headers.setdefault(name, value)
            if name.lower() in _END_OF_LIFE:
                self.end_of_life.setdefault(exchange.operation or exchange.path_template, {})[name] = value

    def _note_kind(self, exchange: Exchange, shot: Callable[[Exchange], Shot], waited_ms: float) -> None:
        if is_timed_read(exchange.seen, exchange.method, exchange.why.purpose):
            self.read_ms.append(round(exchange.elapsed_ms, 2))
            self.waited_ms.append(waited_ms)
        kept = {
            Seen.THROTTLED: self.throttled,
            Seen.CHALLENGE: self.walls,
            Seen.LOGIN_PAGE: self.walls,
            Seen.PATH: self.paths,
            Seen.FAULT: self.faults,
        }.get(exchange.seen)
        if kept is not None and len(kept) < 3:
            kept.append(shot(exchange))


def is_timed_read(seen: str, method: str, purpose: str) -> bool:
    """Whether an answer's time counts as that of a read."""
    return seen == Seen.OK and (method in ("GET", "HEAD") or purpose.startswith("read"))


_LOCK = threading.Lock()
