"""What a description and a vendor say: the vendor's words as evidence, and the outcome where nothing is described."""

from __future__ import annotations

from probes.finding import Evidence, Outcome, not_measured
from probes.gather.describe import Described
from runtime.systems.vendors import vendors


def documented(surface: Described, question: str) -> tuple[Evidence, ...]:
    """The vendor's own words about a question; each says that nobody here tried it."""
    known = vendors().get(surface.vendor or "")
    if known is None:
        return ()
    return tuple(
        Evidence(says=f"{known.name} documents (not tried here): {fact.says}", source=fact.source)
        for fact in known.about(question)
    )


def undescribed(surface: Described, could: str) -> Outcome | None:
    """Not measured where there is no description to read; None where there is. `could`: what it could have said."""
    name = surface.subject.unit
    if surface.document_format == "examples":
        return not_measured(
            f"{name} has only examples of calls, no description {could}",
            cause="needs",
            would_measure=f"have the owner of {name} confirm the draft, or export a description, and name it in engagement.yaml",
        )
    if surface.operations:
        return None
    return not_measured(
        f"{name} has no description {could}",
        cause="needs",
        would_measure=f"put a description of {name} under descriptions/ and name it in engagement.yaml",
    )
