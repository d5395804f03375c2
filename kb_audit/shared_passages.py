"""Partial duplicates: two articles that share a run of sentences word for word, though their sections as a whole differ."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b

import numpy as np

from kb_audit.article import Article, once
from kb_audit.sentences import Sentence, sentences

FEWEST_WORDS = 30
MOST_PLACES = 6


@dataclass(frozen=True)
class SharedPassage:
    """The same sentences in two articles, each with its range in the body."""

    a: Article
    b: Article
    in_a: tuple[int, int]
    in_b: tuple[int, int]
    words: int


def shared_passages(articles: Sequence[Article], known: set[frozenset[str]]) -> list[SharedPassage]:
    """The longest run for each pair of articles, from thirty words on. `known`: pairs of section ids that are duplicates as
    a whole. Sentences that stand in more than six places are a template's and count for nothing."""
    texts = {a.id: list(sentences(a)) for a in articles}
    keys = {a.id: array("q", once(a, "passages", partial(passages_in, a))) for a in articles}
    places: dict[int, list[tuple[str, int]]] = {key: [] for key in _repeated(keys.values())}
    for name, each in keys.items():
        for number, key in enumerate(each):
            if key in places:
                places[key].append((name, number))
    best: dict[tuple[str, str], SharedPassage] = {}
    pages = {a.id: a for a in articles}
    for found in places.values():
        for index, (one, i) in enumerate(found):
            for other, j in found[index + 1 :]:
                if (
                    one != other
                    and not _goes_on(keys, one, i, other, j)
                    and not _is_known(texts, known, one, i, other, j)
                ):
                    run = _run(pages, texts, keys, one, i, other, j)
                    pair = (min(one, other), max(one, other))
                    if run.words >= FEWEST_WORDS and (pair not in best or run.words > best[pair].words):
                        best[pair] = run
    return sorted(best.values(), key=lambda p: (-p.words, p.a.id, p.b.id))


def passages_in(article: Article) -> bytes:
    """A number of eight bytes for the words of each sentence."""
    return array("q", (_key(s.text) for s in sentences(article))).tobytes()


def _key(text: str) -> int:
    """A number for the words of a sentence; 0 for fewer than four."""
    words = re.findall(r"\w+", text.lower())
    return (
        int.from_bytes(blake2b(" ".join(words).encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True)
        if len(words) >= 4
        else 0
    )


def _repeated(keys: Iterable[array[int]]) -> list[int]:
    """Those that stand in two to six places, in order of their first one."""
    whole = np.concatenate([np.frombuffer(each, np.int64) for each in keys] or [np.zeros(0, np.int64)])
    found, first, count = np.unique(whole, return_index=True, return_counts=True)
    chosen = (found != 0) & (count > 1) & (count <= MOST_PLACES)
    repeated: list[int] = found[chosen][np.argsort(first[chosen])].tolist()
    return repeated


def _goes_on(keys: dict[str, array[int]], one: str, i: int, other: str, j: int) -> bool:
    """Whether the sentences before are the same too: then the run began earlier."""
    return i > 0 and j > 0 and bool(keys[one][i - 1]) and keys[one][i - 1] == keys[other][j - 1]


def _is_known(
    texts: dict[str, list[Sentence]], known: set[frozenset[str]], one: str, i: int, other: str, j: int
) -> bool:
    return frozenset({texts[one][i].section.id, texts[other][j].section.id}) in known


def _run(
    pages: dict[str, Article],
    texts: dict[str, list[Sentence]],
    keys: dict[str, array[int]],
    one: str,
    i: int,
    other: str,
    j: int,
) -> SharedPassage:
    length = 0
    while (
        i + length < len(keys[one])
        and j + length < len(keys[other])
        and keys[one][i + length] == keys[other][j + length] != 0
    ):
        length += 1
    first, second = texts[one][i : i + length], texts[other][j : j + length]
    words = sum(len(s.text.split()) for s in first)
    return SharedPassage(
        pages[one], pages[other], (first[0].start, first[-1].end), (second[0].start, second[-1].end), words
    )
