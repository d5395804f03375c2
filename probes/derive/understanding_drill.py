"""Seeded messages through the runtime's own reading: is a wish for a person heard the first time, does what is
sensitive take its route?

The messages lie in understanding_phrases.yaml; they and the word lists are by the same authors, so figures are an
upper bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from pydantic import Field

from probes.artifact import Artifact, Missing
from probes.derive.run import Derivation, Deriver
from probes.escalation.artifacts import UnderstandingDrill
from probes.finding import EVERYWHERE, Subject
from runtime.escalation.form import Ask, Customer, Handoff, Reason, RouteTaken
from runtime.escalation.rendering import render
from runtime.estate import Estate
from runtime.understanding.category import UNKNOWN_LANGUAGE, categories
from runtime.understanding.requests import asks_for_human
from runtime.written import Strict, load

OWN_ROUTE = ("fraud", "medical_billing", "bereavement", "vulnerable")
RESTRICTED = {
    "card_number": "4111 1111 1111 1111",
    "iban": "DE89 3704 0044 0532 0130 00",
    "email": "test.person@example.org",
}


class Phrases(Strict):
    format: int = 1
    human: dict[str, list[str]] = Field(default_factory=dict)
    sensitive: dict[str, dict[str, list[str]]] = Field(default_factory=dict)


def run(derivation: Derivation) -> Iterator[Artifact | Missing]:
    """One artifact for the whole estate."""
    yield understanding_drill(derivation.estate)


def understanding_drill(estate: Estate) -> UnderstandingDrill:
    """Runs every message; texts that were missed are ours and may be printed."""
    said = phrases()
    human = {language: sum(map(asks_for_human, texts)) for language, texts in said.human.items()}
    wanted = {name: texts for name, texts in said.sensitive.items() if name in estate.guardrails.high_stakes}
    hits = {
        name: [(text, name in categories(text).names) for texts in by_language.values() for text in texts]
        for name, by_language in wanted.items()
    }
    return UnderstandingDrill(
        subject=Subject(unit=EVERYWHERE),
        human={language: (human[language], len(texts)) for language, texts in said.human.items()},
        human_missed=tuple(text for texts in said.human.values() for text in texts if not asks_for_human(text)),
        category={name: (sum(seen for _, seen in found), len(found)) for name, found in hits.items()},
        category_missed=tuple(text for found in hits.values() for text, seen in found if not seen),
        unrouted=tuple(_unrouted(estate)),
        leaked=tuple(_leaked()),
    )


@cache
def phrases() -> Phrases:
    return load(Path(__file__).parent / "understanding_phrases.yaml", Phrases).value


def _unrouted(estate: Estate) -> Iterator[str]:
    """Categories about people need a route marked sensitive; every other one at least reaches somebody."""
    for category in estate.guardrails.high_stakes:
        routes = {estate.escalation.route_of(workflow, category) for workflow in estate.goals} or {
            estate.escalation.route_of("", category)
        }
        for name in sorted(routes, key=str):
            route = estate.escalation.routes.get(name or "")
            if route is None:
                yield f"{category.replace('_', ' ')} reaches nobody"
            elif category in OWN_ROUTE and not route.sensitive:
                yield f"{category.replace('_', ' ')} goes to {name}, which is not a sensitive route"
    if UNKNOWN_LANGUAGE in estate.guardrails.high_stakes and not estate.escalation.routes:
        yield "a message in an unknown language reaches nobody"


def _leaked() -> Iterator[str]:
    """Restricted values in a customer's own words must not be in what is delivered."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for name, value in RESTRICTED.items():
        handoff = Handoff(
            handoff_id="h_redaction",
            case="drill",
            created=at,
            ask=Ask(question="Take over?"),
            why=Reason(rule="drill", class_="restricted_data", text=f"the message holds a {name}"),
            customer=Customer(ref="test", display="Test customer"),
            problem="A drill.",
            quote=f"Here it is: {value}, please use it.",
            route=RouteTaken(id="drill"),
            test=True,
        )
        rendered = render(handoff)
        if value in rendered.text or value in rendered.html:
            yield name.replace("_", " ")


DERIVER = Deriver(
    name="understanding drill", run=run, gives=(UnderstandingDrill,), probes=("human_on_request", "sensitive_routed")
)
