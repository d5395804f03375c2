"""The engineers' chapters: contents, systems and the keys between them, roadmap."""

from __future__ import annotations

from assess.assessment import Assessment, Join
from assess.outputs.figures_systems import systems_map
from assess.outputs.html_fill import checks, reading
from assess.outputs.html_view import Filler, Section, titled
from assess.outputs.html_words import (
    counted,
    interval,
    line,
    listed,
    number,
    spelled,
    upper,
)
from probes.finding import State


def contents(a: Assessment, parts: list[Section]) -> Section:
    """The list of sections, with how to read them where the page has room."""
    levels, *others = reading(a)
    open_checks = checks(a, "Checks that do not hold", lambda c: c.state in (State.NOT_MET, State.NOT_MEASURED))
    fillers = (levels, open_checks, *others)
    bar = (
        "In short",
        (
            "Confirmed counts what nobody measured as not met, possible counts it as met. Only confirmed levels open"
            " gates; a report without gaps has no interval."
        ),
    )
    lede = (
        "Chapters 1 to 3 answer the board’s question; findings and roadmap are for those who mend and plan, the"
        " appendices for those who check."
    )
    return Section(
        "contents",
        "Contents",
        "What this report holds",
        lede,
        "contents",
        "Contents",
        "board",
        {"parts": parts},
        bar,
        fillers,
    )


def systems(a: Assessment) -> Section:
    held, missing = sum(j.state is State.MET for j in a.joins), [j for j in a.joins if j.state is State.NOT_MET]
    unknown = len(a.joins) - held - len(missing)
    if not a.joins:
        title = f"{upper(counted(len(a.systems), 'system', letters=True))}, and no key between them was asked for"
    elif not missing and not unknown:
        title = (
            f"All {counted(len(a.joins), 'key', letters=True)} between the systems hold"
            if len(a.joins) > 1
            else "The one key between the systems holds"
        )
    elif missing:
        title = (
            f"{upper(spelled(held))} of {counted(len(a.joins), 'key', letters=True)} hold; {link(missing[0])} do not"
            " meet"
        )
    else:
        title = (
            f"{upper(spelled(held))} of {counted(len(a.joins), 'key', letters=True)} hold; {spelled(unknown)} could not"
            " be followed"
        )
    lede = "Thick lines are keys that link two systems’ records; their numbers lead to the table."
    data = {
        "map": systems_map(a),
        "joins": [(link(j), key(j), j) for j in a.joins],
        "systems": a.systems,
        "interval": interval,
    }
    fillers = (
        _read_by_agents(a),
        checks(
            a,
            "Checks of systems that do not hold",
            lambda c: c.dimension in ("crm", "api") and c.state is State.NOT_MET,
        ),
        checks(a, "Checks of systems that hold", lambda c: c.dimension in ("crm", "api") and c.state is State.MET),
        *reading(a),
    )
    return Section(
        "systems",
        "4 · Systems",
        line(title, 150),
        lede,
        "systems",
        "Systems and the keys between them",
        "board",
        data,
        _systems_bar(a, [link(j) for j in missing]),
        fillers,
    )


def _read_by_agents(a: Assessment) -> Filler:
    """Tokens of each workflow's allow-list against all operations of the systems that it calls."""
    rows = []
    for workflow in a.workflows:
        own = [f for f in a.fitness if workflow.name in f.reading.allowed]
        if own:
            allowed = sum(f.reading.allowed[workflow.name] for f in own)
            answers = [x for f in own for x in f.reading.answers]
            largest = max(answers, key=lambda x: x.tokens, default=None)
            seen = f"{number(largest.tokens)} ({line(largest.operation, 30)})" if largest else "none measured"
            rows.append((titled(workflow), number(allowed), number(sum(f.reading.whole for f in own)), seen))
    head = ("Workflow", "Allow-list", "All operations of its systems", "Largest answer seen of them")
    note = "definitions as tools, four characters a token"
    return Filler("Tokens that an agent reads", head, (30, 15, 25, 30), tuple(rows), note=note)


def link(join: Join) -> str:
    """The two systems that a key links: `usage.contract_no`, `crm.id` become "usage and crm"."""
    return f"{line(join.source.split('.')[0], 30)} and {line(join.target.split('.')[0], 30)}"


def key(join: Join) -> str:
    """The fields that carry the key, where they are named."""
    fields = [line(end.split(".", 1)[1], 40) for end in (join.source, join.target) if "." in end]
    return " = ".join(dict.fromkeys(fields))


def _systems_bar(a: Assessment, missing: list[str]) -> tuple[str, str]:
    if missing:
        return (
            "So what",
            (
                f"Where a key is missing ({listed(missing, 2)}), no agent may guess which record belongs to which: the"
                " key must come from the systems."
            ),
        )
    weakest = sorted((s for s in a.systems if s.level), key=lambda s: (s.level.confirmed if s.level else 9, s.name))
    if weakest and weakest[0].level and weakest[0].level.confirmed < 4:
        first = weakest[0]
        numbers = listed([line(n, 12) for n in first.findings], 4)
        return (
            "So what",
            (
                f"{upper(line(first.name, 40))} decides for every workflow that calls it: confirmed level"
                f" {first.level.confirmed if first.level else 1}{', held by ' + numbers if numbers else ', held by what was not measured'}."
            ),
        )
    return (
        "So what",
        "No system holds a workflow back. Watch the descriptions: a changed interface closes the gates that touch it.",
    )
