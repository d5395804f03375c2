"""Tables that fill a page usefully: findings by urgency, checks of one subject, and how to read the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from markupsafe import Markup

from assess.assessment import LEVEL_NAMES, Assessment, Cell
from assess.outputs.figures import symbol
from assess.outputs.html_view import Filler
from assess.outputs.html_words import GATE_LABELS, STATE_WORDS, line
from probes.finding import State

MOST = 30
HOLDS = {
    1: "Approved text exists; nothing is asked of systems",
    2: "Described, reachable, machine identity; knowledge owned and current",
    3: "Writes work and stick, errors readable, no conflicts, handoff readable",
    4: "Limits proved and enforced at the API, writes repeat-safe, escalation staffed",
    5: "Change events, contract tests, feedback loop, pilot metrics with intervals",
}
MAY = {
    1: "reply from approved text",
    2: "read a customer's data",
    3: "draft; a person approves",
    4: "act alone within limits",
    5: "move limits with evidence",
}
ORDER = (State.NOT_MET, State.NOT_MEASURED, State.MET, State.NOT_APPLICABLE)


def checks(assessment: Assessment, title: str, wanted: Callable[[Cell], bool], without: str = "") -> Filler:
    """Checks that a reader may ask for at this place, worst first; `without` leaves out the page's own probe."""
    cells = sorted((c for c in assessment.cells if wanted(c) and c.probe != without), key=_urgency)
    return Filler(
        title,
        ("Check", "Asked of", "Level", "Outcome", "What was found"),
        (27, 17, 6, 16, 34),
        tuple(_row(c) for c in cells[:MOST]),
    )


def reading(assessment: Assessment) -> tuple[Filler, ...]:
    """Glossary tables that are true of every assessment: levels, gates, kinds of evidence."""
    target = assessment.overall.target
    levels = tuple(
        (f"{n} {name}", f"{MAY[n]}{' (target)' if n == target else ''}", HOLDS[n]) for n, name in LEVEL_NAMES.items()
    )
    gates = tuple(
        (symbol(g, w) + Markup(" ") + w, needed, says)
        for (g, w), (needed, says) in zip(GATE_LABELS.items(), _GATES, strict=True)
    )
    return (
        Filler("What the levels mean", ("Level", "The agent may", "What must hold"), (19, 25, 56), levels),
        Filler(
            "What the gates mean", ("Gate", "Every dimension confirms", "What the agent does then"), (19, 25, 56), gates
        ),
        Filler("What counts as evidence", ("Kind", "Source", "How it counts"), (19, 25, 56), _EVIDENCE),
        Filler("How this report rounds and counts", ("Rule", "Applies to", "What it says"), (19, 25, 56), _RULES),
    )


def to_measure(assessment: Assessment, skip: int = 0) -> Filler:
    rows = tuple((line(m.do, 160), line(m.could_move, 120)) for m in assessment.next[skip : skip + MOST])
    return Filler(
        "Measure first",
        ("What to do", "What it could move"),
        (62, 38),
        rows,
        note="what is unknown, by what it could move",
    )


def _urgency(cell: Cell) -> tuple[int, bool, int, str, str]:
    return (ORDER.index(cell.state), not cell.essential, cell.level, cell.probe, str(cell.subject))


def _row(cell: Cell) -> tuple[Markup | str, ...]:
    words = STATE_WORDS[cell.state]
    return (
        code(cell.probe),
        line(cell.subject, 60),
        str(cell.level),
        symbol(cell.state.value, words) + Markup(" ") + words,
        line(cell.title, 160),
    )


def code(text: str) -> Markup:
    return Markup("<code>{}</code>").format(line(text, 80))


def rows_of(cells: Iterable[Cell]) -> list[tuple[Markup | str, ...]]:
    return [_row(c) for c in cells]


_GATES = (
    ("level 4", "Acts in the approved categories, within proved limits"),
    ("level 3", "Prepares each action; a person approves it"),
    ("level 2", "Runs beside people and changes nothing"),
    ("level 1", "Is not started for this workflow"),
)
_EVIDENCE: tuple[tuple[Markup | str, ...], ...] = (
    ("measured", "a probe saw it on staging", "counts at every level"),
    ("declared", "a document says it", "counts where the check asks for a document"),
    ("attested", "a person answered", "carries no weight from level 3 on"),
    ("not measured", "nobody looked, or could", "never a pass: lowers confirmed, not possible"),
)
_RULES: tuple[tuple[Markup | str, ...], ...] = (
    ("Minimum", "dimensions, units", "The weakest decides; nothing is averaged away"),
    ("Veto", "essential checks", "No weight of other checks buys off an essential one"),
    ("Interval", "levels", "Confirmed: unknown is not met. Possible: unknown is met"),
    ("P50, P80", "dates", "Held in half, and in four of five, of the simulated courses"),
    ("Denominator", "every figure", "Counts name what they are counted of"),
    ("Expiry", "gates", "A gate ends with its date or when a digest differs"),
    ("Own record", "trial writes", "Only on records made for it and on test customers"),
    ("Pure", "judgement", "The same bundle gives the same report, byte for byte"),
)
