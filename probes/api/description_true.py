"""Do answers look as the description says?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.gather.evidence_shot import evidence_of
from probes.gather.read import Answers, AnswerSeen
from probes.probe import BY_ROLE, Effort, Probe
from probes.wording import counted


class DescriptionTrue(Probe):
    """Real answers look as the description says: status, required fields, types.

    Why: the agent relies on a field that is described. When it is missing, it invents, skips or stops.
    How: each read is asked once and its answer checked against the declared JSON Schema. An additional field is fine; a
    missing required one or another type is not.
    Remedy: correct the schema where the answer is right, or the answer where the schema is right. Generate one from the
    other. Check answers against it in the tests.
    """

    dimension, level, kind, effort = BY_ROLE, 3, "M", Effort((1, 3, 8), "API owner")
    needs = (Answers,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        found: Answers = artifacts[0]
        name = found.subject.unit
        wrong = [a for a in found.answers if a.faults]
        checked = [a for a in found.answers if a.declared and a.seen == "ok"]
        if wrong:
            which = ", ".join(a.operation for a in wrong[:3])
            return not_met(
                f"{name} answers otherwise than described: {which}",
                *(_evidence(a) for a in wrong[:3]),
                cause="differs from description",
                consequence=_HARM,
            )
        if not checked:
            return not_measured(
                f"{name}: no answer could be compared with a declared schema",
                cause="needs",
                would_measure=(
                    f"declare the schema of the answers in the description of {name}, or give values to read with "
                    "in writes.example, and run `cxready collect DIR` again"
                ),
            )
        names = ", ".join(a.operation for a in checked)
        return met(
            f"{name} answers as described: {counted(len(checked), 'read operation')} checked",
            Evidence(says=f"checked: {names}"),
        )


_HARM = "The agent tells the customer something that the record does not say."


def _evidence(answer: AnswerSeen) -> Evidence:
    says = f"{answer.operation}: {'; '.join(answer.faults[:3])}"
    return evidence_of(answer.shot, says) if answer.shot else Evidence(says=says)
