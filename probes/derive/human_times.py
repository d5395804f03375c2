"""How long handoffs waited for a decision, by route, from the pilot's own records; whole weeks, teams only."""

from __future__ import annotations

from collections.abc import Iterator

from probes.artifact import Artifact, Missing
from probes.derive.run import Derivation, Deriver
from probes.escalation.artifacts import HumanTimes
from probes.finding import Subject
from runtime.escalation.feedback import FEWEST_DECISIONS, FEWEST_PERSONS, waits_by_route
from runtime.storage import database


def run(derivation: Derivation) -> Iterator[Artifact | Missing]:
    """One artifact a route; Missing until the pilot has enough decisions by enough people."""
    escalation = derivation.estate.escalation
    with database.looking(database.place_of(derivation.folder / ".cxready")) as connection:
        if connection is None:
            yield from (_missing(name, "the pilot has not run yet") for name in escalation.routes)
            return
        has_handoffs = {"handoffs", "decisions", "decision_feedback"} <= database.tables(connection)
        found = waits_by_route(connection, escalation, now=derivation.now) if has_handoffs else {}
    for name, route in escalation.routes.items():
        waits = found.get(name)
        if waits is None:
            few = f"fewer than {FEWEST_DECISIONS} decisions, or by fewer than {FEWEST_PERSONS} persons: people are not measured"
            yield _missing(name, few)
        else:
            budget = route.time_to_human_minutes * 60
            yield HumanTimes(
                subject=Subject(unit=name),
                measured_at=derivation.now,
                budget_s=budget,
                decisions=len(waits),
                within=sum(wait <= budget for wait in waits),
                p90_s=int(sorted(waits)[max(0, -(-len(waits) * 9 // 10) - 1)]),
            )


def _missing(route: str, why: str) -> Missing:
    return Missing(
        wanted=HumanTimes.kind,
        subject=Subject(unit=route),
        cause="no_input",
        detail=why,
        would_measure="go on with the pilot in stage approve, then run `cxready collect DIR` again",
    )


DERIVER = Deriver("human times", run, (HumanTimes,), ("time_to_human",))
