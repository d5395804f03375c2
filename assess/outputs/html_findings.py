"""One section a major finding, one table for the minor ones.

Major: not met, and essential or at a level that the target asks for. Two quotes side by side where evidence carries them:
`facts["sides"]` (a list), or two pieces of evidence with `facts["quote"]`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from assess.assessment import LEVEL_NAMES, Assessment, Finding, Task
from assess.outputs.html_fill import checks, reading
from assess.outputs.html_view import Section, by_number, paragraph
from assess.outputs.html_words import (
    block,
    clean,
    counted,
    day,
    days_of,
    human,
    line,
    listed,
    moment,
    number,
    sentence,
    upper,
    weeks,
)
from probes.finding import Evidence

NOISE = re.compile(
    r"(accept|accept-\w+|connection|user-agent|date|server|content-length|x-ratelimit-[\w-]+):", re.IGNORECASE
)
SIDE_FACTS = ("value", "scope", "owner", "updated", "reviewed", "start", "condition")


@dataclass(frozen=True)
class Side:
    """One side of a contradiction, ready to print."""

    article: str
    heading: str
    before: str
    value: str
    said: str
    after: str
    facts: tuple[tuple[str, str], ...]


def major(a: Assessment) -> list[Section]:
    chosen = by_number([f for f in a.findings if is_major(f, a)])
    return [_section(f, a, first=i == 0) for i, f in enumerate(chosen)]


def is_major(f: Finding, a: Assessment) -> bool:
    return f.essential or f.level <= a.overall.target


def minor(a: Assessment) -> list[Section]:
    rows = by_number([f for f in a.findings if not is_major(f, a)])
    if not rows:
        return []
    title = (
        f"{upper(counted(len(rows), 'more finding', letters=True))} {'does' if len(rows) == 1 else 'do'} not hold the"
        " target"
    )
    lede = f"They belong to levels above {a.overall.target}: worth planning, no reason to wait."
    bar = (
        "So what",
        (
            f"None of them keeps a workflow from level {a.overall.target}. Take them up when the systems are touched"
            " anyway."
        ),
    )
    return [
        Section(
            "minor",
            "5 · Findings beyond the target",
            title,
            lede,
            "minor",
            "Findings beyond the target",
            "finding",
            {"rows": rows},
            bar,
            reading(a),
        )
    ]


def task_of(f: Finding, a: Assessment) -> Task | None:
    return next((t for t in a.roadmap.tasks if f.number in t.findings), None)


def _section(f: Finding, a: Assessment, first: bool) -> Section:
    task = task_of(f, a)
    pairs = conflict_pairs(f.evidence)
    exchanges = [_exchange(e) for e in f.evidence if e.request or e.response]
    told = [e for e in f.evidence if not (e.request or e.response) and not _sides(e)]
    data: dict[str, Any] = {
        "f": f,
        "meta": _meta(f, a),
        "exchanges": exchanges[:2],
        "more_exchanges": max(0, len(exchanges) - 2),
        "told": [(paragraph(e.says, 400), line(e.source, 120)) for e in told[:6]],
        "more_told": max(0, len(told) - 6),
        "pairs": pairs[:1],
        "more_pairs": [_pair_row(p) for p in pairs[1:13]],
        "pair_count": len(pairs),
        "consequence": paragraph(f.consequence or f.why, 700),
        "remedy": [paragraph(r, 400) for r in f.remedy],
        "who": _who(f, task, a),
        "verify": _verify(f),
        "how": paragraph(f.how, 420),
        "relates": _relates(f),
        "comments": [
            (paragraph(c.says, 300), line(c.by, 60), c.accepted_risk, day(c.until) if c.until else "")
            for c in a.comments
            if c.finding == f.number
        ],
        "why": paragraph(f.why, 420) if f.consequence and len(f.why) > 190 else "",
    }
    unit = f.subject.unit
    fillers = (
        checks(
            a,
            f"What else was asked of {line(human(unit), 40)}" if unit != "*" else "Other checks of this dimension",
            lambda c: c.subject.unit == unit and c.dimension == f.dimension,
            f.probe,
        ),
        checks(a, "Other checks of this dimension", lambda c: c.dimension == f.dimension and c.subject.unit != unit),
        *reading(a)[2:],
    )
    lede = paragraph(f.why or f.consequence, 210) or f"Asked of {line(f.subject, 80)} at level {f.level}."
    return Section(
        f.number.lower(),
        f"5 · Finding {f.number}",
        sentence(line(f.title, 130).rstrip(".")),
        _sentence(lede),
        "finding",
        f"{f.number} {sentence(line(f.title, 80).rstrip('.'))}",
        "finding",
        data,
        _bar(f, task, a),
        fillers,
    )


def _relates(f: Finding) -> list[str]:
    """Entries of frameworks, as many as two lines take; appendix B has all."""
    most = 8
    more = [f"{len(f.relates) - most} more in appendix B"] if len(f.relates) > most else []
    return [*(line(r, 60) for r in f.relates[:most]), *more]


def _sentence(text: str) -> str:
    """The first sentences that fit two lines."""
    if len(text) <= 190:
        return text
    cut = text[:190]
    return cut[: cut.rfind(". ") + 1] if ". " in cut else cut[: cut.rfind(" ")] + "…"


def _meta(f: Finding, a: Assessment) -> list[tuple[str, str]]:
    titles = {w.name: w.title for w in a.workflows}
    held = listed([line(titles.get(w, human(w)), 40).lower() for w in f.workflows], 3) or "none today"
    return [
        ("Holds level", f"{f.level}, {LEVEL_NAMES.get(f.level, '')}"),
        ("Holds workflows", held),
        ("Evidence", f"{f.grade}{', ' + line(f.subject_of_proof, 40) if f.subject_of_proof else ''}"),
    ]


def _exchange(e: Evidence) -> dict[str, Any]:
    """Evidence with its request and answer; the request's first line stands out."""
    first, _, rest = block(_without_noise(e.request), 9, 700).partition("\n")
    status, _, body = block(_without_noise(e.response), 11, 800).partition("\n")
    return {
        "says": paragraph(e.says, 260),
        "first": first,
        "rest": rest.strip("\n"),
        "status": status,
        "body": body.strip("\n"),
        "at": moment(e.at),
        "source": line(e.source, 120),
    }


