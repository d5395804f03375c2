"""The score ranks good above bad, and nothing that says nothing raises it.

The pairs lie in tests/cases/escalation/readability.jsonl, by split. `dev`: looked at while the score was made. `held_out`
(20) and `fresh` (20): written blind, scored once, and only then looked at; each first shot was right in 19 of 20. Faults that
they showed were mended afterwards, so that today's figures on them are no longer unseen.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.readability import brevity, flesch
from runtime.escalation.cues import SLOTS, cues
from runtime.escalation.readability import FEATURES, score

PAIRS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (
        (Path(__file__).parents[2] / "cases" / "escalation" / "readability.jsonl")
        .read_text(encoding="utf-8")
        .splitlines()
    )
]
GOOD = [pair["good"] for pair in PAIRS if pair["language"] == "en"]
BAD = [pair["bad"] for pair in PAIRS if pair["language"] == "en"]
PLACEHOLDERS = ["Why: n/a", "Customer: unknown", "Recommended: tbd", "Checked: see transcript", "Decide by: ???", "-"]
PLACEHOLDERS += ["Done: none", "Reason: not provided", "Next steps: to follow", "Deadline: TBA", "Status: pending"]
CUE_WORDS = sorted(set(re.findall(r"[a-z]{3,}", " ".join(p.pattern for p in cues("en").slots.values()))))  # type: ignore[union-attr]
FILLER = ["lorem", "ipsum", "dolor", "sit", "amet", "consectetur", "adipiscing", "elit", "integer", "tempor", "vitae"]
POLITE = [
    "We value our customers and always strive to provide an excellent service.",
    "Thank you very much in advance for your kind support with this.",
    "Please do not hesitate to get back to us with any questions you may have.",
    "We apologise for any inconvenience that this may have caused.",
    "Kind regards and have a wonderful day!",
]


def _text(text: str, language: str = "en") -> int:
    return score(text, "text", language=language).score


def _right(pair: dict[str, Any]) -> bool:
    return _text(pair["good"], pair["language"]) > _text(pair["bad"], pair["language"])


def test_the_weights_add_up_to_a_hundred() -> None:
    assert sum(FEATURES.values()) == 100


def test_there_are_sixty_pairs_in_several_hands_and_languages_with_reasons() -> None:
    assert len(PAIRS) >= 60 and len({pair["id"] for pair in PAIRS}) == len(PAIRS)
    assert {pair["language"] for pair in PAIRS} == {"en", "de", "es", "fr"}
    assert len({pair["style"] for pair in PAIRS}) >= 30 and all(pair["why"] for pair in PAIRS)


@pytest.mark.parametrize("split", sorted({pair["split"] for pair in PAIRS}))
def test_good_ranks_above_bad_in_nine_of_ten_pairs_and_better_than_flesch_or_brevity_alone(split: str) -> None:
    pairs = [pair for pair in PAIRS if pair["split"] == split]
    right = sum(map(_right, pairs))
    assert right >= 0.9 * len(pairs), [pair["id"] for pair in pairs if not _right(pair)]
    for baseline in (flesch, brevity):
        assert right > sum(baseline(pair["good"]) > baseline(pair["bad"]) for pair in pairs)


def test_at_the_threshold_good_ones_pass_and_bad_ones_do_not() -> None:
    assert sum(_text(pair["good"], pair["language"]) >= 70 for pair in PAIRS) >= 0.85 * len(PAIRS)
    assert sum(_text(pair["bad"], pair["language"]) >= 70 for pair in PAIRS) <= 0.1 * len(PAIRS)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(GOOD + BAD), st.lists(st.sampled_from(PLACEHOLDERS), min_size=1, max_size=8))
def test_placeholder_lines_never_raise_it(text: str, lines: list[str]) -> None:
    assert _text("\n".join([text, *lines])) <= _text(text)
    assert _text("\n".join([*lines, text])) <= _text(text)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(GOOD + BAD), st.lists(st.sampled_from(CUE_WORDS), min_size=1, max_size=30), st.booleans())
def test_cue_words_alone_never_raise_it(text: str, words: list[str], first: bool) -> None:
    heap = " ".join(words)
    assert _text(f"{heap}\n{text}" if first else f"{text}\n{heap}") <= _text(text)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(GOOD + BAD), st.lists(st.sampled_from(CUE_WORDS + FILLER), min_size=1, max_size=40), st.booleans()
)
def test_cue_words_among_filler_never_raise_it(text: str, words: list[str], first: bool) -> None:
    heap = " ".join(words)
    assert _text(f"{heap}\n{text}" if first else f"{text}\n{heap}") <= _text(text)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(GOOD + BAD), st.lists(st.sampled_from(FILLER), min_size=1, max_size=300))
def test_filler_never_raises_it(text: str, words: list[str]) -> None:
    assert _text(f"{text}\n{' '.join(words)}") <= _text(text)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(GOOD + BAD), st.lists(st.sampled_from(POLITE), min_size=1, max_size=5, unique=True))
def test_politeness_never_raises_it(text: str, lines: list[str]) -> None:
    assert _text("\n".join([text, *lines])) <= _text(text)


def test_values_replaced_by_placeholders_cost_most_of_it() -> None:
    labelled = next(pair for pair in PAIRS if pair["id"] == "placeholder")
    assert _text(labelled["good"]) - _text(labelled["bad"]) > 50


def test_a_payload_dump_is_capped() -> None:
    dump = next(pair["bad"] for pair in PAIRS if pair["id"] == "credit-json")
    assert _text(dump) <= 39


def test_the_same_words_with_the_question_last_cost_points() -> None:
    pair = next(pair for pair in PAIRS if pair["id"] == "ask-last")
    assert _text(pair["good"]) - _text(pair["bad"]) >= 8


def test_every_lost_point_has_a_reason() -> None:
    found = score("Please look into this.", "text", language="en")
    assert found.score < 40
    assert any("does not say" in why.says for why in found.reasons)


def test_a_language_without_a_list_is_no_measurement() -> None:
    text = "Il cliente chiede un rimborso perché la fattura è sbagliata e non ha ancora avuto risposta."
    assert not score(text, "text").measured


@pytest.mark.parametrize("hostile", ["", "\x00" * 100, "<" * 50_000, "a" * 200_000, "((((" * 20_000, '{"a":' * 5_000])
def test_hostile_text_is_scored_quickly_and_low(hostile: str) -> None:
    begun = time.monotonic()
    assert _text(hostile) <= 39
    assert time.monotonic() - begun < 5


def test_a_transcript_of_thirty_thousand_messages_is_read_up_to_its_bound() -> None:
    begun = time.monotonic()
    found = score("\n".join(f"Customer: message {n} about my bill" for n in range(30_000)), "text", language="en")
    assert found.score < 40 and time.monotonic() - begun < 5


def test_the_parts_are_seven() -> None:
    assert len(SLOTS) == 7
