"""From probes and a bundle to cells: each question asked of each subject in scope, answered from artifacts alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from assess.asked import AnswersFile
from assess.assessment import Cell
from assess.attested import with_answer
from assess.gates import touches
from assess.profile import Profile
from probes.artifact import Artifact, Missing
from probes.finding import DIMENSIONS, EVERYWHERE, Dimension, Evidence, Outcome, State, Subject, not_measured
from probes.probe import BY_ROLE, Probe, Scope

ENFORCED = "guardrails.enforced_at_api"


class Artifacts(Protocol):
    """Where artifacts come from: a bundle, or a mapping in tests."""

    def get(self, kind: type[Any], subject: Subject) -> Artifact | Missing: ...


@dataclass(frozen=True)
class Answered:
    """A cell with everything that a finding needs."""

    cell: Cell
    outcome: Outcome
    probe: Probe


def answer_all(
    probes: Iterable[Probe],
    artifacts: Artifacts,
    scope: Scope,
    profile: Profile,
    answers: AnswersFile,
    as_of: date,
    *,
    first: bool,
) -> list[Answered]:
    """Asks every probe of every subject; `first`: no earlier bundle in the series, so that `later` probes stay out."""
    answered = [
        _answered(probe, f"{dimension}.{probe.question}", dimension, subject, outcome, scope, profile, first, seen)
        for probe in probes
        if not probe.retired
        for dimension in _dimensions(probe)
        for subject in probe.subjects(scope, dimension)
        for outcome, seen in [
            _known(probe, f"{dimension}.{probe.question}", subject, artifacts, answers, as_of, profile)
        ]
    ]
    return _only_where_enforced(answered, scope)


def without_gone(answered: Sequence[Answered], gone: Sequence[str]) -> list[Answered]:
    """What was seen of an operation that is no longer there counts as unknown: leaving something out raises nothing."""
    lost = {name.removeprefix("operation ") for name in gone if name.startswith("operation ")}
    return [_unless_gone(a) if str(a.cell.subject) in lost and a.cell.subject.item else a for a in answered]


def _unless_gone(answered: Answered) -> Answered:
    if answered.cell.state not in (State.MET, State.NOT_APPLICABLE):
        return answered
    said = {
        "state": State.NOT_MEASURED,
        "title": f"{answered.cell.title} (the operation was there in the bundle before and is gone)",
        "cause": "gone",
        "grade": "none",
        "would_measure": f"Bring {answered.cell.subject} back, or take its call out of goals.yaml, then collect again.",
    }
    return Answered(answered.cell.model_copy(update=said), answered.outcome.model_copy(update=said), answered.probe)


def supposing(answered: Sequence[Answered], suppose: Mapping[str, State]) -> list[Answered]:
    """The answers with some states replaced by what is supposed, and said so."""
    return [
        _supposed(a, suppose[name]) if (name := f"{a.cell.probe}({a.cell.subject})") in suppose else a for a in answered
    ]


def _supposed(answered: Answered, state: State) -> Answered:
    grade = "none" if state is State.NOT_MEASURED else "measured"
    said = {"state": state, "title": f"Supposed: {answered.cell.title}", "cause": "supposed", "grade": grade}
    return Answered(answered.cell.model_copy(update=said), answered.outcome.model_copy(update=said), answered.probe)


def _dimensions(probe: Probe) -> Sequence[Dimension]:
    return ("crm", "api") if probe.dimension == BY_ROLE else tuple(d for d in DIMENSIONS if d == probe.dimension)


def _answered(
    probe: Probe,
    probe_id: str,
    dimension: Dimension,
    subject: Subject,
    outcome: Outcome,
    scope: Scope,
    profile: Profile,
    first: bool,
    seen: date | None,
) -> Answered:
    cell = Cell(
        probe=probe_id,
        subject=subject,
        dimension=dimension,
        level=probe.level,
        essential=profile.essential(probe_id, probe.essential),
        weight=profile.weight(probe_id, probe.weight),
        state=outcome.state,
        title=outcome.title,
        cause=outcome.cause,
        grade=outcome.grade,
        later=probe.later and first,
        would_measure=outcome.would_measure,
        workflows=workflows_of(dimension, subject, scope),
        seen=None if outcome.state is State.NOT_MEASURED else seen,
    )
    return Answered(cell, outcome, probe)


def _known(
    probe: Probe,
    probe_id: str,
    subject: Subject,
    artifacts: Artifacts,
    answers: AnswersFile,
    as_of: date,
    profile: Profile,
) -> tuple[Outcome, date | None]:
    """The outcome, and the day of the oldest evidence that it rests on."""
    outcome, seen = _judge(probe, subject, artifacts)
    completed = with_answer(outcome, probe, probe_id, subject, answers, as_of, profile.answer_days)
    answer = answers.find(probe_id, subject.unit) if completed is not outcome else None
    return completed, answer.on if answer else seen


def _judge(probe: Probe, subject: Subject, artifacts: Artifacts) -> tuple[Outcome, date | None]:
    found: list[Artifact] = []
    for kind in probe.needs:
        artifact = _nearest(artifacts, kind, subject)
        if isinstance(artifact, Missing):
            return probe.without(artifact, *found), None
        found.append(artifact)
    seen = min((a.measured_at.date() for a in found if a.measured_at), default=None)
    return (probe.judge(*found, subject=subject) if probe.asks_subject else probe.judge(*found)), seen


def _nearest(artifacts: Artifacts, kind: type[Artifact], subject: Subject) -> Artifact | Missing:
    """An artifact of the subject, else of its unit, else of everywhere: whichever the kind is gathered for."""
    own = artifacts.get(kind, subject)
    for wider in (Subject(unit=subject.unit), Subject(unit=EVERYWHERE)):
        if not isinstance(own, Missing) or own.cause != "no_input":
            return own
        found = artifacts.get(kind, wider)
        own = own if isinstance(found, Missing) and found.cause == "no_input" else found
    return own


def workflows_of(dimension: Dimension, subject: Subject, scope: Scope) -> list[str]:
    """Workflows that stand on a cell."""
    return [name for name, workflow in scope.workflows.items() if touches(dimension, subject, name, workflow)]


def _only_where_enforced(answered: Sequence[Answered], scope: Scope) -> list[Answered]:
    """What was proved of the bundled runtime counts only where that runtime's proxy is what the systems accept."""
    enforced = {a.cell.subject.unit: a.cell.state for a in answered if a.cell.probe == ENFORCED}
    return [_unless_enforced(a, enforced, scope) for a in answered]


