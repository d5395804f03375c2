"""The score ranks good above bad, and nothing that says nothing raises it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.escalation.cues import SLOTS
from runtime.escalation.readability import FEATURES, score

PAIRS = [
    json.loads(line)
    for line in (
        (Path(__file__).parents[2] / "cases" / "escalation" / "readability.jsonl")
        .read_text(encoding="utf-8")
        .splitlines()
    )
]
GOOD = [pair["good"] for pair in PAIRS if pair["language"] == "en"]
PLACEHOLDERS = [
    "Why: n/a",
    "Customer: unknown",
    "Recommended: tbd",
    "Checked: see transcript",
    "Decide by: ???",
    "-",
    "Done: none",
]
CUE_WORDS = [
    "reason",
    "customer",
    "checked",
    "recommended",
    "deadline",
    "because",
    "approve",
    "refund",
    "account",
    "today",
    "problem",
]
FILLER = [
    "lorem",
    "ipsum",
    "dolor",
    "sit",
    "amet",
    "consectetur",
    "adipiscing",
    "elit",
    "integer",
    "tempor",
    "vitae",
    "semper",
]


def test_the_weights_add_up_to_a_hundred() -> None:
    assert sum(FEATURES.values()) == 100


def test_good_ranks_above_bad_in_nine_of_ten_pairs_and_better_than_brevity_does() -> None:
    right = [
        score(pair["good"], "text").score > score(pair["bad"], "text", language=pair["language"]).score
        for pair in PAIRS
    ]
    shorter = [len(pair["good"].split()) < len(pair["bad"].split()) for pair in PAIRS]
    assert len(PAIRS) >= 20
    assert sum(right) >= 0.9 * len(PAIRS)
    assert sum(right) > sum(shorter)


def test_at_the_threshold_good_ones_pass_and_bad_ones_do_not() -> None:
    assert sum(score(pair["good"], "text").score >= 70 for pair in PAIRS) >= 0.85 * len(PAIRS)
    assert sum(score(pair["bad"], "text", language=pair["language"]).score >= 70 for pair in PAIRS) <= 0.1 * len(PAIRS)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(GOOD), st.lists(st.sampled_from(PLACEHOLDERS), min_size=1, max_size=8))
def test_placeholder_lines_never_raise_it(text: str, lines: list[str]) -> None:
    assert score("\n".join([text, *lines]), "text").score <= score(text, "text").score
    assert score("\n".join([*lines, text]), "text", language="en").score <= score(text, "text").score


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(GOOD), st.lists(st.sampled_from(CUE_WORDS), min_size=1, max_size=30))
def test_cue_words_alone_never_raise_it(text: str, words: list[str]) -> None:
    assert score(f"{text}\n{' '.join(words)}", "text").score <= score(text, "text").score


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(GOOD), st.lists(st.sampled_from(FILLER), min_size=1, max_size=300))
def test_filler_never_raises_it(text: str, words: list[str]) -> None:
    assert score(f"{text}\n{' '.join(words)}", "text", language="en").score <= score(text, "text").score


def test_values_replaced_by_placeholders_cost_most_of_it() -> None:
    labelled = next(pair for pair in PAIRS if pair["id"] == "placeholder")
    assert score(labelled["good"], "text").score - score(labelled["bad"], "text", language="en").score > 50


def test_a_payload_dump_is_capped() -> None:
    dump = next(pair["bad"] for pair in PAIRS if pair["id"] == "credit-json")
    assert score(dump, "text", language="en").score <= 39


def test_every_lost_point_has_a_reason() -> None:
    found = score("Please look into this.", "text", language="en")
    assert found.score < 40
    assert any("does not say" in why.says for why in found.reasons)


def test_a_language_without_a_list_is_no_measurement() -> None:
    assert not score(
        "Il cliente chiede un rimborso perché la fattura è sbagliata e non ha ancora avuto risposta.", "text"
    ).measured


@pytest.mark.parametrize("hostile", ["", "\x00" * 100, "<" * 50_000, "a" * 200_000, "((((" * 20_000, '{"a":' * 5_000])
def test_hostile_text_is_scored_quickly_and_low(hostile: str) -> None:
    import time

    begun = time.monotonic()
    assert score(hostile, "text", language="en").score <= 39
    assert time.monotonic() - begun < 5


def test_the_slots_are_seven() -> None:
    kept: Any = SLOTS
    assert len(kept) == 7
