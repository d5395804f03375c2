"""Chapter 7, the business case: what it is worth and how sure that is, what it depends on, and whose word each input is."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from assess.assessment import Assessment
from assess.case_figures import BusinessCase, CaseInput, Scenario, WorkflowCase
from assess.outputs.figures_case import spread, tornado
from assess.outputs.html_fill import reading
from assess.outputs.html_view import Filler, Section
from assess.outputs.html_words import counted, line, listed, number, short_money, signed, upper

MOST_BARS = 7
ORIGINS = {"export": "ticket export", "answer": "answer", "benchmark": "benchmark", "assumption": "assumption"}


def case(a: Assessment) -> list[Section]:
    """One page; none when neither volumes nor a business_case.yaml exist."""
    found = a.business_case
    if found is None or not found.scenarios:
        return []
    main = main_scenario(found)
    data = {
        "c": found,
        "scenarios": [_scenario_row(s, found) for s in found.scenarios],
        "spread": spread(main.distribution, main.value.p50, found.currency) if main.distribution and main.value else "",
        "tornado": _tornado(main, found),
        "workflows": [_workflow_row(w, found) for w in main.workflows],
        "main": main,
        "redeployment": [_freed(f) for f in found.redeployment],
        "missing": [line(m, 120) for m in found.missing],
        "vendor": short_money(found.vendor_value, found.currency) if found.vendor_value is not None else "",
        "vendor_says": line(found.vendor_says, 200),
    }
    lede = (
        f"{counted(found.months, 'month')}, {number(found.draws)} draws over three-point inputs. A request counts as"
        " resolved only when nobody asks about the same again within 7 days."
    )
    fillers = (_inputs(found), _definitions(found), *reading(a)[3:], *reading(a)[:3])
    return [
        Section(
            "case",
            "7 · Business case",
            _title(found),
            lede,
            "case",
            "Business case",
            "board",
            data,
            _bar(found),
            fillers,
        )
    ]


def main_scenario(c: BusinessCase) -> Scenario:
    """The scenario that the page draws: today's gates, unless nothing may run under them."""
    today = c.scenarios[0]
    return c.scenarios[-1] if not any(w.counted for w in today.workflows) else today


def _title(c: BusinessCase) -> str:
    main = main_scenario(c)
    when = "under today’s gates" if main.name == "today" else "once the roadmap is done"
    if main.value is None:
        return f"{upper(number(round(main.hours.p50)))} hours a month {when}; no money without {listed([line(m, 40) for m in c.missing], 2)}"
    worth = short_money(main.value.p50, c.currency)
    if main.value.p90 < 0:
        return f"It does not pay {when}: {worth} over {counted(c.months, 'month')}"
    if main.value.p10 > 0:
        return f"It pays {when}: {worth} over {counted(c.months, 'month')}, even at the low end above zero"
    return f"It may pay {when}: {worth} over {counted(c.months, 'month')}, below zero in {main.loss_share or 0:.0%} of the draws".replace(
        "%", "\u00a0%"
    )


def _scenario_row(s: Scenario, c: BusinessCase) -> dict[str, Any]:
    value = s.value
    ends = [short_money(v, c.currency) for v in (value.p10, value.p50, value.p90)] if value else ["–", "–", "–"]
    return {
        "name": upper(s.name),
        "says": line(s.says, 140),
        "hours": f"{signed(s.hours.p10)} / {signed(s.hours.p50)} / {signed(s.hours.p90)}",
        "people": f"{s.people:.1f}",
        "value": ends,
        "negative": [bool(value and v < 0) for v in ((value.p10, value.p50, value.p90) if value else (0, 0, 0))],
        "loss": "–" if s.loss_share is None else f"{s.loss_share:.0%}".replace("%", "\u00a0%"),
        "month": f"month {s.break_even_month}" if s.break_even_month is not None else "never" if value else "–",
        "tickets": number(round(s.break_even_tickets))
        if s.break_even_tickets is not None
        else "at no volume"
        if value
        else "–",
    }


