"""A rewritten example holds the text's own sentences and nothing else, and shows gaps as gaps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runtime.escalation.readability import score
from runtime.escalation.rewriting import rewritten

PATH = Path(__file__).parents[2] / "cases" / "escalation" / "readability.jsonl"
PAIRS = {pair["id"]: pair for pair in map(json.loads, PATH.read_text(encoding="utf-8").splitlines())}


def test_what_was_missing_is_named_and_nothing_is_made_up() -> None:
    made = rewritten("Customer called about order OR-551. Please advise asap.")
    assert made.count("‹missing:") >= 5 and "by when" in made
    said = [word for word in made.split() if word.startswith("OR-")]
    assert said == ["OR-551."]


def test_dialogue_and_payload_go_behind_a_link() -> None:
    made = rewritten(PAIRS["hotel-night"]["bad"], "en")
    assert "lines of dialogue" in made.splitlines()[-1] and "Guest:" not in made
    assert "machine text" in rewritten(PAIRS["bulleted-json"]["bad"], "en")


@pytest.mark.parametrize("id", ["too-long", "ask-last"])
def test_the_same_sentences_in_order_score_no_less(id: str) -> None:
    bad = PAIRS[id]["bad"]
    assert score(rewritten(bad, "en"), "text", language="en").score >= score(bad, "text", language="en").score


def test_every_language_with_a_list_has_its_labels_and_others_have_no_example() -> None:
    assert "Warum:" in rewritten(PAIRS["bahn-de"]["bad"], "de")
    assert "Pourquoi:" in rewritten(PAIRS["double-charge-fr"]["bad"], "fr")
    assert rewritten("Il cliente chiede un rimborso perché la fattura è sbagliata.", "it") == ""


def test_hostile_text_stays_bounded() -> None:
    assert len(rewritten("Please approve 5 EUR. " * 50_000, "en")) < 6_000
