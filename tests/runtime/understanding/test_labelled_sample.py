"""Rules and net, measured on sentences of many voices. The figures stand in docs/tickets.md; a change that lowers them
fails here. The first part was seen while the rules were extended and lies in the net; the held-out part was not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from runtime.metrics import wilson
from runtime.understanding.category import Net, categories
from runtime.understanding.mood import Turn, mood


@dataclass(frozen=True)
class Labelled:
    language: str
    categories: frozenset[str]
    mark: str
    text: str


def sample() -> list[Labelled]:
    rows = (Path(__file__).parent / "labelled_sample.tsv").read_text(encoding="utf-8").splitlines()
    cells = [row.split("\t") for row in rows if row and not row.startswith("#")]
    return [Labelled(c[0], frozenset(c[1].split(",")) - {"-"}, c[2], c[3]) for c in cells]


SAMPLE = sample()
HELD_OUT = [row for row in SAMPLE if row.mark == "h"]
SEEN = [row for row in SAMPLE if row.mark != "h" and row.language in ("en", "de")]


def found(rows: Sequence[Labelled], near: Sequence[tuple[str, ...]]) -> tuple[int, int, int, int]:
    """Grave sentences caught, of; ordinary ones raised in error, of. The language is known, as it is of most tickets."""
    hits = [bool(categories(r.text, language=r.language, near=n).hits) for r, n in zip(rows, near, strict=True)]
    grave = [hit for hit, r in zip(hits, rows, strict=True) if r.categories]
    plain = [hit for hit, r in zip(hits, rows, strict=True) if not r.categories]
    return sum(grave), len(grave), sum(plain), len(plain)


def test_the_sample_is_large_and_holds_every_category() -> None:
    assert len(SAMPLE) >= 400 and len(HELD_OUT) >= 100
    assert {c for r in SAMPLE for c in r.categories} == {
        "vulnerable",
        "bereavement",
        "fraud",
        "medical_billing",
        "outage",
        "legal_threat",
        "unknown_language",
    }


def test_rules_find_what_they_were_written_for_with_few_false_alarms() -> None:
    caught, grave, raised, plain = found(SEEN, [()] * len(SEEN))
    assert caught >= 0.98 * grave
    assert raised <= 0.05 * plain


def test_a_language_without_a_list_is_always_a_category() -> None:
    other = [r for r in SAMPLE if "unknown_language" in r.categories]
    assert [r.text for r in other if "unknown_language" not in categories(r.text).names] == []


def test_the_net_catches_most_of_what_no_rule_was_written_for() -> None:
    pytest.importorskip("sentence_transformers")
    from kb_audit.embedding import encoder

    near = Net(encoder()).near([r.text for r in HELD_OUT])
    rules_only, grave, _, _ = found(HELD_OUT, [()] * len(HELD_OUT))
    caught, _, raised, plain = found(HELD_OUT, near)
    print(f"rules {rules_only} of {grave}; with the net {wilson(caught, grave)}; false alarms {wilson(raised, plain)}")
    assert caught >= 0.65 * grave and caught > 3 * rules_only
    assert raised <= 0.2 * plain


def test_emotion_is_read_from_words_alone_and_misses_are_known() -> None:
    rows = [r for r in SAMPLE if r.language in ("en", "de") and r.mark != "h"]
    seen = [(r.mark == "e", mood([Turn("customer", r.text)], language=r.language).advice != "none") for r in rows]
    assert sum(m and s for m, s in seen) >= 0.55 * sum(m for m, _ in seen)
    calm = [s for (m, s), r in zip(seen, rows, strict=True) if not m and not r.categories]
    assert sum(calm) <= 0.05 * len(calm)
