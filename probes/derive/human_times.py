"""How long handoffs waited for a decision, by route, from the pilot's own records; whole weeks, teams only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from probes.artifact import Artifact, Missing
from probes.derive.run import Derivation, Deriver
from probes.escalation.artifacts import HumanTimes
from probes.finding import Subject
from runtime.escalation.feedback import FEWEST_DECISIONS, FEWEST_PERSONS, waits_by_route

DATABASE = ".cxready/pilot.sqlite"


def run(derivation: Derivation) -> Iterator[Artifact | Missing]:
    """One artifact a route; Missing until the pilot has enough decisions by enough people."""
    path = derivation.folder / DATABASE
    escalation = derivation.estate.escalation
    if not path.is_file():
        yield from (_missing(name, "the pilot has not run yet") for name in escalation.routes)
        return
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            found = waits_by_route(connection, escalation, now=derivation.now)
        except sqlite3.OperationalError:  # a database without handoffs
            found = {}
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
