"""Which workflow first: volumes from the ticket export, hours, what stays with people, readiness, and what people write about."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from assess.assessment import Assessment
from assess.demand_figures import Candidate, Measured, TicketFigures
from assess.outputs.figures_candidates import candidate_bars
from assess.outputs.html_fill import reading
from assess.outputs.html_view import Filler, Section
from assess.outputs.html_words import human, line, listed, number, upper

MOST = 10


def selection(a: Assessment) -> list[Section]:
    """One page; none where there is neither a volume nor an export."""
    known = [c for c in a.candidates if c.tickets]
    if not known and a.tickets is None:
        return []
    data = {
        "rows": [_row(i, c) for i, c in enumerate(a.candidates[:MOST], 1)],
        "bars": candidate_bars(known[:MOST]) if any(c.hours for c in known) else "",
        "facts": _facts(a.tickets) if a.tickets else [],
        "accounting": line(a.tickets.accounting, 200) if a.tickets else "",
    }
    lede = (
        "Hours that people spend today, less what is high-stakes and stays with them, times the share of checks that hold:"
        " the order in which to start. It moves no gate."
    )
    fillers = (*_assumed(a.tickets), *_mix(a.tickets), *reading(a)[1:], reading(a)[0])
    return [
        Section(
            "candidates", "3 · Which workflow first", line(_title(a, known), 150), lede, "candidates", "Which workflow first",
            "board", data, _bar(a, known), fillers,
        )
    ]  # fmt: skip


def _title(a: Assessment, known: list[Candidate]) -> str:
    ranked = [c for c in known if c.score is not None]
    if not known:
        return f"{upper(number(a.tickets.per_month if a.tickets else 0))} tickets a month, and no workflow named to take any of them"
    if not ranked:
        return "Volumes are known; the order needs handling times"
    first, hours = ranked[0], sum(c.hours or 0 for c in known)
    part = f"{(first.hours or 0) / hours:.0%}".replace("%", "\u00a0%") if hours else ""
    return f"Start with {human(line(first.title, 50)).lower()}: {part} of the hours, {first.checks_met} of {first.checks} checks hold"


def _row(place: int, c: Candidate) -> dict[str, Any]:
    return {
        "place": str(place) if c.score is not None else "–",
        "title": upper(line(c.title, 46)),
        "gate": c.autonomy,
        "tickets": number(round(c.tickets)) if c.tickets else "–",
        "span": line(c.tickets_from, 60),
        "minutes": f"{c.minutes:g}" if c.minutes is not None else "–",
        "hours": number(round(c.hours)) if c.hours is not None else "–",
        "stakes": f"{c.excluded:.1%}".replace("%", "\u00a0%"),
        "repeats": percent(c.repeated),
        "systems": f"{c.systems:g}" if c.systems is not None else "–",
        "ready": f"{c.checks_met} of {c.checks}" if c.checks else "–",
        "score": number(round(c.score)) if c.score is not None else "–",
    }


def percent(part: Measured | None) -> str:
    """ "13.8 % (11–17)"; a dash where nobody knows."""
    if part is None or not part.n:
        return "–"
    return f"{part.k / part.n:.1%} ({100 * part.low:.0f}–{100 * part.high:.0f})".replace("%", "\u00a0%")


def _facts(t: TicketFigures) -> list[tuple[str, str, str]]:
    """Name, value, and what it is not."""
    first = f"{1 - t.repeated.k / t.repeated.n:.1%}".replace("%", "\u00a0%") if t.repeated and t.repeated.n else "–"
    found = [
        (
            "High-stakes, by rules",
            percent(t.stakes),
            listed([f"{human(n)} {k}" for n, k in _top(t.categories)], 5) or "none seen",
        ),
        ("… with what is near in meaning", percent(t.caught), "a wider net: more found, more false alarms"),
        ("Emotional", percent(t.emotional), "frustration at which the pilot would acknowledge or hand over"),
        (
            "First-contact resolution",
            first,
            f"no further contact on the same within 7 days; repeats {percent(t.repeated)}",
        ),
        (
            "Handling time",
            f"{t.minutes:g} min" if t.minutes is not None else "–",
            f"median; time until solved is {t.solved_hours:g} h and is not it"
            if t.solved_hours is not None
            else "median",
        ),
    ]
    return [row for row in found if row[1] != "–" or row[0].startswith("High")]


def _top(categories: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(categories.items(), key=lambda pair: (-pair[1], pair[0]))


def _mix(t: TicketFigures | None) -> tuple[Filler, ...]:
    if t is None or not t.mix:
        return ()
    rows: list[tuple[Markup | str, ...]] = []
    for m in t.mix:
        mostly = "no workflow" if m.mostly == "other" else human(m.mostly)
        rows.append(
            (
                line(", ".join(m.words) or "–", 60),
                percent(m.share),
                f"{mostly}, {m.mostly_share:.0%}".replace("%", "\u00a0%"),
                Markup("<code>{}</code>").format(" ".join(m.examples)),
            )
        )
    return (
        Filler(
            "What people write about", ("Telling words", "Share of tickets", "Mostly counted as", "Examples (id digests)"),
            (36, 22, 24, 18), tuple(rows), least=min(4, len(rows)), note=f"proposed groups of {number(t.texts)} tickets; a person names them",
        ),
    )  # fmt: skip


def _assumed(t: TicketFigures | None) -> tuple[Filler, ...]:
    if t is None or not t.assumed:
        return ()
    rows = tuple(
        (str(i), line(says, 230)) for i, says in enumerate([*t.assumed, f"workflows counted by: {t.counted_by}"], 1)
    )
    return (Filler("How the export was read", ("", "What was assumed"), (5, 95), rows, least=len(rows)),)


def _bar(a: Assessment, known: list[Candidate]) -> tuple[str, str]:
    ranked = [c for c in known if c.score is not None]
    other = next((m for m in (a.tickets.mix if a.tickets else []) if m.mostly == "other"), None)
    if not known:
        return ("So what", "Name the first workflows in goals.yaml; the groups below are where the volume lies.")
    if not ranked:
        return (
            "So what",
            "Give minutes_today in engagement.yaml, or export handling times: time until solved is not what people work.",
        )
    first = ranked[0]
    said = f"{upper(line(first.title, 40))}: {first.says}."
    more = (
        f" Not in any workflow yet: “{', '.join(other.words)}”, {percent(other.share)} of the tickets." if other else ""
    )
    return ("So what", said + (more if len(said) + len(more) < 300 else ""))
