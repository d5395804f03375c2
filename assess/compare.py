"""Two assessments side by side: what was mended, broke, was measured for the first time, or is gone; what moved.

The older evidence is judged again with the catalogue of today, so that a difference is one of the estate or of what
people wrote, never one of the rules. Pure: reads both, writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from assess.assessment import Assessment, Cell
from assess.changes import InputChange
from assess.comparison import Change, Comparison, GateMove, LevelMove, Side
from assess.findings import ASKED_OF_ALL
from probes.finding import DIMENSIONS, Dimension, State

KNOWN = (State.MET, State.NOT_MET)
Inventory = Mapping[str, Sequence[str]]


def compare(
    old: Assessment,
    new: Assessment,
    *,
    collected_with: tuple[str, str] = ("", ""),
    inventories: tuple[Inventory, Inventory] = ({}, {}),
    articles_changed: Sequence[str] = (),
    inputs: Sequence[InputChange] = (),
    moved_by: Mapping[str, Sequence[str]] | None = None,
) -> Comparison:
    """Compares two assessments of one catalogue.

    Args:
        collected_with: catalogues that stand in the two manifests.
        inventories: operations, articles and limits of the two bundles.
        articles_changed: articles that both bundles hold, with another text.
        inputs: what people wrote otherwise.
        moved_by: what each changed file moves by itself, where the evidence is the same.
    """
    pairs = _paired(old, new)
    changed = [_change(before, after, (old, new)) for before, after in pairs if _differs(before, after)]
    gone, came = _inventory_moves(*inventories)
    aimed = max(ASKED_OF_ALL, new.overall.target)
    levels, gates = {d: _level(old, new, d) for d in DIMENSIONS}, _gates(old, new, changed)
    return Comparison(
        old=_side(old, collected_with[0]),
        new=_side(new, collected_with[1]),
        catalogue=new.catalogue,
        same_evidence=old.bundle == new.bundle,
        overall=_overall(old, new),
        levels=levels,
        gates=gates,
        **{name: [c for c in changed if fits(c)] for name, fits in GROUPS.items()},
        still_open=[_change(b, a, (old, new)) for b, a in pairs if b and a and _stays_open(b, a, aimed)],
        inventory_gone=gone,
        inventory_new=came,
        articles_changed=list(articles_changed),
        inputs=list(inputs),
        moved_by={name: list(said) for name, said in (moved_by or {}).items()},
        pace=(old.roadmap.pace, new.roadmap.pace),
        worse=_worse(levels, gates, [c for c in changed if GROUPS["broken"](c)]),
        remarks=_remarks(old, new, collected_with),
    )


GROUPS: dict[str, Callable[[Change], bool]] = {
    "mended": lambda c: c.was is State.NOT_MET and c.now is State.MET,
    "broken": lambda c: c.was is State.MET and c.now is State.NOT_MET,
    "first_measured": lambda c: c.was is State.NOT_MEASURED and c.now in KNOWN,
    "no_longer_measured": lambda c: c.was in KNOWN and c.now is State.NOT_MEASURED,
    "asked_anew": lambda c: c.was is None,
    "gone": lambda c: c.now is None,
    "applicability": lambda c: State.NOT_APPLICABLE in (c.was, c.now) and None not in (c.was, c.now),
}


def _paired(old: Assessment, new: Assessment) -> list[tuple[Cell | None, Cell | None]]:
    """Questions by name and subject, in the newer order, what is gone last."""
    before = {(c.probe, str(c.subject)): c for c in old.cells}
    after = {(c.probe, str(c.subject)): c for c in new.cells}
    return [(before.get(key), after.get(key)) for key in dict.fromkeys([*after, *before])]


def _stays_open(before: Cell, after: Cell, target: int) -> bool:
    """Not met on both sides, at a level that is aimed at: above it nothing is a finding."""
    return before.state == after.state == State.NOT_MET and after.level <= target


def _differs(before: Cell | None, after: Cell | None) -> bool:
    return before is None or after is None or before.state is not after.state


def _change(before: Cell | None, after: Cell | None, sides: tuple[Assessment, Assessment]) -> Change:
    cell = after or before
    assert cell is not None
    key = (cell.probe, cell.subject)
    number = next((f.number for side in reversed(sides) for f in side.findings if (f.probe, f.subject) == key), "")
    return Change(
        probe=cell.probe,
        subject=cell.subject,
        dimension=cell.dimension,
        level=cell.level,
        essential=cell.essential,
        was=before.state if before else None,
        now=after.state if after else None,
        title=cell.title,
        number=number,
        cause=cell.cause,
        workflows=cell.workflows,
    )


def _side(a: Assessment, collected_with: str) -> Side:
    return Side(
        organisation=a.organisation,
        as_of=a.as_of,
        bundle=a.bundle,
        run=a.run,
        collected_with=collected_with or a.catalogue,
        profile=a.profile,
        tool=a.tool,
    )


def _overall(old: Assessment, new: Assessment) -> LevelMove:
    counts = [[side.levels[d].coverage for d in DIMENSIONS] for side in (old, new)]
    asked = [sum(c.applicable for c in side) for side in counts]
    unknown = [sum(c.not_measured for c in side) for side in counts]
    return LevelMove(
        confirmed=(old.overall.confirmed, new.overall.confirmed),
        possible=(old.overall.possible, new.overall.possible),
        answered=(asked[0] - unknown[0], asked[1] - unknown[1]),
        asked=(asked[0], asked[1]),
        self_assessed=(old.overall.self_assessed, new.overall.self_assessed),
    )


def _level(old: Assessment, new: Assessment, dimension: Dimension) -> LevelMove:
    was, now = old.levels[dimension], new.levels[dimension]
    asked = was.coverage.applicable, now.coverage.applicable
    return LevelMove(
        confirmed=(was.confirmed, now.confirmed),
        possible=(was.possible, now.possible),
        answered=(asked[0] - was.coverage.not_measured, asked[1] - now.coverage.not_measured),
        asked=asked,
        self_assessed=(was.self_assessed, now.self_assessed),
    )


def _gates(old: Assessment, new: Assessment, changed: Sequence[Change]) -> list[GateMove]:
    titles = {w.name: w.title for side in (old, new) for w in side.workflows}
    return [
        GateMove(
            workflow=name,
            title=titles.get(name, name),
            was=old.gates[name].autonomy if name in old.gates else None,
            now=new.gates[name].autonomy if name in new.gates else None,
            because=_because(name, old, new, changed),
        )
        for name in dict.fromkeys([*new.gates, *old.gates])
    ]


def _because(name: str, old: Assessment, new: Assessment, changed: Sequence[Change]) -> list[str]:
    """Answers below the workflow that changed; then caps in words. Empty where the gate did not move."""
    if name not in old.gates or name not in new.gates:
        return ["the workflow is new" if name in new.gates else "the workflow is gone"]
    if old.gates[name].autonomy == new.gates[name].autonomy:
        return []
    own = [f"{c.number or f'{c.probe}({c.subject})'}: {c.title}" for c in changed if name in c.workflows]
    before, after = (_caps(side, name) for side in (old, new))
    return [
        *own,
        *(f"no longer: {cap}" for cap in before if cap not in after),
        *(cap for cap in after if cap not in before),
    ]


def _caps(side: Assessment, name: str) -> list[str]:
    """What holds a gate besides findings and unmeasured questions: rules, in words."""
    numbers = {f.number for f in side.findings} | {f"{c.probe}({c.subject})" for c in side.cells}
    return [held for held in side.gates[name].held_by if held not in numbers]


def _inventory_moves(old: Inventory, new: Inventory) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    names = sorted({*old, *new})
    gone = {name: sorted(set(old.get(name, ())) - set(new.get(name, ()))) for name in names}
    came = {name: sorted(set(new.get(name, ())) - set(old.get(name, ()))) for name in names}
    return {n: items for n, items in gone.items() if items}, {n: items for n, items in came.items() if items}


def _worse(levels: Mapping[Dimension, LevelMove], gates: Sequence[GateMove], broken: Sequence[Change]) -> list[str]:
    fell = [f"{d}: level {m.confirmed[0]} → {m.confirmed[1]}" for d, m in levels.items() if m.fell]
    fell += [f"{g.workflow}: {g.was} → {g.now or 'gone'}" for g in gates if g.fell]
    return fell + [f"{c.probe}({c.subject}) broke: {c.title}" for c in broken]


def _remarks(old: Assessment, new: Assessment, collected_with: tuple[str, str]) -> list[str]:
    said = []
    if old.organisation != new.organisation:
        said.append(f"two organisations: {old.organisation} and {new.organisation}")
    if old.as_of > new.as_of:
        said.append("the first one is younger than the second: `mended` and `broken` read backwards")
    if old.profile != new.profile:
        said.append(f"two profiles: {old.profile} and {new.profile}; weights, essentials and caps differ")
    if any(version and version != new.catalogue for version in collected_with):
        said.append(
            f"collected under catalogue {' and '.join(dict.fromkeys(collected_with))}, both judged with {new.catalogue}"
        )
    return said
