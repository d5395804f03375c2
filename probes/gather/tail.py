"""The slowest read in a hundred: 299 reads in all, only where the budget was raised so that all of them fit."""

from __future__ import annotations

from datetime import UTC, datetime

from probes.gather.gatherer import Found, Gatherer, each_system
from probes.gather.limits import SAMPLES, TAIL_SAMPLES, Latency, latency_seen, top_up
from probes.gather.plan import PlanLine, line
from probes.gather.read_choice import cheapest_read
from probes.gather.session import Session
from runtime.estate import Estate


def gather_system(session: Session, system: str) -> Found:
    """Reads on from the 59 of a first look; nothing where the plan does not hold all of them."""
    before = len(session.seen(system).read_ms)
    session.tell(system, "how slow is the slowest read in a hundred?")
    top_up(session, system, TAIL_SAMPLES)
    if len(session.seen(system).read_ms) > before:
        yield latency_seen(session, system)


def planned(estate: Estate) -> list[PlanLine]:
    """The reads beyond the first 59, all or none."""
    reads = {system: cheapest_read(estate, system, datetime.now(UTC)) for system in estate.systems}
    purpose = "read again and again, for the slowest one in a hundred"
    return [
        line(system, read[0], purpose, "tail_latency", TAIL_SAMPLES - SAMPLES) for system, read in reads.items() if read
    ]


GATHERER = Gatherer(
    name="tail",
    plan=planned,
    run=each_system("tail", (Latency,), gather_system),
    gives=(Latency,),
    level=9,
    cost=240,
    probes=("tail_latency",),
    fills=True,
    whole=True,
)
