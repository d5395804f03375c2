"""Chapter 1, the answer on one page: verdict, four key figures, gates by tickets, decisions, what to measure first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from assess.assessment import LEVEL_NAMES, Assessment, Milestone
from assess.outputs.figures_bars import gate_bar
from assess.outputs.html_case import main_scenario
from assess.outputs.html_coverage import coverages, known
from assess.outputs.html_desk import desk_rows, desk_title, desk_verdict, is_desk
from assess.outputs.html_fill import reading, to_measure
from assess.outputs.html_verdict import GATES, verdict
from assess.outputs.html_view import Filler, Names, Section, by_number, titled
from assess.outputs.html_words import (
    counted,
    line,
    listed,
    number,
    share,
    short_money,
    spelled,
    weeks,
)
from runtime.systems.settings import Autonomy


def answer(a: Assessment) -> Section:
    names, held = Names(a), [w for w in a.workflows if not w.passes]
    closing = list(dict.fromkeys(f.number for w in held for e in w.gate.held_by if (f := names.finding(e))))
    if not a.workflows:
        title = "Name the workflows first; without them nothing can pass"
    elif is_desk(a):
        title = desk_title(a)
    elif not any(known(c) for c in coverages(a).values()):
        title = "Measure first: no answer is possible before systems have been asked"
    elif not held:
        title = f"All {counted(len(a.workflows), 'workflow', letters=True)} may start; {_all_pass_tail(a)}"
    elif len(held) == len(a.workflows):
        title = (
            f"Start with no workflow yet; {counted(len(closing), 'finding', letters=True)} hold all"
            f" {spelled(len(held))}"
            if closing
            else "Start with no workflow yet; too little is measured"
        )
    else:
        started = spelled(len(a.workflows) - len(held)) + (
            " workflow" if len(a.workflows) - len(held) == 1 else " workflows"
        )
        until = (
            f" until {counted(len(closing), 'finding', letters=True)} {'is' if len(closing) == 1 else 'are'} closed"
            if closing
            else " until it is measured"
        )
        title = f"Start with {started}; hold {listed([titled(w).lower() for w in held], 3)}{until}"
    data = {
        "verdict": desk_verdict(a) if is_desk(a) else verdict(a),
        "desk": desk_rows(a) if is_desk(a) else [],
        "figures": _key_figures(a),
        "bar": _gate_bar(a),
        "unit": _volume_note(a),
        "gates": _gate_rows(a),
        "decisions": a.decisions,
    }
    fillers = (replace(to_measure(a), least=2), _to_close(a), *reading(a))
    lede = "Each workflow is judged on its own systems, articles and limits; its weakest dimension decides."
    return Section(
        "answer",
        "1 · The answer on one page",
        line(title, 150),
        lede,
        "answer",
        "The answer on one page",
        "board",
        data,
        _if_you_wait(a),
        fillers,
    )


def _all_pass_tail(a: Assessment) -> str:
    acting = sum(w.gate.autonomy == "act" for w in a.workflows)
    return (
        "all may act within their limits" if acting == len(a.workflows) else f"{spelled(acting)} of them may act alone"
    )


def _key_figures(a: Assessment) -> list[tuple[str, str, str, str]]:
    """Value, unit, name, explanation."""
    own = f"; own view {a.overall.self_assessed}" if a.overall.self_assessed else ""
    level = (
        str(a.overall.confirmed),
        "of 5",
        f"overall level, {LEVEL_NAMES[a.overall.confirmed]}",
        f"confirmed {a.overall.confirmed}, possible {a.overall.possible}{own}, target {a.overall.target}",
    )
    whole, passing = _volumes(a), [w for w in a.workflows if w.passes]
    if whole:
        part = sum(w.tickets_per_month or 0 for w in passing)
        piloted = (
            share(part, whole).replace("\u00a0%", ""),
            "%",
            "of tickets may be piloted",
            f"{number(part)} of {number(whole)} a month, {len(passing)} of {counted(len(a.workflows), 'workflow')}",
        )
    else:
        piloted = (
            str(len(passing)),
            f"of {len(a.workflows)}",
            "workflows may be piloted",
            "no ticket volumes were given",
        )
    if worth := _worth(a):
        return [level, piloted, _time_figure(a), worth]
    essential = sum(f.essential for f in a.findings)
    found = (
        str(len(a.findings)),
        "",
        "findings to close" if len(a.findings) != 1 else "finding to close",
        f"{essential} essential, of {counted(len(a.cells), 'check')}",
    )
    return [level, piloted, _time_figure(a), found]


def _worth(a: Assessment) -> tuple[str, str, str, str] | None:
    """The business case as a key figure, when there is money in it."""
    if a.business_case is None or not a.business_case.scenarios:
        return None
    main = main_scenario(a.business_case)
    if main.value is None:
        return None
    currency, value = a.business_case.currency, main.value
    amount = short_money(value.p50, currency).removeprefix(f"{currency}\u00a0").split("\u00a0")
    ends = f"P10 {short_money(value.p10, currency)}, P90 {short_money(value.p90, currency)}"
    when = "under today’s gates" if main.name == "today" else "after the roadmap"
    return (
        amount[0],
        f"{currency} k" if amount[-1] == "k" and len(amount) > 1 else f"{currency} m" if len(amount) > 1 else currency,
        f"worth over {counted(a.business_case.months, 'month')}",
        f"P50 {when}; {ends}",
    )


def target_milestone(a: Assessment) -> Milestone | None:
    """The milestone at which the target level is reached, if the roadmap holds it."""
    asked = f"level {a.overall.target}"
    fitting = [m for m in a.roadmap.milestones if asked in m.what.lower()]
    return next((m for m in fitting if "overall" in m.what.lower()), fitting[0] if fitting else None)


def _time_figure(a: Assessment) -> tuple[str, str, str, str]:
    found, target = target_milestone(a), a.overall.target
    if a.overall.confirmed >= target:
        return ("0", "weeks", f"to level {target}", "reached today, confirmed")
    if found is None:
        return ("–", "", f"weeks to level {target}", "not known before more is measured")
    days = f"{number(round(found.person_days))} person-days"
    return (
        weeks(found.p50_weeks, found.p80_weeks),
        "weeks",
        f"to level {target}",
        f"P50 to P80, {counted(len(a.roadmap.tasks), 'remedy')}, {days}",
    )


def _volumes(a: Assessment) -> int:
    return sum(w.tickets_per_month or 0 for w in a.workflows)


def _gate_counts(a: Assessment) -> dict[Autonomy, int]:
    whole = _volumes(a)
    return {
        g: sum((w.tickets_per_month or 0) if whole else 1 for w in a.workflows if w.gate.autonomy == g) for g in GATES
    }


def _gate_bar(a: Assessment) -> Any:
    return gate_bar(_gate_counts(a), "tickets a month" if _volumes(a) else "workflows") if a.workflows else ""


def _volume_note(a: Assessment) -> str:
    return (
        f"{number(_volumes(a))} tickets a month, by gate"
        if _volumes(a)
        else f"{counted(len(a.workflows), 'workflow')}, by gate; no ticket volumes given"
    )


def _gate_rows(a: Assessment) -> list[dict[str, Any]]:
    names, rows = Names(a), []
    for gate in GATES:
        own = [w for w in a.workflows if w.gate.autonomy == gate]
        if own:
            entries = list(dict.fromkeys(e for w in own for e in w.gate.held_by))
            held = (
                names.held(entries)
                if entries
                else ("Nothing: limits proved, routes staffed." if gate == "act" else "No reason recorded.")
            )
            tickets = sum(w.tickets_per_month or 0 for w in own)
            rows.append(
                {
                    "gate": gate,
                    "workflows": listed([titled(w) for w in own], 5),
                    "tickets": number(tickets) if _volumes(a) else "–",
                    "held": held,
                }
            )
    return rows


def _to_close(a: Assessment) -> Filler:
    ordered = sorted(by_number(a.findings), key=lambda f: (not f.essential, -f.tickets_per_month, f.level))
    rows = tuple(
        (f.number, line(f.title, 160), str(f.level), number(f.tickets_per_month) if f.tickets_per_month else "–")
        for f in ordered[:30]
    )
    return Filler(
        "Findings by urgency", ("Finding", "What was found", "Holds level", "Tickets"), (10, 66, 13, 11), rows
    )


def _if_you_wait(a: Assessment) -> tuple[str, str]:
    held = [w for w in a.workflows if not w.passes and w.tickets_per_month]
    hours = sum((w.tickets_per_month or 0) * (w.minutes_today or 0) for w in held) / 60
    if held and hours:
        return (
            "If you wait",
            (
                f"Each month leaves {number(sum(w.tickets_per_month or 0 for w in held))} tickets of"
                f" {listed([titled(w).lower() for w in held], 3)} to people alone: {number(round(hours))} hours at"
                " today’s handling time."
            ),
        )
    if a.next and a.overall.possible > a.overall.confirmed:
        return (
            "So what",
            (
                f"The next step is a measurement, not a decision: {line(a.next[0].do, 150).rstrip('.')}. It could move:"
                f" {line(a.next[0].could_move, 100).rstrip('.')}."
            ),
        )
    return (
        "So what",
        (
            "Nothing that was measured speaks against starting; keep the limits as proved and measure again before the"
            " gates expire."
            if a.workflows
            else "Write goals.yaml, then assess again: a gate belongs to a workflow."
        ),
    )
