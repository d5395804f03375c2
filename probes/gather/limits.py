"""What all answers of the run say about limits, end of life and speed; tops reads up to a sample that carries a p95.

Limits are never exhausted on purpose. 59 samples carry a 95th percentile with 95 % confidence (0.95^59 < 0.05).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from pydantic import Field

from probes.artifact import Artifact, Shot
from probes.finding import Subject
from probes.gather.gatherer import Found, Gatherer, cause_of, each_system, missing
from probes.gather.plan import PlanLine, line
from probes.gather.read_choice import cheapest_read
from probes.gather.session import Session
from probes.gather.waiting import WAITING
from runtime.errors import Refused
from runtime.estate import Estate
from runtime.systems.exchange import Seen, Why

SAMPLES = 59
TAIL_SAMPLES = 299
LONGEST = 30


class Limits(Artifact):
    """Limits and end of life as answers stated them. RFC 9745 (Deprecation), RFC 8594 (Sunset)."""

    kind: ClassVar[str] = "limits"

    answers: int = Field(description="answers that were looked at")
    limit_headers: dict[str, str] = Field(default_factory=dict)
    throttled: tuple[Shot, ...] = ()
    throttled_with_retry_after: int = 0
    end_of_life: dict[str, dict[str, str]] = Field(default_factory=dict)


class Traffic(Artifact):
    """Every answer of the run by kind, and the walls met."""

    kind: ClassVar[str] = "traffic"

    seen: dict[str, int]
    through: str = Field("", description="the proxy on the way, or the product that breaks TLS open")
    walls: tuple[Shot, ...] = ()
    paths: tuple[Shot, ...] = ()
    faults: tuple[Shot, ...] = ()


class Latency(Artifact):
    """Times of reads that succeeded, to the last byte, in milliseconds. `p95` is None below 59 samples, `p99` below 299."""

    kind: ClassVar[str] = "latency"

    samples: int
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    slowest: float | None = None
    longest_own: tuple[float, ...] = Field(
        (), description="the longest times without what the measuring machine's own load may have added; at most 30"
    )
    through: str = Field("", description="the proxy whose time is in these times")


def gather_system(session: Session, system: str) -> Found:
    """Tops up the sample of reads, then sums up what was seen."""
    session.tell(system, "how fast are reads?")
    top_up(session, system, SAMPLES)
    observed, subject = session.seen(system), Subject(unit=system)
    if not observed.seen:
        yield from (missing(kind, subject, "unreachable", "no answer was seen") for kind in (Limits, Traffic, Latency))
        return
    heard = sum(observed.seen.get(kind, 0) for kind in (Seen.OK, Seen.REFUSED, Seen.THROTTLED))
    if not heard:
        yield missing(Limits, subject, "failed", f"{system} gave no answer of its own, only faults and walls")
        yield from _summed_up(session, system, subject)
        return
    yield Limits(
        subject=subject,
        measured_at=session.now,
        answers=heard,
        limit_headers=dict(observed.limit_headers),
        throttled=tuple(observed.throttled),
        throttled_with_retry_after=sum("retry-after" in shot.response.lower() for shot in observed.throttled),
        end_of_life=dict(observed.end_of_life),
    )
    yield from _summed_up(session, system, subject)


def _summed_up(session: Session, system: str, subject: Subject) -> Found:
    observed = session.seen(system)
    yield Traffic(
        subject=subject,
        measured_at=session.now,
        seen=dict(observed.seen),
        through=observed.through,
        walls=tuple(observed.walls),
        paths=tuple(observed.paths),
        faults=tuple(observed.faults),
    )
    yield latency_seen(session, system)


def latency_seen(session: Session, system: str) -> Latency:
    """Times of all reads of the run so far."""
    observed = session.seen(system)
    times = latency_of(observed.read_ms, Subject(unit=system), session.now, observed.own_ms)
    return times.model_copy(update={"through": observed.through})


def latency_of(times: list[float], subject: Subject, at: datetime, own: Sequence[float] = ()) -> Latency:
    """Nearest-rank percentiles; a p95 only from 59 samples on, a p99 from 299. `own`: see `Latency.longest_own`."""
    ordered = sorted(times)
    if not ordered:
        return Latency(subject=subject, measured_at=at, samples=0)

    def rank(share: float) -> float:
        return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 1)

    return Latency(
        subject=subject,
        measured_at=at,
        samples=len(ordered),
        p50=rank(0.5),
        p95=rank(0.95) if len(ordered) >= SAMPLES else None,
        p99=rank(0.99) if len(ordered) >= TAIL_SAMPLES else None,
        slowest=round(ordered[-1], 1),
        longest_own=tuple(round(t, 1) for t in sorted(own, reverse=True)[:LONGEST]),
    )


def top_up(session: Session, system: str, wanted: int) -> None:
    """Reads until `wanted` were timed, where the budget holds all that are lacking."""
    read = cheapest_read(session.estate, system, session.now)
    needed = wanted - len(session.seen(system).read_ms)
    if read is None or needed <= 0 or session.left(system) < needed:
        return
    operation, arguments = read
    client = session.reader(system)
    try:
        for _ in range(needed):
            exchange = client.call(
                operation.id, arguments, why=Why("read for the sample of times", "latency", session.run)
            )
            if exchange.seen is not Seen.OK:
                return
    except Refused as error:
        if cause_of(error) in WAITING:
            raise


def planned(estate: Estate) -> list[PlanLine]:
    """As many harmless reads as the sample lacks, at most 45; left out where the budget has no room."""
    lines = []
    for system in estate.systems:
        read = cheapest_read(estate, system, datetime.now(UTC))
        if read:
            lines.append(line(system, read[0], "read again and again, for the sample of times", "latency", 45))
    return lines


GATHERER = Gatherer(
    name="limits",
    plan=planned,
    run=each_system("limits", (Limits, Traffic, Latency), gather_system),
    gives=(Limits, Traffic, Latency),
    level=9,
    cost=45,
    probes=(
        "limits_stated",
        "throttling_recoverable",
        "deprecation_clear",
        "latency",
        "tolerates_volume",
        "session_survives",
    ),
    fills=True,
)
