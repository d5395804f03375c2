"""Answers of people, where no probe can measure: they complete a question of kind A, and never replace what was seen.

`yes` and `no` count at level 2 (the level rule takes an attested answer from level 3 on as unknown); `don't know` and an
answer older than 180 days leave it not measured.
"""

from __future__ import annotations

from datetime import date

from assess.asked import Answer, AnswersFile
from probes.finding import Evidence, Outcome, State, Subject, met, not_measured, not_met
from probes.probe import Probe

MOST_DAYS = 180


def with_answer(
    outcome: Outcome,
    probe: Probe,
    probe_id: str,
    subject: Subject,
    answers: AnswersFile,
    as_of: date,
    most_days: int = MOST_DAYS,
) -> Outcome:
    """The outcome, completed by the answer that fits; unchanged when the question was measured or takes no answers."""
    if "A" not in probe.kind or outcome.state is not State.NOT_MEASURED:
        return outcome
    answer = answers.find(probe_id, subject.unit)
    if answer is None:
        return outcome
    if answer.answer == "don't know" or not 0 <= (as_of - answer.on).days <= most_days:
        return _left_open(outcome, answer, most_days)
    evidence = Evidence(
        says=f"{answer.says or answer.answer} ({answer.by}, {answer.on})",
        source=f"answers.yaml: {answer.proof}".rstrip(": "),
    )
    if answer.answer == "yes":
        return met(f"{probe.question_text} (answered by {answer.by})", evidence, grade="attested")
    return not_met(
        f"Not so, by the answer of {answer.by}: {probe.question_text[:1].lower()}{probe.question_text[1:]}",
        evidence,
        cause="answered no",
        grade="attested",
    )


def _left_open(outcome: Outcome, answer: Answer, most_days: int) -> Outcome:
    unsure = answer.answer == "don't know"
    said = (
        f"{answer.by} does not know"
        if unsure
        else f"the answer of {answer.by} is of {answer.on}: older than {most_days} days, or not yet given"
    )
    return not_measured(
        f"{outcome.title} ({said})",
        cause="don't know" if unsure else "answer too old",
        would_measure=outcome.would_measure,
        evidence=outcome.evidence,
    )
