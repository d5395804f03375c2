"""Which workflow first: value today times readiness, each figure with where it comes from. Moves no level and no gate."""

from __future__ import annotations

from collections.abc import Sequence

from assess.assessment import Cell, Workflow
from assess.cells import Artifacts
from assess.demand_figures import Candidate, ClientComment, Measured, Mixed, TicketFigures
from assess.engagement import Folder
from probes.derive.demand import Demand, Part, WorkflowDemand
from probes.finding import EVERYWHERE, State, Subject

ASKED_UP_TO = 4


def demand_of(artifacts: Artifacts) -> Demand | None:
    """The export's figures, when one was read."""
    found = artifacts.get(Demand, Subject(unit=EVERYWHERE))
    return found if isinstance(found, Demand) else None


def ticket_figures(artifacts: Artifacts) -> TicketFigures | None:
    demand = demand_of(artifacts)
    if demand is None:
        return None
    return TicketFigures(
        file=demand.file,
        accounting=demand.accounting(),
        assumed=list(demand.assumed),
        per_month=demand.median_month,
        months=demand.months,
        minutes=demand.minutes,
        solved_hours=demand.solved_hours,
        texts=demand.texts,
        stakes=_measured(demand.stakes),
        caught=_measured(demand.caught),
        categories=demand.high_stakes,
        emotional=_measured(demand.emotional),
        repeated=_measured(demand.repeated),
        reopened=_measured(demand.reopened),
        languages=demand.languages,
        counted_by=demand.method,
        mix=[
            Mixed(
                words=list(c.words),
                tickets=c.tickets,
                share=Measured(k=c.tickets, n=demand.texts, low=c.low, high=c.high),
                mostly=c.mostly,
                mostly_share=c.mostly_share,
                examples=list(c.examples),
            )
            for c in demand.mix
        ],
    )


def candidates(
    folder: Folder, workflows: Sequence[Workflow], cells: Sequence[Cell], artifacts: Artifacts
) -> list[Candidate]:
    """Every workflow, the one to start with first; those without a volume last."""
    demand = demand_of(artifacts)
    rows = [_candidate(folder, w, cells, demand) for w in workflows]
    return sorted(rows, key=lambda c: (c.score is None, -(c.score or 0), -c.tickets, c.workflow))


def comments(folder: Folder) -> list[ClientComment]:
    return [
        ClientComment(
            finding=c.finding,
            says=c.says,
            by=c.by,
            accepted_risk=c.accepted_risk,
            until=c.until.isoformat() if c.until else "",
        )
        for c in folder.report.value.comments
    ]


def _candidate(folder: Folder, w: Workflow, cells: Sequence[Cell], demand: Demand | None) -> Candidate:
    seen = demand.workflows.get(w.name) if demand else None
    tickets = seen.per_month if seen else float(w.tickets_per_month or 0)
    minutes = seen.minutes if seen and seen.minutes is not None else w.minutes_today
    asked = [
        c
        for c in cells
        if w.name in c.workflows and not c.later and c.level <= ASKED_UP_TO and c.state is not State.NOT_APPLICABLE
    ]
    met = sum(c.state is State.MET for c in asked)
    stakes = seen.stakes.value if seen and seen.stakes else 0.0
    hours = tickets * minutes / 60 if tickets and minutes is not None else None
    score = hours * (1 - stakes) * met / len(asked) if hours is not None and asked else None
    figures = folder.engagement.value.workflows.get(w.name)
    row = Candidate(
        workflow=w.name,
        title=w.title,
        autonomy=w.gate.autonomy,
        tickets=tickets,
        tickets_from=_source(seen, demand, w.tickets_per_month),
        share=_share(seen, demand),
        minutes=minutes,
        minutes_from="export" if seen and seen.minutes is not None else "engagement.yaml" if minutes else "",
        hours=None if hours is None else round(hours, 1),
        excluded=round(stakes, 4),
        checks_met=met,
        checks=len(asked),
        score=None if score is None else round(score, 1),
        systems=seen.systems if seen and seen.systems is not None else figures.systems_toggled if figures else None,
        systems_called=len(w.gate.systems),
        repeated=_measured(seen.repeated) if seen else None,
        emotional=_measured(seen.emotional) if seen else None,
    )
    return row.model_copy(update={"says": _says(row)})


def _says(c: Candidate) -> str:
    if c.score is None:
        lacking = "a volume" if not c.tickets else "a handling time" if c.minutes is None else "a check that applies"
        return f"no order without {lacking}"
    kept = f", {c.excluded:.1%} of them high-stakes and left with people" if c.excluded else ""
    return (
        f"{c.tickets:,.0f} tickets × {c.minutes:g} min = {c.hours:,.0f} hours a month{kept}; {c.checks_met} of {c.checks}"
        f" checks hold: {c.score:,.0f}"
    )


def _source(seen: WorkflowDemand | None, demand: Demand | None, said: int | None) -> str:
    if seen is None or demand is None:
        return "engagement.yaml" if said else ""
    low, high = seen.low * demand.median_month, seen.high * demand.median_month
    other = ""
    if said and not 0.9 * low <= said <= 1.1 * high:
        other = f"; engagement.yaml says {said:,}"
    return f"export, {low:,.0f} to {high:,.0f}{other}"


def _share(seen: WorkflowDemand | None, demand: Demand | None) -> Measured | None:
    if seen is None or demand is None:
        return None
    return Measured(k=seen.tickets, n=demand.classified, low=seen.low, high=seen.high)


def _measured(part: Part | None) -> Measured | None:
    return Measured(k=part.k, n=part.n, low=part.low, high=part.high) if part else None