def _tornado(s: Scenario, c: BusinessCase) -> Markup | str:
    if not s.tornado or s.value is None:
        return ""
    first = s.tornado[0]
    base = _between(first.at_low, first.at_high, s)
    return tornado(s.tornado[:MOST_BARS], base, c.currency)


def _between(low: float, high: float, s: Scenario) -> float:
    """The base of the tornado: every bar holds it, so it lies where all bars overlap; P50 is nearest to it."""
    assert s.value is not None
    least = max(min(b.at_low, b.at_high) for b in s.tornado)
    most = min(max(b.at_low, b.at_high) for b in s.tornado)
    return min(max(s.value.p50, least), most) if least <= most else (low + high) / 2


def _workflow_row(w: WorkflowCase, c: BusinessCase) -> dict[str, Any]:
    return {
        "title": line(w.title, 40),
        "gate": w.autonomy,
        "counted": w.counted,
        "tickets": number(round(w.tickets.p50)),
        "resolved": number(round(w.resolved.p50)),
        "hours": f"{signed(w.hours.p10)} / {signed(w.hours.p50)} / {signed(w.hours.p90)}",
        "value": "–" if w.value is None else short_money(w.value.p50, c.currency),
        "negative": bool(w.value and w.value.p50 < 0),
    }


def _freed(f: Any) -> str:
    hours = f"{number(round(f.hours))} hours a month"
    return f"{upper(line(f.use, 60))}: {f.share:.0%}, {hours}{', becomes money' if f.money else ', no money'}".replace(
        "%", "\u00a0%"
    )


def _inputs(c: BusinessCase) -> Filler:
    rows = tuple(
        (
            line(i.title + (f", {i.workflow.replace('-', ' ')}" if i.workflow else ""), 70),
            _points(i),
            ORIGINS[i.origin] + (" °" if i.vendor else ""),
            line(i.says, 110),
        )
        for i in c.inputs
    )
    return Filler(
        "Inputs, and whose word each is",
        ("Input", "Low, likely, high", "From", "Source"),
        (36, 21, 13, 30),
        rows,
        least=len(rows),
        note="° the upper end is a vendor’s own figure",
    )


def _points(i: CaseInput) -> str:
    if i.low == i.likely == i.high:
        return f"{_plain(i.likely, i.unit)} {_unit(i)}"
    return f"{_plain(i.low, i.unit)} / {_plain(i.likely, i.unit)} / {_plain(i.high, i.unit)} {_unit(i)}"


def _plain(value: float, unit: str) -> str:
    if unit == "share":
        return f"{100 * value:.0f}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:g}" if abs(value) < 10 else f"{value:.3g}"


def _unit(i: CaseInput) -> str:
    return "%" if i.unit == "share" else {"minutes": "min"}.get(i.unit, i.unit)


def _definitions(c: BusinessCase) -> Filler:
    rows = tuple((line(d.partition(":")[0], 40), line(d.partition(":")[2] or d, 200)) for d in c.definitions)
    return Filler("What the words mean", ("Word", "As it is counted here"), (24, 76), rows)


def _bar(c: BusinessCase) -> tuple[str, str]:
    main = main_scenario(c)
    if main.value is None:
        return (
            "So what",
            f"Hours are counted; for money, write {listed([line(m, 50) for m in c.missing], 3)} into business_case.yaml. Nothing is filled in for you.",
        )
    strongest = max(main.tornado, key=lambda b: b.share, default=None)
    if strongest is None:
        return ("So what", "Measure the resolved share in the pilot before anything is promised.")
    name = strongest.title[:1].lower() + strongest.title[1:]
    own = f" of {strongest.workflow.replace('-', ' ')}" if strongest.workflow else ""
    measured = (
        "It is an assumption: the pilot must measure it first."
        if strongest.origin == "assumption"
        else f"It comes from {('an ' if strongest.origin == 'answer' else 'a ') + ORIGINS[strongest.origin]}: check it again before the decision."
    )
    return (
        "So what",
        f"Decide on one figure: {line(name, 60)}{own} carries {strongest.share:.0%} of the uncertainty. {measured}".replace(
            "%", "\u00a0%"
        ),
    )
