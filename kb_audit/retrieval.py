"""Retrieval, tried: does the right section come first, do two answers compete, does the model keep silent when it should?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kb_audit.article import Article, Section
from kb_audit.coverage import COVERED, TOP, Coverage
from kb_audit.measures import Retrieval, Share, WouldSay
from kb_audit.neighbours import nearest
from kb_audit.sentences import sentences
from kb_audit.values import Value, values
from runtime.understanding.encode import Encode

LARGEST = 10
TIE = 0.03
_AT_ONCE = 16_384
OTHER_FIELDS = (
    "What is the capital of Peru?", "How do I boil an egg?", "Who painted the Mona Lisa?", "Explain photosynthesis to a child",
    "What is the square root of 144?", "Translate good morning into Japanese", "Which team won the 1998 world cup?",
    "How far is the moon from the earth?", "Write a poem about autumn", "What are the symptoms of measles?", "How does a steam engine work?",
    "Recommend a novel from the nineteenth century", "Why is the sky blue?", "What is the boiling point of ethanol?",
    "Who was the first emperor of Rome?", "How do bees make honey?", "Give me a recipe for lentil soup", "What is the plot of Hamlet?",
    "How tall is Mount Kilimanjaro?", "When did the dinosaurs die out?",
)  # fmt: skip
"""Questions that no help centre of a company answers; a good threshold leaves them unanswered."""


@dataclass(frozen=True)
class NearTie:
    """Two sections that answer a question about equally well and say different values."""

    question: str
    a: int
    b: int
    says: tuple[str, str]


@dataclass(frozen=True)
class Searched:
    """Everything needed to try retrieval: sections with texts and rows, and what the workflows ask."""

    articles: Mapping[str, Article]
    sections: Sequence[Section]
    texts: Sequence[str]
    rows: NDArray[np.float32]
    intents: Mapping[str, Sequence[str]]
    covered: Coverage
    encode: Encode

    @cached_property
    def by_heading(self) -> list[tuple[int, list[tuple[int, float]]]]:
        """Each section with a telling heading, and what a search for title and heading brings."""
        asked = [i for i, s in enumerate(self.sections) if len(s.path) > 1 and len(" ".join(s.path).split()) >= 3]
        queries = [f"{self.sections[i].path[0]}: {self.sections[i].heading}" for i in asked]
        parts = (queries[start : start + _AT_ONCE] for start in range(0, len(queries), _AT_ONCE))
        found = [best for part in parts for best in nearest(self.encode(part), self.rows, TOP)]
        return list(zip(asked, found, strict=True))

    @cached_property
    def by_utterance(self) -> list[tuple[str, str, list[tuple[int, float]]]]:
        """Workflow, utterance, and the sections it brings."""
        flat = [(workflow, text) for workflow, texts in self.intents.items() for text in texts]
        if not flat or not self.sections:
            return []
        found = nearest(self.covered.asked, self.rows, TOP)
        return [(workflow, text, best) for (workflow, text), best in zip(flat, found, strict=True)]


def lost_headings(searched: Searched) -> list[int]:
    """Sections (by number) that a search for their own heading does not bring among the first five."""
    return [i for i, best in searched.by_heading if not _article_among(searched, i, best)]


def _article_among(searched: Searched, i: int, best: Sequence[tuple[int, float]]) -> bool:
    return any(searched.sections[j].article == searched.sections[i].article for j, _ in best)


def measure(searched: Searched) -> Retrieval:
    """All shares, each over what could be asked here."""
    tried = searched.by_heading
    first = [p for workflow in searched.intents for p in _paraphrases(searched, workflow)]
    return Retrieval(
        headings_1=Share(hits=sum(_article_among(searched, i, best[:1]) for i, best in tried), of=len(tried)),
        headings_5=Share(hits=sum(_article_among(searched, i, best) for i, best in tried), of=len(tried)),
        paraphrases_1=Share(hits=sum(at == 0 for at in first), of=len(first)),
        paraphrases_5=Share(hits=sum(at is not None for at in first), of=len(first)),
        abstains=_abstains(searched),
        abstains_near=_abstains_without_the_article(searched),
    )


def _paraphrases(searched: Searched, workflow: str) -> list[int | None]:
    """For each utterance: at what place it finds the section that more than half of the others find first; None: not among
    five. Utterances whose companions do not agree are left out: then nobody knows which section is the right one."""
    mine = [best for name, _, best in searched.by_utterance if name == workflow and best]
    if len(mine) < 3:
        return []
    places: list[int | None] = []
    for number, best in enumerate(mine):
        others = Counter(other[0][0] for n, other in enumerate(mine) if n != number)
        right, votes = min(others.items(), key=lambda each: (-each[1], each[0]))
        if votes * 2 > len(mine) - 1:
            places.append(next((at for at, (i, _) in enumerate(best) if i == right), None))
    return places


def _abstains(searched: Searched) -> Share:
    if not searched.sections:
        return Share()
    best = (searched.encode(OTHER_FIELDS) @ searched.rows.T).max(axis=1)
    return Share(hits=int((best < COVERED).sum()), of=len(OTHER_FIELDS))


def _abstains_without_the_article(searched: Searched) -> Share:
    """With the best article gone, is the next best one still taken for an answer?"""
    hits = of = 0
    owner = np.array([s.article for s in searched.sections])
    for row, (_, _, best) in zip(searched.covered.asked, searched.by_utterance, strict=False):
        if best and best[0][1] >= COVERED:
            rest = searched.rows[owner != owner[best[0][0]]]
            of += 1
            hits += bool(not len(rest) or float((rest @ row).max()) < COVERED)
    return Share(hits=hits, of=of)


def near_ties(searched: Searched) -> list[NearTie]:
    """Questions whose two best articles are equally near and say different values of the kind asked for."""
    found: list[NearTie] = []
    seen: set[tuple[int, int]] = set()
    for _, text, best in searched.by_utterance:
        for i, near in best[1:]:
            top, nearest_one = best[0]
            apart = searched.sections[i].article != searched.sections[top].article
            if near >= COVERED and nearest_one - near <= TIE and apart and (top, i) not in seen:
                said = _different(searched.texts[top], searched.texts[i])
                if said:
                    seen.add((top, i))
                    found.append(NearTie(text, top, i, said))
    return found


def _different(a: str, b: str) -> tuple[str, str] | None:
    """The first values of one kind that the two texts do not share."""
    left, right = values(a), values(b)
    for kind in ("amount", "percentage", "duration", "date"):
        of_a, of_b = [v for v in left if v.kind == kind], [v for v in right if v.kind == kind]
        if of_a and of_b and not {_key(v) for v in of_a} & {_key(v) for v in of_b}:
            return a[of_a[0].start : of_a[0].end].strip(), b[of_b[0].start : of_b[0].end].strip()
    return None


def _key(value: Value) -> tuple[float, float, str]:
    return value.lo, value.hi, value.unit


def would_say(searched: Searched, volumes: Mapping[str, float]) -> tuple[WouldSay, ...]:
    """For the ten largest workflows (by tickets, else in their order): the passage that answers the first utterance."""
    order = sorted(searched.intents, key=lambda name: -volumes.get(name, 0.0))[:LARGEST]
    return tuple(_passage(searched, name) for name in order if searched.intents[name])


def _passage(searched: Searched, workflow: str) -> WouldSay:
    place = [name for name, _, _ in searched.by_utterance].index(workflow) if searched.by_utterance else -1
    question = searched.intents[workflow][0]
    state = searched.covered.utterances[workflow][0].answer
    best = searched.by_utterance[place][2] if place >= 0 else []
    if not best or best[0][1] < COVERED:
        return WouldSay(
            workflow=workflow, question=question, state=state, similarity=round(best[0][1], 3) if best else 0.0
        )
    section = searched.sections[best[0][0]]
    article = searched.articles[section.article]
    own = [s for s in sentences(article) if s.section.id == section.id]
    if not own:
        return WouldSay(workflow=workflow, question=question, state=state, article=article.id, heading=section.heading)
    near = searched.encode([s.text for s in own]) @ searched.covered.asked[place]
    top = int(np.argmax(near))
    said = own[max(0, top - (0 if len(own) - top > 1 else 1)) : top + 2]
    return WouldSay(
        workflow=workflow,
        question=question,
        state=state,
        article=article.id,
        heading=section.heading,
        passage=" ".join(s.text for s in said)[:400],
        similarity=round(best[0][1], 3),
    )
