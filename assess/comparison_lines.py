"""A comparison in a terminal: levels, gates with their reasons, then what changed, worst first."""

from __future__ import annotations

from collections.abc import Sequence

from assess.assessment import GATE_WORDS
from assess.changes import InputChange
from assess.comparison import Change, Comparison, LevelMove
from assess.summary import DIMENSION_WORDS
from probes.finding import DIMENSIONS, State
from runtime.systems.settings import Autonomy

STATE_WORDS = {
    State.MET: "met",
    State.NOT_MET: "not met",
    State.NOT_MEASURED: "not measured",
    State.NOT_APPLICABLE: "does not apply",
    None: "not asked",
}


def comparison_lines(comparison: Comparison, most: int | None = 12) -> list[str]:
    """Plain lines; at most `most` entries a list, all when None."""
    c = comparison
    lists = [
        _list("Broken", [_answer(x) for x in c.broken], most),
        _list("No longer measured", [_answer(x) for x in c.no_longer_measured], most),
        _list("Gone", [*map(_answer, c.gone), *_inventory(c.inventory_gone)], most),
        _list("Mended", [_answer(x) for x in c.mended], most),
        _list("Measured for the first time", [f"{STATE_WORDS[x.now]}: {_answer(x)}" for x in c.first_measured], most),
        _list("Newly in scope", [f"{STATE_WORDS[x.now]}: {_answer(x)}" for x in c.asked_anew], most),
        _list("Newly there", _inventory(c.inventory_new), most),
        _list("Began or ceased to apply", [_turned(x) for x in c.applicability], most),
        _list("Still open", [_answer(x) for x in c.still_open], most),
        _list("Articles with another text", c.articles_changed, most),
        _list("What people wrote otherwise", [_written(x) for x in c.inputs], most),
        _list("What each file moves by itself", [_moved(*x) for x in c.moved_by.items()], most),
    ]
    return [*_head(c), "", *_levels(c), "", *_gates(c), *(line for lines in lists for line in lines), *_end(c)]


def _head(c: Comparison) -> list[str]:
    evidence = (
        f"one bundle, {c.new.bundle[:19]}…, with other files"
        if c.same_evidence
        else f"evidence {c.old.bundle[:19]}… → {c.new.bundle[:19]}…"
    )
    return [
        f"{c.new.organisation}: {c.old.as_of:%Y-%m-%d} → {c.new.as_of:%Y-%m-%d}, judged with catalogue {c.catalogue}",
        evidence,
        *(f"note: {remark}" for remark in c.remarks),
    ]


def _levels(c: Comparison) -> list[str]:
    rows = [f"{'dimension':<26}{'confirmed':>11}{'possible':>11}{'own view':>11}   answered of asked"]
    rows += [_level(DIMENSION_WORDS[d], c.levels[d]) for d in DIMENSIONS]
    return [*rows, _level("overall", c.overall)]


def _level(name: str, move: LevelMove) -> str:
    own = tuple(str(v) if v else "–" for v in move.self_assessed)
    answered = [f"{seen} of {asked}" for seen, asked in zip(move.answered, move.asked, strict=True)]
    return f"{name:<26}{_pair(*move.confirmed):>11}{_pair(*move.possible):>11}{_pair(*own):>11}   {_pair(*answered)}"


def _pair(was: object, now: object) -> str:
    return str(now) if was == now else f"{was} → {now}"


def _gates(c: Comparison) -> list[str]:
    lines = []
    for gate in c.gates:
        lines.append(f"{gate.workflow:<26}{_pair(_gate(gate.was), _gate(gate.now))}")
        lines += [f"   because {reason}" for reason in gate.because]
    return lines


def _gate(autonomy: Autonomy | None) -> str:
    return GATE_WORDS[autonomy] if autonomy else "no such workflow"


def _list(title: str, entries: Sequence[str], most: int | None) -> list[str]:
    if not entries:
        return []
    shown = entries if most is None else entries[:most]
    more = [f"  … and {len(entries) - len(shown)} more (--all)"] if len(entries) > len(shown) else []
    return ["", f"{title}: {len(entries)}", *(f"  {entry}" for entry in shown), *more]


def _answer(change: Change) -> str:
    number = f"{change.number} " if change.number else ""
    return f"{number}{change.probe}({change.subject}): {change.title}"


def _turned(change: Change) -> str:
    return f"{change.probe}({change.subject}): {STATE_WORDS[change.was]} → {STATE_WORDS[change.now]}: {change.title}"


def _inventory(items: dict[str, list[str]]) -> list[str]:
    return [f"{kind.removesuffix('s')} {name}" for kind, names in items.items() for name in names]


def _written(change: InputChange) -> str:
    was, now = (_short(value) for value in (change.was, change.now))
    values = {"added": f"now {now}", "removed": f"was {was}, taken out", "changed": f"{was} → {now}"}
    said = f" ({', '.join(filter(None, (change.by, change.on)))})" if change.by or change.on else ""
    whole = change.key == "(whole file)"
    return f"{change.file}:{change.line} " + (change.kind if whole else f"{change.key}: {values[change.kind]}{said}")


def _moved(file: str, moves: Sequence[str]) -> str:
    return f"{file}: {'; '.join(moves) or 'nothing'}"


def _short(value: str) -> str:
    if value.startswith("sha256:"):
        return f"{value[:19]}…"
    return value or "empty"


def _end(c: Comparison) -> list[str]:
    moved = [d for d in DIMENSIONS if len(set(c.levels[d].confirmed)) > 1 or len(set(c.levels[d].possible)) > 1]
    still = [] if moved or any(gate.moved for gate in c.gates) else ["", "No level and no gate moved."]
    return [*still, *_pace(c)]


def _pace(c: Comparison) -> list[str]:
    """The common factor on efforts, where finished tasks moved it."""
    if c.pace is None or c.pace[0] == c.pace[1]:
        return []
    was, now = c.pace
    learnt = f"{now.finished} finished task{'s' if now.finished != 1 else ''}"
    return ["", f"Common factor on efforts: {was.median:.2f} → {now.median:.2f}, learnt from {learnt}"]
