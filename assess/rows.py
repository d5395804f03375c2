"""Rows that the report and the gate share: a workflow's gate, the systems, the joins between them, a worked example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assess.assessment import Cell, CouldBe, DimensionLevel, Finding, Interval, Join, SystemRow, WorkedExample
from assess.cells import Artifacts
from assess.engagement import Folder
from assess.gates import Judged
from assess.levels import asked
from probes.artifact import Missing
from probes.finding import DIMENSIONS, Dimension, State, Subject
from probes.gather.describe import Described
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
    return RepeatSafe(by=trial.by, header=trial.header, find=trial.find, settle_s=trial.settle_s)


def system_rows(
    folder: Folder,
    cells: Sequence[Cell],
    levels: Mapping[Dimension, DimensionLevel],
    findings: Sequence[Finding],
    requests: Mapping[str, int],
    artifacts: Artifacts,
) -> list[SystemRow]:
    """One row a system of the engagement, in its order."""
    used = [operation for name in folder.estate.goals for operation in folder.estate.goals[name].operations()]
    rows: list[SystemRow] = []
    for name, settings in folder.estate.systems.items():
        dimension: Dimension = "crm" if settings.role == "crm" else "api"
        unit = levels[dimension].units.get(name)
        described = artifacts.get(Described, Subject(unit=name))
        credential = settings.credentials.get("agent") or next(iter(settings.credentials.values()), None)
        rows.append(
            SystemRow(
                name=name,
                role=settings.role,
                protocol=settings.protocol,
                authentication=credential.scheme if credential else "none named",
                owner=settings.owner,
                format=described.document_format if isinstance(described, Described) else "",
                operations=len(described.operations) if isinstance(described, Described) else 0,
                operations_used=len({o for o in used if o.startswith(f"{name}.")}),
                level=Interval(confirmed=unit.confirmed, possible=unit.possible) if unit else None,
                requests=requests.get(name, 0),
                findings=[f.number for f in findings if f.dimension == dimension and f.subject.unit == name],
            )
        )
    return rows


def join_rows(folder: Folder, cells: Sequence[Cell]) -> list[Join]:
    """Keys that the engagement says lead from one system to another, as the probe saw them."""
    seen = {c.subject.unit: c for c in cells if c.probe.endswith(".joins")}
    rows: list[Join] = []
    for name, settings in folder.estate.systems.items():
        for field, target in settings.joins.items():
            cell = seen.get(name)
            rows.append(
                Join(
                    source=f"{name}.{field}",
                    target=target,
                    state=cell.state if cell else State.NOT_MEASURED,
                    says=cell.title if cell else "not asked",
                )
            )
    return rows


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
