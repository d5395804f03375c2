"""Precision and recall of the conflict engine on labelled pairs of sentences (tests, benchmarks)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb_audit.claims import Claim, claims
from kb_audit.conflicts import find_conflicts
from kb_audit.sources import markdown
from kb_audit.together.reader import Reader
from kb_audit.together.reading import read_together
from kb_audit.wording import content_words
from runtime.understanding.encode import Encode


@dataclass(frozen=True)
class Score:
    """Counts against the labels; `wrong` names each mistaken pair with the verdict it got."""

    true_alarms: int
    false_alarms: int
    missed: int
    wrong: tuple[tuple[str, str], ...]

    @property
    def precision(self) -> float:
        raised = self.true_alarms + self.false_alarms
        return self.true_alarms / raised if raised else 0.0

    @property
    def recall(self) -> float:
        real = self.true_alarms + self.missed
        return self.true_alarms / real if real else 0.0


def load_pairs(path: Path) -> list[dict[str, Any]]:
    """One JSON object a line: id, label (conflict|scope|agree|unrelated), domain, a, b, optional headings."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def verdicts(pairs: Sequence[dict[str, Any]], encode: Encode, reader: Reader | None = None) -> list[str]:
    """The engine's verdict on each pair, through the same way that a page takes; without a reader, that of the rules."""
    stated = [claim for pair in pairs for side in "ab" for claim in _claims(pair, side)]
    known = _remembering(encode)
    known([claim.subject for claim in stated])
    known(
        sorted(
            {
                word
                for claim in stated
                for text in (claim.subject, claim.about, claim.text)
                for word in content_words(text)
            }
        )
    )
    return [_verdict(pair, known, reader) for pair in pairs]


def _remembering(encode: Encode) -> Encode:
    """The same encoder with its rows kept in memory: pairs are judged one by one and share most words."""
    rows: dict[str, NDArray[np.float32]] = {}

    def known(texts: Sequence[str]) -> NDArray[np.float32]:
        fresh = [text for text in dict.fromkeys(texts) if text not in rows]
        if fresh:
            rows.update(zip(fresh, encode(fresh), strict=True))
        return np.stack([rows[text] for text in texts])

    return known


def score(pairs: Sequence[dict[str, Any]], given: Iterable[str]) -> Score:
    """Only "conflict" is an alarm; a pair judged "possible" or "scope" raises none."""
    rows = [(pair["id"], pair["label"] == "conflict", verdict) for pair, verdict in zip(pairs, given, strict=True)]
    return Score(
        true_alarms=sum(real and verdict == "conflict" for _, real, verdict in rows),
        false_alarms=sum(not real and verdict == "conflict" for _, real, verdict in rows),
        missed=sum(real and verdict != "conflict" for _, real, verdict in rows),
        wrong=tuple((name, verdict) for name, real, verdict in rows if real != (verdict == "conflict")),
    )


def _verdict(pair: dict[str, Any], encode: Encode, reader: Reader | None) -> str:
    both = [*_claims(pair, "a"), *_claims(pair, "b")]
    compared = find_conflicts(both, encode)
    if reader:
        compared = read_together(reader, both, compared, encode)
    found = {p.judgement.verdict for p in compared.pairs}
    return next((v for v in ("conflict", "scope", "possible", "agree") if v in found), "unrelated")


def _claims(pair: dict[str, Any], side: str) -> list[Claim]:
    heading = pair.get(f"heading_{side}")
    text = f"## {heading}\n\n{pair[side]}\n" if heading else f"{pair[side]}\n"
    return list(claims(markdown.parse(f"{side}.md", text)))
