"""The census of descriptions: which operations an agent would confuse, what it must read, and what a bridge to a SOAP
service costs.

Two operations are close when their words overlap almost wholly (no model is needed), and alike when their words mean the
same and they take the same (`agent_fitness`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, islice
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from probes.artifact import Artifact, Missing
from probes.derive.agent_fitness import Alike, Reading, alike, reading, undocumented
from probes.derive.run import Derivation, Deriver
from probes.finding import Subject
from probes.gather.describe import Described, OperationSeen
from probes.gather.plan import surface_of
from probes.gather.read import Answers

CLOSE = 0.9
FEWEST_WORDS = 4
MOST_PAIRS = 500  # whoever has more of them does not read them one by one
MOST_COMPARED = 400


class Pair(BaseModel):
    """Two operations whose words say the same. `overlap` 0..1 (Jaccard of word stems)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    one: str
    other: str
    overlap: float
    says: str = ""


class SurfaceCensus(Artifact):
    """What the words of a description are worth to somebody who must choose an operation by them."""

    kind: ClassVar[str] = "surface_census"

    operations: int
    compared: int
    silent: tuple[str, ...] = ()
    close: tuple[Pair, ...] = ()
    alike: tuple[Alike, ...] | None = Field(None, description="by meaning and parameters; None: not compared")
    undocumented: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="called operation → parameters and fields without a word about them"
    )
    reading: Reading = Reading()
    blockers: tuple[str, ...] = ()
    costly: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def run(derivation: Derivation) -> Iterator[Artifact | Missing]:
    """One census a described system."""
    for found in list(derivation.found.values()):
        if isinstance(found, Described):
            yield census(found, derivation)
        elif isinstance(found, Missing) and found.wanted == Described.kind:
            yield found.model_copy(update={"wanted": SurfaceCensus.kind})


def census(described: Described, derivation: Derivation) -> Artifact | Missing:
    """Compares operations pairwise; those that workflows call come first where there are too many."""
    blocked = any(grade == "blocker" for grade, _, _ in described.problems)
    if described.document_format == "examples" or not (described.operations or blocked):
        return Missing(
            wanted=SurfaceCensus.kind,
            subject=described.subject,
            cause="no_input",
            detail=f"{described.subject.unit} has no description with operations",
            would_measure="put an OpenAPI document or WSDL under descriptions/ and name it in engagement.yaml",
        )
    chosen = sorted(described.operations, key=lambda op: not op.called)[:MOST_COMPARED]
    by_grade = {
        grade: tuple(f"{what} ({where})" if where else what for g, what, where in described.problems if g == grade)
        for grade in ("blocker", "costly", "note")
    }
    surface = surface_of(derivation.estate, described.subject.unit)
    called = [op.id for op in described.operations if op.called]
    return SurfaceCensus(
        subject=Subject(unit=described.subject.unit),
        measured_at=derivation.now,
        operations=len(described.operations),
        compared=len(chosen),
        silent=tuple(op.id for op in chosen if len(_words(op.words)) < 2),
        close=tuple(islice(_close_pairs(chosen), MOST_PAIRS)),
        alike=alike(surface, called, derivation.encode),
        undocumented=undocumented(surface, called),
        reading=reading(described, derivation.found.get((Answers.kind, described.subject.unit, "")), derivation.estate),
        blockers=by_grade["blocker"],
        costly=by_grade["costly"],
        notes=by_grade["note"],
    )


def _close_pairs(operations: list[OperationSeen]) -> Iterator[Pair]:
    read = [(op, _words(op.words)) for op in operations]
    told = [(op, words, len(words)) for op, words in read if len(words) >= FEWEST_WORDS]
    for (one, mine, n), (other, theirs, m) in combinations(told, 2):
        if one.reads != other.reads or n < CLOSE * m or m < CLOSE * n:  # too different in length to overlap so far
            continue
        both = len(mine & theirs)
        if both >= CLOSE * (n + m - both):
            overlap = round(both / (n + m - both), 2)
            yield Pair(one=one.id, other=other.id, overlap=overlap, says=one.words[:120])


def _words(text: str) -> frozenset[str]:
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", text)
    return frozenset(w.lower().rstrip("s") for w in re.findall(r"[A-Za-zÀ-ÿ]{3,}", spaced))


DERIVER = Deriver(
    name="surface census", run=run, gives=(SurfaceCensus,), probes=("operations_tell_apart", "soap_callable")
)
