"""Rows that the report and the gate share: a workflow's gate, a unit's levels in lines, a worked example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assess.assessment import Cell, CouldBe, DimensionLevel, WorkedExample
from assess.cells import Artifacts
from assess.engagement import Folder
from assess.gates import Judged
from assess.levels import asked
from probes.artifact import Missing
from probes.finding import DIMENSIONS, Dimension, State, Subject
from probes.gather.repeat import RepeatTrial
from probes.probe import WorkflowScope
from runtime.gate import RepeatSafe, WorkflowGate


def gate_row(
    folder: Folder, judged: Judged, scope: WorkflowScope, artifacts: Artifacts, numbers: Mapping[str, str]
) -> WorkflowGate:
    """The workflow's entry in gate.json; per write how it may be repeated, as measured."""
    return WorkflowGate(
        autonomy=judged.autonomy,
        by_dimension={str(d): a for d, a in judged.by_dimension.items()},
        held_by=list(dict.fromkeys(numbers.get(name, name) for name in judged.held)),
        could_be=list(judged.could_be),
        allow=list(scope.operations),
        writes={write: repeat_safe(write, artifacts) for write in scope.writes},
        systems=list(scope.systems),
    )


def repeat_safe(write: str, artifacts: Artifacts) -> RepeatSafe:
    """`no` unless it was measured otherwise."""
    system, _, operation = write.partition(".")
    trial = artifacts.get(RepeatTrial, Subject(unit=system, item=operation))
    if isinstance(trial, Missing):
        return RepeatSafe()
    assert isinstance(trial, RepeatTrial)
    if trial.by == "key" and not trial.named:
        return RepeatSafe()  # the key works, but the pilot sends only a header that the effects file names
    return RepeatSafe(by=trial.by, header=trial.header, find=trial.find, settle_s=trial.settle_s)


def worked_example(levels: Mapping[Dimension, DimensionLevel], cells: Sequence[Cell]) -> WorkedExample | None:
    """The lowest dimension's lowest unit, step by step."""
    named = [(levels[d].units[u].confirmed, d, u) for d in DIMENSIONS for u in levels[d].units]
    if not named:
        return None
    _, dimension, unit = min(named, key=lambda n: (n[0], DIMENSIONS.index(n[1]), n[2]))
    return WorkedExample(dimension=dimension, unit=unit, lines=level_lines(dimension, unit, levels, cells))


def level_lines(
    dimension: Dimension, unit: str, levels: Mapping[Dimension, DimensionLevel], cells: Sequence[Cell]
) -> list[str]:
    """How one unit's interval came about, a line a level and a line for each cell that holds it."""
    own = levels[dimension].units[unit]
    lines: list[str] = []
    for step in own.steps:
        lines.append(
            f"Level {step.level}: {step.met} of {step.weight} met, {step.unknown} unknown; may miss {step.may_miss}"
            + (
                f"; essential missing: {', '.join(step.essential_missing)}"
                if step.essential_missing
                else "; every essential met"
            )
        )
        lines += [
            f"   {word(c)} {c.probe}({c.subject}): {c.title}"
            for c in cells
            if _counts(c, dimension, unit, step.level) and c.state is not State.MET
        ]
    last = (
        f"confirmed {own.confirmed}"
        if own.confirmed == own.possible
        else f"confirmed {own.confirmed}, possible {own.possible}"
    )
    return [
        *lines,
        f"{dimension} of {unit}: {last}. The dimension is the lowest of its {len(levels[dimension].units)} units.",
    ]


def could_words(could: CouldBe) -> str:
    """The shortest list in words; each entry was counter-checked."""
    mend = f"{', '.join(could.mend)} {'is' if len(could.mend) == 1 else 'are'} mended" if could.mend else ""
    hours = f" (about {could.hours:g} hours of a person)" if could.hours else ""
    measure = f"measured and met: {', '.join(could.measure)}{hours}" if could.measure else ""
    return " and ".join(filter(None, (mend, measure)))


def word(cell: Cell) -> str:
    """A cell's state as a word for print."""
    return {
        State.MET: "met",
        State.NOT_MET: "not met",
        State.NOT_MEASURED: "not measured",
        State.NOT_APPLICABLE: "not applicable",
    }[cell.state]


def _counts(cell: Cell, dimension: Dimension, unit: str, level: int) -> bool:
    return (
        cell.dimension == dimension
        and cell.level == level
        and cell.subject.unit in (unit, "*")
        and asked(cell) is not None
    )
