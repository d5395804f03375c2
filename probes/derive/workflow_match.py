"""Which workflow a ticket belongs to: the tag that people set, else closeness to the goals' utterances, else none of
them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from probes.derive.ticket_file import Ticket
from runtime.understanding.encode import Encode

OTHER = "other"
CLOSE_BY_MEANING, CLOSE_BY_LETTERS = 0.45, 0.30
TAGGED = 0.5  # share of tickets with a workflow's tag from which on tags decide


class Matcher:
    """Compares subjects; `method` and `tool` say with what."""

    def __init__(self, utterances: Mapping[str, Sequence[str]], encode: Encode | None) -> None:
        self._names = [name for name, texts in utterances.items() for _ in texts]
        self._texts = [text for texts in utterances.values() for text in texts]
        self._encode = encode
        self._tags = {name.lower(): name for name in utterances}
        self.by_tag = False

    @property
    def method(self) -> str:
        closeness = (
            "meaning of the subject (sentence embeddings)"
            if self._encode
            else "letters of the subject (TF-IDF of character n-grams)"
        )
        return "the workflow's own tag" if self.by_tag else closeness

    @property
    def tool(self) -> dict[str, str]:
        import sklearn  # type: ignore[import-untyped, unused-ignore]

        return {"encoder": "handed in"} if self._encode else {"scikit-learn": str(sklearn.__version__)}

    def decide(self, *, by_tag: bool) -> None:
        """Whether tags decide: where people set them in at least half of all tickets, nothing else is asked."""
        self.by_tag = by_tag

    def match(self, tickets: Sequence[Ticket]) -> list[str]:
        """A workflow or `other` for each."""
        if self.by_tag:
            return [next((self._tags[tag] for tag in ticket.tags if tag in self._tags), OTHER) for ticket in tickets]
        if not self._texts or not tickets:
            return [OTHER for _ in tickets]
        return list(self._closest([ticket.subject or ticket.body[:200] for ticket in tickets]))

    def _closest(self, subjects: Sequence[str]) -> list[str]:
        distinct = list(dict.fromkeys(" ".join(s.lower().split()) for s in subjects))
        near = self._similar(distinct)
        bound = CLOSE_BY_MEANING if self._encode else CLOSE_BY_LETTERS
        places = {
            text: self._names[int(row.argmax())] if row.max() >= bound else OTHER
            for text, row in zip(distinct, near, strict=True)
        }
        return [places[" ".join(s.lower().split())] for s in subjects]

    def _similar(self, texts: Sequence[str]) -> Any:
        """Shape (texts, utterances)."""
        if self._encode:
            return self._encode(list(texts)) @ self._encoded.T
        vectors, fitted = self._fitted
        return (vectors.transform(texts) @ fitted.T).toarray()

    @cached_property
    def _encoded(self) -> Any:
        assert self._encode is not None
        return self._encode(self._texts)

    @cached_property
    def _fitted(self) -> tuple[Any, Any]:
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, lowercase=True)
        return vectors, vectors.fit_transform([text.lower() for text in self._texts])
