"""Goals by their nearest utterance, and the right to abstain; figures on the demo's own goals."""

from __future__ import annotations

import pytest

from assess.demo.estate import demo_data
from runtime.goals import GoalsFile
from runtime.understanding.encode import Encode
from runtime.understanding.intent import Intents
from runtime.written import load

GOALS = {
    name: goal.utterances for name, goal in load(demo_data() / "folder" / "goals.yaml", GoalsFile).value.goals.items()
}


@pytest.fixture(scope="module")
def encode() -> Encode:
    from kb_audit.embedding import encoder

    return encoder()


@pytest.fixture(scope="module")
def intents(encode: Encode) -> Intents:
    return Intents(GOALS, encode)


@pytest.mark.parametrize(
    ("message", "goal"),
    [
        (
            "My bill is wrong: there is a flat data charge for days on which I hardly used my phone. Please correct it.",
            "billing-dispute",
        ),
        ("I want to change my plan, please switch me to mobile-l from next month.", "plan-change"),
        (
            "I paid my invoice twice, my bank shows two payments to you. Please refund the double payment.",
            "refund-overpayment",
        ),
        ("How many days do I have to send the tablet back that I ordered?", "device-return"),
    ],
)
def test_a_clear_message_finds_its_goal(intents: Intents, message: str, goal: str) -> None:
    found = intents.of(message)
    assert found.name == goal and found.confidence >= 0.55 and found.margin >= 0.06


@pytest.mark.parametrize(
    "message",
    ["What is the weather in Lima?", "hello", "", "   \n ", "asdf qwer zxcv", "Is my parcel insured against rain?"],
)
def test_what_fits_no_goal_is_abstained_from(intents: Intents, message: str) -> None:
    assert intents.of(message).name is None


def test_between_two_near_goals_it_abstains(encode: Encode) -> None:
    twins = Intents({"one": ["please cancel my order"], "two": ["please cancel my order now"]}, encode)
    found = twins.of("please cancel my order")
    assert found.name is None and found.runner_up is not None and found.margin < 0.06
