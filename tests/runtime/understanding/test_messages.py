"""Messages as people write them, against the six bundled use cases: no goal is taken for another one, nor for what is no wish at all.

`tests/cases/runtime/messages.jsonl`: typing errors, German, French and mixed, long mails with signature and quoted thread, several wishes
in one, sarcasm, fragments, thanks, refusals, questions near a goal. `goal` null: nobody's wish; `person`: nothing for a machine.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from assess.demo.estate import demo_data
from assess.demo.use_cases.trial import names, place_of
from runtime.estate import Estate
from runtime.goals import GoalsFile
from runtime.guardrails.policy import GuardrailsFile
from runtime.understanding.encode import Encode
from runtime.understanding.intent import Intents, Thresholds
from runtime.understanding.understand import understand
from runtime.understanding.wishes import is_no_wish, question_in
from runtime.written import load

TEXT = (Path(__file__).parents[2] / "cases" / "runtime" / "messages.jsonl").read_text(encoding="utf-8")
MESSAGES: list[dict[str, Any]] = [json.loads(line) for line in TEXT.split("\n") if line]


@cache
def estate_of(use_case: str) -> Estate:
    """What understanding needs of it: goals, guardrails, words."""
    folder = place_of(use_case) / "folder"
    folder = folder if folder.is_dir() else demo_data() / "folder"
    estate = Estate.__new__(Estate)
    object.__setattr__(estate, "folder", folder)
    object.__setattr__(estate, "goals", load(folder / "goals.yaml", GoalsFile).value.goals)
    object.__setattr__(estate, "guardrails", load(folder / "guardrails.yaml", GuardrailsFile).value)
    return estate


def read_as(message: dict[str, Any], encode: Encode) -> str | None:
    estate = estate_of(message["use_case"])
    found = understand(message["text"], estate, Intents.of_goals(estate.goals, encode, Thresholds()))
    return "person" if found.stop else found.intent


def test_no_message_is_taken_for_another_wish_and_most_wishes_in_english_are_understood(encode: Encode) -> None:
    read = [(message, read_as(message, encode)) for message in MESSAGES]
    wrong = [(m["text"], got) for m, got in read if got not in (m["goal"], "person", None)]
    assert wrong == []
    missed = [m["text"] for m, got in read if m["goal"] == "person" and got != "person"]
    assert missed == [], "high stakes, anger and the wish for a person never wait for a question"
    wishes = [(m, got) for m, got in read if m["goal"] not in ("person", None)]
    known = [got == m["goal"] for m, got in wishes if m["style"] not in ("german", "french", "mixed")]
    print(Counter("resolved" if got == m["goal"] else "asked" if got is None else "to a person" for m, got in wishes))
    assert sum(known) / len(known) > 0.75
    foreign = [got for m, got in wishes if m["style"] == "french"]
    assert set(foreign) == {"person"}, "a language that no list is for goes to a person"


def test_the_messages_cover_each_use_case_in_many_styles() -> None:
    assert len(MESSAGES) >= 150 and {m["use_case"] for m in MESSAGES} == set(names())
    assert len({m["style"] for m in MESSAGES}) >= 20 and len({m["text"] for m in MESSAGES}) == len(MESSAGES)


@pytest.mark.parametrize("use_case", names())
def test_no_utterance_of_a_goal_is_taken_for_no_wish(use_case: str) -> None:
    goals = estate_of(use_case).goals.values()
    assert [text for goal in goals for text in goal.utterances if is_no_wish(text)] == []


@pytest.mark.parametrize(
    ("text", "wishes", "asks"),
    [
        ("I do not want to move my appointment.", False, ""),
        ("I do not want to pay for that.", True, ""),
        ("Thanks for crediting it so quickly!", False, ""),
        ("Thanks for your help, please send the label.", True, ""),
        ("The bill is not correct.", True, ""),
        ("Danke, hat sich erledigt.", False, ""),
        ("Ich brauche keinen Schlüssel mehr.", False, ""),
        ("Where is my order?", True, "where"),
        ("Wo ist mein Paket?", True, "wo"),
        ("Whereas this is none.", True, ""),
        ("", True, ""),
    ],
)
def test_thanks_refusals_and_questions_are_told_from_wishes(text: str, wishes: bool, asks: str) -> None:
    assert (is_no_wish(text), question_in(text)) == (not wishes, asks)
