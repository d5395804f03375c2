"""Is a write that is sent twice done once?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.gather.evidence_shot import evidence_of
from probes.gather.repeat import RepeatTrial
from probes.probe import BY_ROLE, Effort, Probe
from probes.wording import counted
from runtime.metrics import wilson


class RepeatSafe(Probe):
    """A write that is sent twice is done once, or can be found before it is sent again.

    Why: networks lose answers. An agent that does not know whether a refund was booked must repeat it or leave it; both
    can be wrong.
    How: the same write is sent twice with one idempotency key; one pair that makes two records is enough to say no.
    Further pairs, at most five, come from what the budget leaves; the second overtakes its own first answer. Where no
    key is offered or it is ignored, the record is looked up by our own reference, and the time until it can be found is
    measured.
    Remedy: accept an Idempotency-Key header and keep it for a day. Answer a repeated key with the first answer. Store
    the caller's reference and offer a search by it.
    """

    dimension, level, kind, effort = BY_ROLE, 4, "M", Effort((2, 5, 15), "API owner")
    needs = (RepeatTrial,)
    essential = True
    each = "write"

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        trial: RepeatTrial = artifacts[0]
        name, shown = str(trial.subject), _evidence(trial)
        if trial.by == "key":
            return met(f"{name} is done once under one {trial.header}{_pairs(trial)}", *_unnamed(trial), *shown)
        if trial.by == "read_back":
            how = (
                "setting the same values again changes nothing"
                if trial.does == "update"
                else "its end can be read"
                if trial.does == "delete"
                else f"our reference finds it with {trial.find}"
            )
            waits = f" after {trial.settle_s:.0f} s" if trial.settle_s >= 1 else ""
            ignores = f"; it ignores {trial.header}" if trial.second_key_honoured is False else ""
            return met(f"{name} can be repeated safely: {how}{waits}{ignores}", *shown)
        if trial.second_key_honoured is False and trial.records < 2:
            return not_measured(
                f"{name}: the repeated write was refused, and the record could not be found",
                cause="failed",
                would_measure=(
                    f"name `repeat.find` for {trial.subject.item} in effects/{trial.subject.unit}.yaml and run "
                    "`cxready collect DIR` again"
                ),
                evidence=shown,
            )
        if trial.raced is False:
            return not_met(
                f"{trial.subject.unit} does {trial.subject.item} twice when it is repeated before its first answer",
                *shown,
                cause="key comes too late",
                consequence=_HARM,
            )
        if trial.second_key_honoured is False:
            return not_met(
                (
                    f"{name.partition('.')[0]} accepts the same {trial.subject.item} twice: the key is "
                    "ignored and the record cannot be found"
                ),
                *shown,
                cause="key ignored",
                consequence=_HARM,
            )
        finds = "no way to find what was written" if trial.search else "effects name no search by our own reference"
        return not_met(
            f"{name} offers no idempotency key, and {finds}",
            *shown,
            cause="not offered",
            consequence="After a lost answer it is done twice, or not at all.",
        )


def _unnamed(trial: RepeatTrial) -> tuple[Evidence, ...]:
    """The pilot sends only a key whose header the effects file names; until then the gate says that nothing may repeat it."""
    if trial.named:
        return ()
    subject = trial.subject
    says = f"name `repeat: {{key: {trial.header}}}` for {subject.item} in effects/{subject.unit}.yaml: only then the pilot sends it"
    return (Evidence(says=says),)


_HARM = "After a lost answer the customer is paid twice, or never."


def _pairs(trial: RepeatTrial) -> str:
    """How often it was tried, and what that supports."""
    if trial.honoured is None:
        return ""
    share = wilson(trial.honoured, trial.pairs)
    at_once = ", one of them while the first answer was on its way" if trial.raced else ""
    return f" ({trial.honoured} of {counted(trial.pairs, 'pair')}, which supports at least {share.low:.0%}{at_once})"


def _evidence(trial: RepeatTrial) -> tuple[Evidence, ...]:
    shots = (
        (trial.first, "sent once"),
        (trial.second, f"sent again with the same {trial.header}" if trial.header else "sent again"),
        (trial.search, "looked up by our own reference"),
    )
    return tuple(evidence_of(shot, says) for shot, says in shots if shot)
