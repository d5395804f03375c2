"""What a vendor documents, as evidence beside what was measured."""

from __future__ import annotations

from probes.finding import Evidence
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