def _without_noise(text: str) -> str:
    """An exchange without the headers that every call carries; the whole one is in the bundle."""
    head, blank, body = text.partition("\n\n")
    kept = [one for one in head.split("\n") if not NOISE.match(one)]
    return "\n".join(kept) + blank + body


def conflict_pairs(evidence: list[Evidence]) -> list[tuple[Side, Side, str]]:
    """Contradicting quotes, two and two, each pair with its reason."""
    whole = [(sides[0], sides[1], paragraph(e.says, 300)) for e in evidence if len(sides := _sides(e)) >= 2]
    single = [(sides[0], e) for e in evidence if len(sides := _sides(e)) == 1]
    halves = [(a, b, paragraph(e.says, 300)) for (a, e), (b, _) in zip(single[::2], single[1::2], strict=False)]
    return whole + halves


def _sides(e: Evidence) -> list[Side]:
    found = e.facts.get("sides")
    raw = found if isinstance(found, list) else [e.facts] if "quote" in e.facts else []
    return [_side(one, e) for one in raw if isinstance(one, dict) and one.get("quote")]


def _side(raw: dict[str, Any], e: Evidence) -> Side:
    quote, value = line(raw["quote"], 260), line(raw.get("value", ""), 60).lstrip("<>=~ ")
    at = quote.lower().find(value.lower()) if value else -1
    before, middle, after = (
        (quote[:at], quote[at : at + len(value)], quote[at + len(value) :]) if at >= 0 else (quote, "", "")
    )
    facts = tuple(
        (name.capitalize(), _fact(raw[name])) for name in SIDE_FACTS if raw.get(name) not in (None, "", [], {})
    )
    return Side(
        line(raw.get("article", e.source or "article"), 80),
        line(raw.get("heading", ""), 60),
        before,
        middle,
        value,
        after,
        facts,
    )


def _fact(value: Any) -> str:
    said = ", ".join(str(v) for v in value) if isinstance(value, (list, tuple)) else str(value)
    return day(said) if len(said) == 10 and said[4:5] == "-" else line(said, 90)


def _pair_row(pair: tuple[Side, Side, str]) -> tuple[str, str, str, str]:
    a, b, _ = pair
    return (a.article, a.value or a.before[:60], b.article, b.value or b.before[:60])


def _who(f: Finding, task: Task | None, a: Assessment) -> list[tuple[str, str]]:
    needs = [t for t in a.roadmap.tasks if task and t.id in task.needs]
    before = listed([n for t in needs for n in t.findings or [t.id]], 4) or "nothing"
    return [
        ("Owner", line(f.owner or f.effort.role, 60)),
        ("Effort", f"{days_of(f.effort.days)} person-days"),
        ("Ready", f"week {weeks(task.finish_p50, task.finish_p80)}, P50 to P80" if task else "not scheduled"),
        ("Needs first", before),
    ]


def _verify(f: Finding) -> list[str]:
    system = f" --system {clean(f.subject.unit, 40)}" if f.dimension in ("crm", "api") and f.subject.unit != "*" else ""
    return [f"cxready collect .{system} \\", f"  --probe {f.probe}", "cxready assess ."]


def _bar(f: Finding, task: Task | None, a: Assessment) -> tuple[str, str]:
    likely = number(f.effort.days[1])
    volume = f", {number(f.tickets_per_month)} tickets a month," if f.tickets_per_month else ""
    lifts = f" It opens: {listed([line(x, 70) for x in task.lifts], 2)}." if task and task.lifts else ""
    titles = {w.name: w.title for w in a.workflows}
    held = listed([line(titles.get(w, human(w)), 40).lower() for w in f.workflows], 3)
    if held:
        return ("So what", f"{likely} person-days, most likely, stand between {held}{volume} and the next gate.{lifts}")
    return ("So what", f"No workflow is held by it today; {likely} person-days close it before one is.{lifts}")
