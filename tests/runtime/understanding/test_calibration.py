"""Thresholds are chosen on some texts and judged on others; figures carry their intervals."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from assess.demo.estate import demo_data
from runtime.goals import GoalsFile
from runtime.understanding.calibration import Scored, calibrated, chosen, held_out, left_out, strangers, worth
from runtime.understanding.encode import Encode
from runtime.understanding.intent import Thresholds
from runtime.written import load

GOALS = {
    name: goal.utterances for name, goal in load(demo_data() / "folder" / "goals.yaml", GoalsFile).value.goals.items()
}
CASES = Path(__file__).parents[2] / "cases" / "runtime" / "held_out.jsonl"
HELD_OUT = [(said["text"], said["goal"]) for said in map(json.loads, CASES.read_text(encoding="utf-8").splitlines())]


@pytest.fixture(scope="module")
def encode() -> Encode:
    from kb_audit.embedding import encoder

    return encoder()


def made(seed: int, n: int = 400) -> list[Scored]:
    """Texts whose right goal is mostly nearer than a wrong one; a stranger is near to nothing."""
    draw = random.Random(seed)
    texts = []
    for _ in range(n):
        goal = draw.choice(["one", "two", None])
        right = goal is not None and draw.random() < 0.85
        score = draw.gauss(0.7, 0.1) if right else draw.gauss(0.4, 0.08)
        texts.append(Scored(goal, goal if right and goal else "three", score, draw.gauss(0.2 if right else 0.03, 0.05)))
    return texts


def test_the_texts_of_the_held_out_file_are_nobodys_utterance() -> None:
    known = {text for texts in GOALS.values() for text in texts} | set(strangers())
    assert len(HELD_OUT) >= 50 and not known & {text for text, _ in HELD_OUT}
    assert {goal for _, goal in HELD_OUT} == {*GOALS, None}


def test_on_the_demos_goals_nine_answers_of_ten_are_right_on_texts_it_was_not_chosen_on(encode: Encode) -> None:
    texts = held_out([*HELD_OUT, *((text, None) for text in strangers())], GOALS, encode)
    found = calibrated(texts)
    assert found.worth.accuracy.low >= 0.85 and found.worth.coverage.value >= 0.8 and found.worth.strangers.high <= 0.2
    assert 0.3 < found.thresholds.min_score < 0.7


def test_left_out_utterances_are_answered_rightly_or_not_at_all(encode: Encode) -> None:
    found = worth(left_out(GOALS, encode), Thresholds())
    assert found.coverage.n == sum(map(len, GOALS.values()))
    assert found.accuracy.value >= 0.9 and found.coverage.value >= 0.6


@pytest.mark.parametrize("seed", range(5))
def test_a_stricter_wish_is_kept_and_answers_less(seed: int) -> None:
    texts = made(seed)
    easy, strict = (worth(texts, chosen(texts, wanted)) for wanted in (0.8, 0.99))
    assert strict.accuracy.value >= easy.accuracy.value and strict.coverage.k <= easy.coverage.k
    answered = sum(t.is_taken(chosen(texts, 0.99)) for t in texts)
    assert strict.accuracy.k / answered >= 0.99, "strangers that are taken count as wrong answers"


@pytest.mark.parametrize("seed", range(5))
def test_what_is_promised_holds_on_texts_that_come_later(seed: int) -> None:
    found, later = calibrated(made(seed)), worth(made(seed + 100, 4000), calibrated(made(seed)).thresholds)
    assert found.worth.accuracy.low <= later.accuracy.value
    assert abs(found.worth.coverage.value - later.coverage.value) < 0.1


def test_texts_that_no_threshold_tells_apart_are_mostly_not_answered() -> None:
    noise = [Scored("one" if n % 2 else None, "one" if n % 3 else "two", 0.5, 0.05) for n in range(60)]
    at = chosen(noise, 0.95)
    assert worth(noise, at).accuracy.value <= 0.7, "nothing is promised that is not there"
