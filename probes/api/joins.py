"""Do keys lead from one system's record to the next one's?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_applicable, not_measured, not_met
from probes.gather.evidence_shot import evidence_of
from probes.gather.joins import Joins as Followed
from probes.gather.joins import JoinSeen
from probes.probe import Effort, Probe


class Joins(Probe):
    """The keys of this system lead to the same customer's records in the others.

    Why: a dispute is resolved by laying usage, contract and invoice side by side. Without a shared key that is a guess.
    How: for each key that engagement.yaml names, a value from this system is looked for in the other one. Two systems of
    one workflow between which no chain of named keys leads are not measured.
    Remedy: carry the other system's key in the record. Keep one spelling of it. Offer a read by that key.
    """

    dimension, level, kind, effort = "api", 3, "M", Effort((2, 6, 20), "data owner")
    needs = (Followed,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        seen: Followed = artifacts[0]
        name = seen.subject.unit
        lost = [j for j in seen.joins if not (j.carried and j.found)]
        if seen.unlinked and not lost:
            return _no_bridge(seen)
        if not seen.joins:
            return not_applicable(
                f"engagement.yaml names no key that leads from {name} to another system",
                cause="no join named",
                grade="declared",
            )
        if lost:
            words = ", ".join(f"{j.field} → {j.to}" for j in lost)
            return not_met(
                f"Keys of {name} lead nowhere: {words}",
                *(_evidence(name, j) for j in lost),
                cause="key missing" if not lost[0].carried else "key unknown",
                consequence="The agent mixes up customers or cannot find the contract; the case goes to a person.",
            )
        words = ", ".join(f"{j.field} → {j.to}" for j in seen.joins)
        return met(
            f"Keys of {name} lead to the same customer elsewhere: {words}", *(_evidence(name, j) for j in seen.joins)
        )


def _no_bridge(seen: Followed) -> Outcome:
    """Nobody named a key between two systems that a workflow lays side by side: not looked for, so not passed."""
    name = seen.subject.unit
    other, workflows = next(iter(seen.unlinked.items()))
    return not_measured(
        f"{', '.join(workflows)} lays {name} and {other} side by side, and no key between them is named",
        cause="needs",
        would_measure=(
            f"name the field of {name} that leads to {other} as `joins` in engagement.yaml, also when you expect none to "
            "carry it, and run `cxready collect DIR` again"
        ),
        evidence=tuple(_evidence(name, j) for j in seen.joins),
    )


def _evidence(name: str, join: JoinSeen) -> Evidence:
    says = f"{name}.{join.field} → {join.to}: {join.says}"
    return evidence_of(join.shot, says) if join.shot else Evidence(says=says)
