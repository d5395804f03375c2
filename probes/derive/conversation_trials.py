"""What the decision point does when a conversation, a category or the data in a call asks for caution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from probes.derive.trial_calls import TrialCall, calls_of, confirmed_facts
from probes.finding import EVERYWHERE, Subject
from probes.guardrails.evidence import HighStakesTrial, RestrictedTrial, Scene, TriggerTrial
from runtime.estate import Estate
from runtime.guardrails.decide import Decision, DecisionPoint, Request, Signals
from runtime.guardrails.policy import HIGH_STAKES
from runtime.guardrails.restricted import MASK, readable

SAMPLES: dict[str, tuple[str, Any]] = {
    "card_number": ("card_number", "4111 1111 1111 1111"),
    "iban": ("iban", "DE89 3704 0044 0532 0130 00"),
    "date_of_birth": ("date_of_birth", "1980-02-29"),
    "health": ("health", "broken leg"),
    "national_id": ("national_id", "078-05-1120"),
    "password": ("password", "hunter2"),
}
_EVERYWHERE = Subject(unit=EVERYWHERE)


def trigger_trial(estate: Estate, now: datetime) -> TriggerTrial:
    """Each trigger in turn, on every write of every action."""
    limits = estate.guardrails.escalate_when
    signals = {
        "asks_for_human": Signals(asks_for_human=True),
        "legal_threat": Signals(legal_threat=True),
        "frustration_at_least": Signals(frustration=limits.frustration_at_least),
        "confidence_below": Signals(
            confidence=None if limits.confidence_below is None else limits.confidence_below - 0.01
        ),
    }
    missing = tuple(name for name in signals if getattr(limits, name) in (None, False))
    scenes = [_trigger(estate, name, signal) for name, signal in signals.items() if name not in missing]
    return TriggerTrial(subject=_EVERYWHERE, measured_at=now, scenes=tuple(scenes), not_configured=missing)


def high_stakes_trial(estate: Estate, now: datetime) -> HighStakesTrial:
    """Each high-stakes category in turn, on every write of every action: none may be done alone."""
    listed = estate.guardrails.high_stakes
    scenes = []
    for category in listed:
        answers = [d.decision for d in _decisions(estate, category=category)]
        most = (
            "act"
            if "act" in answers
            else "approve"
            if "approve" in answers
            else "escalate"
            if "escalate" in answers
            else "refuse"
        )
        says = f"{category.replace('_', ' ')}: {len(answers)} kinds of writes; the most that was allowed is {most}"
        held = bool(answers) and most != "act"
        scenes.append(Scene(name=category, held=held, tried=bool(answers), says=says, figures={"most": most}))
    return HighStakesTrial(
        subject=_EVERYWHERE,
        measured_at=now,
        scenes=tuple(scenes),
        not_listed=tuple(c for c in HIGH_STAKES if c not in listed),
    )


def restricted_trial(estate: Estate, now: datetime) -> RestrictedTrial:
    """Each restricted category: a write that carries it, an answer that holds it."""
    scenes = [
        scene
        for category, rule in estate.guardrails.restricted_data.items()
        for scene in _restricted(estate, category, rule)
    ]
    return RestrictedTrial(subject=_EVERYWHERE, measured_at=now, scenes=tuple(scenes))


def _trigger(estate: Estate, name: str, signal: Signals) -> Scene:
    answers = _decisions(estate, signals=signal)
    escalated = sum(d.decision == "escalate" for d in answers)
    return Scene(
        name=name,
        held=bool(answers) and escalated == len(answers),
        tried=bool(answers),
        says=f"{name.replace('_', ' ')}: {escalated} of {len(answers)} kinds of writes are handed to a person",
    )


def _restricted(estate: Estate, category: str, rule: str) -> Iterator[Scene]:
    field, sample = SAMPLES.get(category, (category, "a value"))
    words = category.replace("_", " ")
    if rule != "mask":
        answers = _decisions(estate, extra={field: sample})
        stopped = sum(d.rule == f"restricted_data.{category}" for d in answers)
        yield Scene(
            name=f"{category} in a write",
            held=bool(answers) and stopped == len(answers),
            tried=bool(answers),
            says=f"{words}: {stopped} of {len(answers)} kinds of writes that carry it are refused",
        )
    if rule != "never_send":
        seen = readable(estate.guardrails, {"id": "R-1", field: sample, "inner": [{field: sample}]})
        expected = (
            {"id": "R-1", "inner": [{}]}
            if rule == "never_read"
            else {"id": "R-1", field: MASK, "inner": [{field: MASK}]}
        )
        yield Scene(
            name=f"{category} in an answer",
            held=seen == expected,
            says=f"{words}: {'left out of' if rule == 'never_read' else 'masked in'} what the agent reads",
        )


def _decisions(estate: Estate, *, extra: dict[str, Any] | None = None, **more: Any) -> list[Decision]:
    """A call of each kind of write, small and otherwise in order. What is refused without the circumstance is left out."""
    point = DecisionPoint(estate, ledger=None, facts=confirmed_facts(estate))
    plain = [(call, _small(call)) for action in estate.guardrails.actions for call in calls_of(estate, action)]
    allowed = [request for _, request in plain if point.decide(request).decision in ("act", "approve")]
    return [
        point.decide(replace(request, arguments={**request.arguments, **(extra or {})}, **more)) for request in allowed
    ]


def _small(call: TrialCall) -> Request:
    return replace(call.request(min(1, call.each)), trial=True)
