"""A write that waits for the customer's own yes: asked once in plain words, answered hours later, bound to the very arguments.

Like an approval, a case that waits leaves the engine and holds no thread. Silence is no consent; two unclear answers go to a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from runtime.cases.open_pilot import pilot
from runtime.cases.walk import Walk
from runtime.engine.durable import step as durable_step
from runtime.goal_names import PLACE
from runtime.goals import CallStep
from runtime.guardrails import confirmations
from runtime.guardrails.confirmations import Question, Said
from runtime.piloting.pilot import Pilot
from runtime.understanding.consent import consent

HOURS = 24.0


@dataclass(frozen=True)
class Heard:
    """`said` is empty while the customer has not answered (`is_open`) or never did."""

    question: str
    said: Said
    is_open: bool
    deadline: str


def heard(walk: Walk, step: CallStep, arguments: Mapping[str, Any]) -> Heard:
    """Asks, and tells what the customer has said until now.

    Raises:
        KeyError: the question names what is not known.
    """
    question = PLACE.sub(lambda found: str(walk.known(found[1])), step.confirm or "")
    deadline = _ask(walk.name, walk.step(f"ask {step.call}"), walk.customer or "", step.call, dict(arguments), question)
    found = confirmations.answer_to(pilot().connection, walk.name, step.call, arguments)
    if not (found and found.said) and datetime.now(UTC) < datetime.fromisoformat(deadline):
        return Heard(question, "", True, deadline)
    return Heard(question, _said(walk.name, step.call, dict(arguments)), False, deadline)


def take(pilot: Pilot, run: str, text: str, customer: str) -> bool:
    """A customer's message as the answer to what a case asked; False where nothing of it waits for this customer."""
    now = datetime.now(UTC)
    return confirmations.answered(pilot.connection, run, customer, consent(text), now=now)


@durable_step("ask")
def _ask(case: str, named: str, customer: str, call: str, arguments: dict[str, Any], question: str) -> str:
    """Keeps the question; gives until when it is open."""
    own, now = pilot(), datetime.now(UTC)
    deadline = now + timedelta(hours=HOURS)
    confirmations.ask(own.connection, Question(case, call, arguments, question, customer, deadline), now=now)
    own.note(case, named, decision="ask", detail={"about": call, "until": deadline.isoformat()})
    return deadline.isoformat()


@durable_step("answer of the customer")
def _said(case: str, call: str, arguments: dict[str, Any]) -> Said:
    own = pilot()
    found = confirmations.answer_to(own.connection, case, call, arguments)
    said: Said = found.said if found else ""
    own.note(case, "answer of the customer", decision=said or "expired", detail={"about": call})
    return said
