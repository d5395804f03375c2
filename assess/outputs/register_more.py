"""Tables of the register beside findings and plan: which workflow first, inputs of the business case, frameworks."""

from __future__ import annotations

from assess.assessment import GATE_WORDS, Assessment
from assess.demand_figures import Measured
from assess.outputs.table import Table, Value, columns_of


def selection(a: Assessment) -> Table:
    """Workflows in the order to start with; shares between 0 and 1 with their 95 % interval."""
    columns = columns_of(
        "Order:8 Workflow:28 Gate:16 Tickets a month:12 From:34 Minutes:10 Hours a month:12 High-stakes share:12"
        " Repeats in 7 days:12 Repeats low:10 Repeats high:10 Systems used:10 Systems called:10 Checks met:10"
        " Checks asked:10 Score:10 Why:70"
    )
    rows: list[tuple[Value, ...]] = [
        (
            n if c.score is not None else None,
            c.title,
            GATE_WORDS[c.autonomy],
            c.tickets,
            c.tickets_from,
            c.minutes,
            c.hours,
            c.excluded,
            *_part(c.repeated),
            c.systems,
            c.systems_called,
            c.checks_met,
            c.checks,
            c.score,
            c.says,
        )
        for n, c in enumerate(a.candidates, start=1)
    ]
    return Table("Selection", columns, tuple(rows))


def case_inputs(a: Assessment) -> list[tuple[Value, ...]]:
    """Rows for the table of inputs: of, figure, value, unit, source, as of."""
    if a.business_case is None:
        return []
    return [
        (
            i.workflow or "portfolio",
            i.title,
            f"{i.low:g} / {i.likely:g} / {i.high:g}",
            i.unit,
            f"{i.origin}{', upper end by a vendor' if i.vendor else ''}: {i.says}",
            str(i.year) if i.year else "",
        )
        for i in a.business_case.inputs
    ]


def frameworks(a: Assessment) -> Table:
    """Relates to, never complies with."""
    columns = columns_of(
        "Id:34 Framework:40 About, in our words:60 Id seen at its source:12 Met:8 Not met:8 Not measured:10 Findings:20"
        " Operations:60"
    )
    rows: list[tuple[Value, ...]] = [
        (
            r.id,
            r.framework,
            r.title,
            "yes" if r.verified else "no",
            r.met,
            r.not_met,
            r.not_measured,
            ", ".join(r.findings),
            "\n".join(r.operations),
        )
        for r in a.relations
    ]
    return Table("Frameworks (relates to)", columns, tuple(rows))


def _part(part: Measured | None) -> tuple[Value, Value, Value]:
    return (round(part.k / part.n, 4), part.low, part.high) if part and part.n else (None, None, None)
