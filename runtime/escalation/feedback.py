"""What came of handoffs, by team: seconds from opening to decision and "asked the customer again", against the readability score.

People are not measured. A cell is a team and holds at least 5 persons and 20 decisions, counts whole weeks only (so that
nobody's single decision shows as the difference of two looks), and gives a total only where no hidden cell could be
worked out from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from runtime.escalation.outbox_rows import COLUMNS, row_of
from runtime.escalation.readability import score
from runtime.escalation.routes import EscalationFile
from runtime.metrics import quantile, wilson
from runtime.storage.database import Connection

FEWEST_PERSONS, FEWEST_DECISIONS = 5, 20
ROUND_S = 5
ALL = "all teams"


@dataclass(frozen=True)
class Decided:
    """One decision; `person` never leaves this module. `opened_s`: from the opened page to the decision, None: not by a page."""

    team: str
    person: str
    waited_s: float
    opened_s: float | None
    asked_again: bool
    score: int
    route: str = ""


@dataclass(frozen=True)
class Cell:
    """Figures of one team; seconds are rounded to five. `asked_again` and its bounds are shares (Wilson, 95 %).

    `score_against_seconds` is Spearman's rank correlation of the readability score with the seconds from opening.
    """

    team: str
    decisions: int
    median_opened_s: int | None
    p90_opened_s: int | None
    median_waited_s: int
    p90_waited_s: int
    asked_again: float
    asked_again_low: float
    asked_again_high: float
    median_score: int
    score_against_seconds: float | None

    def plain(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Feedback:
    """`until`: decisions before it are counted; `hidden`: teams with too few persons or decisions."""

    until: datetime
    cells: tuple[Cell, ...]
    hidden: int

    def plain(self) -> dict[str, Any]:
        return {
            "until": self.until.date().isoformat(),
            "fewest_persons": FEWEST_PERSONS,
            "fewest_decisions": FEWEST_DECISIONS,
            "teams": [cell.plain() for cell in self.cells],
            "hidden_teams": self.hidden,
        }


def prepare(connection: Connection) -> None:
    """Creates the table; harmless when it is there."""
    connection.execute(
        "create table if not exists decision_feedback (handoff_id text primary key, opened_s real, asked_again integer)"
    )


def note(connection: Connection, handoff_id: str, *, opened_s: float | None, asked_again: bool) -> None:
    """Keeps what the deciding person's page told; the first note about a handoff stands."""
    with connection:
        connection.execute(
            "insert into decision_feedback values (?, ?, ?) on conflict (handoff_id) do nothing",
            (handoff_id, opened_s, int(asked_again)),
        )


def feedback(connection: Connection, escalation: EscalationFile, *, now: datetime) -> Feedback:
    """Cells of all decisions before this week's Monday, UTC."""
    monday = _monday(now)
    return cells_of(_decided(connection, escalation, monday), monday)


def cells_of(decided: Iterable[Decided], until: datetime) -> Feedback:
    """Only cells that are large enough, and a total of all only when that tells nothing about a hidden one."""
    by_team: dict[str, list[Decided]] = {}
    for one in decided:
        by_team.setdefault(one.team, []).append(one)
    shown = {team: found for team, found in sorted(by_team.items()) if _large(found)}
    hidden = [one for team, found in by_team.items() if team not in shown for one in found]
    cells = [_cell(team, found) for team, found in shown.items()]
    if len(by_team) > 1 and (not hidden or (_large(hidden) and len(by_team) - len(shown) > 1)):
        cells.append(_cell(ALL, [one for found in by_team.values() for one in found]))
    return Feedback(until, tuple(cells), len(by_team) - len(shown))


def waits_by_route(connection: Connection, escalation: EscalationFile, *, now: datetime) -> dict[str, list[float]]:
    """Seconds from handoff to decision of each route whose cell is large enough, decisions before this week's Monday."""
    by_route: dict[str, list[Decided]] = {}
    for one in _decided(connection, escalation, _monday(now)):
        by_route.setdefault(one.route, []).append(one)
    return {route: [one.waited_s for one in found] for route, found in by_route.items() if _large(found)}


def _monday(now: datetime) -> datetime:
    """The beginning of the week, UTC."""
    at = now.astimezone(UTC)
    return (at - timedelta(days=at.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)


def _large(found: Sequence[Decided]) -> bool:
    """Enough people, enough decisions, and nobody with more than half of them: else the cell is that person's."""
    counts = [sum(one.person == person for one in found) for person in {one.person for one in found}]
    return len(counts) >= FEWEST_PERSONS and len(found) >= FEWEST_DECISIONS and max(counts) * 2 <= len(found)


def _cell(team: str, found: Sequence[Decided]) -> Cell:
    opened = [(one.score, one.opened_s) for one in found if one.opened_s is not None]
    seconds = [s for _, s in opened] if _large([one for one in found if one.opened_s is not None]) else []
    again = wilson(sum(one.asked_again for one in found), len(found))
    waited = [one.waited_s for one in found]
    return Cell(
        team=team,
        decisions=len(found),
        median_opened_s=_round(quantile(seconds, 0.5)) if seconds else None,
        p90_opened_s=_round(quantile(seconds, 0.9)) if seconds else None,
        median_waited_s=_round(quantile(waited, 0.5)),
        p90_waited_s=_round(quantile(waited, 0.9)),
        asked_again=round(again.value, 3),
        asked_again_low=round(again.low, 3),
        asked_again_high=round(again.high, 3),
        median_score=int(quantile([float(one.score) for one in found], 0.5)),
        score_against_seconds=spearman([float(s) for s, _ in opened], seconds) if seconds else None,
    )


def spearman(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Spearman's rank correlation, ties at their middle rank; None when one side does not vary."""
    left, right = _ranks(a), _ranks(b)
    mean_l, mean_r = sum(left) / len(left), sum(right) / len(right)
    above = sum((x - mean_l) * (y - mean_r) for x, y in zip(left, right, strict=True))
    below = (sum((x - mean_l) ** 2 for x in left) * sum((y - mean_r) ** 2 for y in right)) ** 0.5
    return round(above / below, 2) if below else None


def _ranks(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    return [ordered.index(value) + (ordered.count(value) - 1) / 2 for value in values]


def _round(seconds: float) -> int:
    return int(ROUND_S * round(seconds / ROUND_S))


def _decided(connection: Connection, escalation: EscalationFile, until: datetime) -> list[Decided]:
    found = connection.execute(
        f"select {', '.join('h.' + name.strip() for name in COLUMNS.split(','))}, d.person, d.at, f.opened_s, f.asked_again"  # noqa: S608
        " from handoffs h join decisions d on d.handoff_id = h.id left join decision_feedback f on f.handoff_id = h.id"
        " where d.at < ?",
        (until.isoformat(),),
    ).fetchall()
    decided = []
    for *columns, person, at, opened_s, asked_again in found:
        row = row_of(tuple(columns))
        handoff = row.handoff
        route = escalation.routes.get(handoff.route.id)
        waited = (datetime.fromisoformat(at) - handoff.created).total_seconds()
        scored = score(row.text, "strict", language="en").score
        team = (route.team if route else None) or handoff.route.id
        decided.append(Decided(team, person, max(0.0, waited), opened_s, bool(asked_again), scored, handoff.route.id))
    return decided
