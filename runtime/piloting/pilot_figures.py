"""What the pilot achieved, workflow by workflow, each share with its 95 % Wilson interval. Few cases give wide ones, never a guess.

Resolution counts a case once seven days have passed without the same customer coming back to the same workflow; younger cases
are named, not counted. First contact: no case of that customer in that workflow in the seven days before either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from runtime import decision_log
from runtime.decision_log import Entry
from runtime.metrics import Share, quantile, wilson
from runtime.piloting import beside_people
from runtime.piloting.reviews import END, Case, finished
from runtime.storage.database import Connection

REPEAT = timedelta(days=7)
COUNTED = ("resolved", "handed_off", "refused", "unknown")
TO_PEOPLE = ("handed_off", "unknown")


@dataclass(frozen=True)
class Cost:
    """In the engagement's currency: what one attempt costs, and one case that people take over. None where nobody said."""

    attempt: Decimal | None = None
    handoff: Decimal | None = None


@dataclass(frozen=True)
class Figures:
    """One workflow. Seconds are from the first to the last row of a case. `too_young`: resolved within the last seven days."""

    workflow: str
    cases: int
    resolution: Share
    first_contact: Share
    too_young: int
    to_people: Share
    reasons: dict[str, int]
    wrong: Share
    beside_people: Share
    median_s: float | None
    p90_s: float | None
    cost_per_resolution: str | None

    def plain(self) -> dict[str, Any]:
        """As JSON; a share is {k, n, low, high}."""
        return {
            name: {"k": value.k, "n": value.n, "low": round(value.low, 4), "high": round(value.high, 4)}
            if isinstance(value, Share)
            else value
            for name, value in vars(self).items()
        }


@dataclass(frozen=True)
class _Contact:
    run: str
    customer: str
    at: datetime
    workflow: str
    outcome: str


def figures(connection: Connection, *, now: datetime, costs: dict[str, Cost] | None = None) -> list[Figures]:
    """Every workflow of which a case came to an end, by name.

    Args:
        costs: by workflow.
    """
    rows = decision_log.rows(connection)
    contacts = [
        _Contact(run, customer, datetime.fromisoformat(at), workflow, outcome)
        for run, customer, at, workflow, outcome in connection.execute(
            "SELECT run, customer, at, workflow, outcome FROM timeline WHERE workflow <> ''"
        ).fetchall()
    ]
    cases = finished(rows)
    names = sorted({case.workflow for case in cases if case.workflow})
    return [
        _of(
            name,
            [c for c in cases if c.workflow == name],
            [c for c in contacts if c.workflow == name],
            rows,
            now,
            (costs or {}).get(name, Cost()),
        )
        for name in names
    ]


def _of(
    name: str, cases: Sequence[Case], contacts: Sequence[_Contact], rows: Sequence[Entry], now: datetime, cost: Cost
) -> Figures:
    runs = {case.run for case in cases}
    own = [row for row in rows if row.run in runs]
    counted = [case for case in cases if case.outcome in COUNTED]
    handed = sum(case.outcome in TO_PEOPLE for case in counted)
    reviewed = [case for case in cases if case.verdict]
    compared = [row.decision for row in own if row.step == beside_people.STEP]
    old = [c for c in contacts if c.outcome in COUNTED and c.at <= now - REPEAT]
    first = [c for c in old if not _others(c, contacts, before=True)]
    seconds = _seconds(own)
    return Figures(
        workflow=name,
        cases=len(cases),
        resolution=_share(_is_resolved(c, contacts) for c in old),
        first_contact=_share(_is_resolved(c, contacts) for c in first),
        too_young=sum(c.outcome == "resolved" and c.at > now - REPEAT for c in contacts),
        to_people=wilson(handed, len(counted)),
        reasons=dict(Counter(str(row.detail.get("rule", "")) for row in own if row.step == "handoff").most_common()),
        wrong=wilson(sum(case.verdict == "wrong" for case in reviewed), len(reviewed)),
        beside_people=wilson(sum(said == "same" for said in compared), len(compared)),
        median_s=round(quantile(seconds, 0.5), 1) if seconds else None,
        p90_s=round(quantile(seconds, 0.9), 1) if seconds else None,
        cost_per_resolution=_cost(counted, handed, cost),
    )


def _is_resolved(contact: _Contact, contacts: Sequence[_Contact]) -> bool:
    return contact.outcome == "resolved" and not _others(contact, contacts, before=False)


def _others(contact: _Contact, contacts: Sequence[_Contact], *, before: bool) -> bool:
    """Whether the same customer came within seven days before, or after."""
    for other in contacts:
        passed = contact.at - other.at if before else other.at - contact.at
        if other.run != contact.run and other.customer == contact.customer and timedelta(0) <= passed <= REPEAT:
            return True
    return False


def _seconds(rows: Sequence[Entry]) -> list[float]:
    begun = {row.run: row.at for row in reversed(rows)}
    ended = {row.run: row.at for row in rows if row.step == END}
    return [
        (datetime.fromisoformat(at) - datetime.fromisoformat(begun[run])).total_seconds() for run, at in ended.items()
    ]


def _cost(counted: Sequence[Case], handed: int, cost: Cost) -> str | None:
    """All attempts, and the work of people on what was handed over, by what was resolved."""
    resolved = sum(case.outcome == "resolved" for case in counted)
    if not resolved or cost.attempt is None or cost.handoff is None:
        return None
    each = (cost.attempt * len(counted) + cost.handoff * handed) / resolved
    return str(each.quantize(Decimal("0.01"), ROUND_HALF_UP))


def _share(held: Any) -> Share:
    found = list(held)
    return wilson(sum(found), len(found))
