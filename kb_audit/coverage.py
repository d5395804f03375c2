"""Coverage: which sections answer what customers ask, and which questions nothing answers.

Cosine of an utterance with a section: ≥ 0.50 covered, 0.40–0.50 weak, below a gap. It shows that the subject is there,
not that the answer is right; so what it reaches is then looked at by every other question of the audit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb_audit.article import Section
from kb_audit.artifact import Reached, UtteranceCoverage
from kb_audit.neighbours import nearest
from runtime.understanding.encode import Encode

COVERED = 0.50
WEAK = 0.40
TOP = 5


@dataclass(frozen=True)
class Coverage:
    """Per workflow its utterances with what they reach, the ids of the reached articles, and of the sections in them
    that speak of the workflow's subject (cosine ≥ 0.40 with any utterance)."""

    utterances: dict[str, tuple[UtteranceCoverage, ...]]
    articles: dict[str, tuple[str, ...]]
    sections: dict[str, tuple[str, ...]]


def cover(
    intents: Mapping[str, Sequence[str]], sections: Sequence[Section], texts: Sequence[str], encode: Encode
) -> Coverage:
    """`intents` maps a workflow to its utterances; `texts` runs parallel to `sections`."""
    rows = encode(texts)
    flat = [(workflow, text) for workflow, utterances in intents.items() for text in utterances]
    asked = encode([text for _, text in flat])
    found = nearest(asked, rows, TOP) if sections and flat else [[] for _ in flat]
    per: dict[str, list[UtteranceCoverage]] = {workflow: [] for workflow in intents}
    for (workflow, text), best in zip(flat, found, strict=True):
        per[workflow].append(_one(text, best, sections))
    reached = {
        w: tuple(sorted({r.article for u in each for r in u.best if r.similarity >= COVERED}))
        for w, each in per.items()
    }
    subject: dict[str, set[str]] = {workflow: set() for workflow in intents}
    for (workflow, _), row in zip(flat, asked, strict=True):
        near: list[int] = np.flatnonzero(rows @ row >= WEAK).tolist() if sections else []
        subject[workflow] |= {sections[i].id for i in near if sections[i].article in reached[workflow]}
    return Coverage(
        {w: tuple(each) for w, each in per.items()}, reached, {w: tuple(sorted(ids)) for w, ids in subject.items()}
    )


def _one(text: str, best: list[tuple[int, float]], sections: Sequence[Section]) -> UtteranceCoverage:
    top = best[0][1] if best else 0.0
    return UtteranceCoverage(
        utterance=text,
        state="covered" if top >= COVERED else "weak" if top >= WEAK else "gap",
        best=tuple(
            Reached(
                section=sections[i].id, article=sections[i].article, heading=sections[i].heading, similarity=round(s, 3)
            )
            for i, s in best
            if s >= WEAK
        ),
    )


def not_found_by_heading(sections: Sequence[Section], texts: Sequence[str], encode: Encode) -> list[int]:
    """Sections (by number) that a search for their own heading does not bring among the first five."""
    asked = [
        i for i, section in enumerate(sections) if len(section.path) > 1 and len(" ".join(section.path).split()) >= 3
    ]
    queries = [f"{sections[i].path[0]}: {sections[i].heading}" for i in asked]
    found = nearest(encode(queries), encode(texts), TOP) if asked else []
    return [
        i
        for i, best in zip(asked, found, strict=True)
        if all(sections[j].article != sections[i].article for j, _ in best)
    ]
