"""Coverage: which sections answer what customers ask, and which questions nothing answers.

Cosine of an utterance with a section: ≥ 0.50 covered, 0.40–0.50 weak, below a gap. It shows that the subject is there,
not that the answer is right; so what it reaches is then looked at by every other question of the audit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kb_audit.answer_kinds import answered, expected
from kb_audit.article import Section
from kb_audit.artifact import Reached, UtteranceCoverage
from kb_audit.neighbours import nearest
from runtime.understanding.encode import Encode

COVERED = 0.50
WEAK = 0.40
TOP = 5
Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Coverage:
    """Per workflow its utterances with what they reach, the ids of the reached articles, and of the sections in them
    that speak of the workflow's subject (cosine ≥ 0.40 with any utterance). `asked`: the utterances' rows, in order."""

    utterances: dict[str, tuple[UtteranceCoverage, ...]]
    articles: dict[str, tuple[str, ...]]
    sections: dict[str, tuple[str, ...]]
    asked: Rows


def cover(
    intents: Mapping[str, Sequence[str]], sections: Sequence[Section], texts: Sequence[str], rows: Rows, encode: Encode
) -> Coverage:
    """`intents` maps a workflow to its utterances; `texts` and `rows` run parallel to `sections`."""
    flat = [(workflow, text) for workflow, utterances in intents.items() for text in utterances]
    asked = encode([text for _, text in flat])
    found = nearest(asked, rows, TOP) if sections and flat else [[] for _ in flat]
    per: dict[str, list[UtteranceCoverage]] = {workflow: [] for workflow in intents}
    for (workflow, text), best in zip(flat, found, strict=True):
        per[workflow].append(_one(text, best, sections, texts))
    reached = {
        w: tuple(sorted({r.article for u in each for r in u.best if r.similarity >= COVERED}))
        for w, each in per.items()
    }
    subject: dict[str, set[str]] = {workflow: set() for workflow in intents}
    for (workflow, _), row in zip(flat, asked, strict=True):
        near: list[int] = np.flatnonzero(rows @ row >= WEAK).tolist() if sections else []
        subject[workflow] |= {sections[i].id for i in near if sections[i].article in reached[workflow]}
    spoken_of = {w: tuple(sorted(ids)) for w, ids in subject.items()}
    return Coverage({w: tuple(each) for w, each in per.items()}, reached, spoken_of, asked)


def _one(
    text: str, best: list[tuple[int, float]], sections: Sequence[Section], texts: Sequence[str]
) -> UtteranceCoverage:
    top = best[0][1] if best else 0.0
    state: Literal["covered", "weak", "gap"] = "covered" if top >= COVERED else "weak" if top >= WEAK else "gap"
    return UtteranceCoverage(
        utterance=text,
        state=state,
        asks_for=expected(text) or "",
        answer=_answer(state, text, [texts[i] for i, s in best if s >= WEAK]),
        best=tuple(
            Reached(
                section=sections[i].id, article=sections[i].article, heading=sections[i].heading, similarity=round(s, 3)
            )
            for i, s in best
            if s >= WEAK
        ),
    )


def _answer(state: str, question: str, texts: Sequence[str]) -> Literal["answerable", "partly", "not"]:
    """Answerable: a section on the subject holds what is asked for. Partly: the subject without it, or a weak one with it."""
    if state == "gap":
        return "not"
    return "answerable" if state == "covered" and answered(question, texts) else "partly"