def _unless_enforced(answered: Answered, enforced: Mapping[str, State], scope: Scope) -> Answered:
    if not answered.outcome.subject_of_proof or answered.cell.probe == ENFORCED:
        return answered
    if all(enforced.get(action) is State.MET for action in _actions(answered.cell, scope)):
        return answered
    words = answered.outcome.title
    outcome = not_measured(
        f"{words} (the bundled runtime, not yet what the systems accept)",
        cause="not enforced",
        would_measure="Let the systems accept the enforcing proxy alone, then collect again.",
        evidence=(
            *answered.outcome.evidence,
            Evidence(says=f"Seen with the {answered.outcome.subject_of_proof}: {words}"),
        ),
    )
    cell = answered.cell.model_copy(
        update={
            "state": outcome.state,
            "title": outcome.title,
            "cause": outcome.cause,
            "grade": "none",
            "would_measure": outcome.would_measure,
        }
    )
    return Answered(cell, outcome, answered.probe)


def _actions(cell: Cell, scope: Scope) -> list[str]:
    """Actions whose enforcement a cell depends on: its own, or those of the workflows behind its route."""
    if cell.dimension == "guardrails" and cell.subject.unit != EVERYWHERE:
        return [cell.subject.unit]
    return sorted({action for name in cell.workflows for action in scope.workflows[name].actions})
