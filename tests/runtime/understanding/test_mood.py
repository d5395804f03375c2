"""Frustration is read from what happened first, from words second, and always says why."""

from __future__ import annotations

import pytest

from runtime.understanding.mood import HAND_OFF, Turn, mood


def said(*texts: str) -> list[Turn]:
    return [Turn("customer", text) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        "My router died, where do I get a new one?",
        "I want to dispute a charge of 4.99",
        "Is there a fraud alert for my card?",
        "Thanks, that was quick!",
        "It isn't the worst tariff, but is there a better one?",
    ],
)
def test_a_bad_topic_is_no_bad_mood(text: str) -> None:
    assert mood(said(text)).z < 0.45


def test_asking_for_a_person_is_enough_the_first_time() -> None:
    found = mood(said("Let me talk to a human please"))
    assert found.z == 1.0 and found.because == ("asks for a person",) and found.advice == "hand_off"


def test_repeating_and_two_failed_answers_hand_off_with_reasons() -> None:
    turns = [
        Turn("customer", "My invoice shows roaming that I did not use"),
        Turn("agent", "I am not sure about that.", "abstained"),
        Turn("customer", "My invoice shows roaming I did not use"),
        Turn("agent", "I am not sure about that.", "abstained"),
        Turn("customer", "I have already told you twice, my invoice shows roaming that I did not use"),
    ]
    found = mood(turns)
    assert found.z >= HAND_OFF
    assert {"two answers failed", "same message again"} <= set(found.because)


def test_politeness_of_the_agent_is_no_failure() -> None:
    turns = [
        Turn("customer", "Where is my order?"),
        Turn("agent", "Sorry about that! It arrives today.", "answered"),
        Turn("customer", "Great, thanks"),
    ]
    assert mood(turns).z == 0.0


def test_an_angry_start_stays_visible_and_fades() -> None:
    angry = mood(said("This is ridiculous, you are useless!!"))
    later = mood([*said("This is ridiculous, you are useless!!"), *said("Ok", "Fine", "Thanks", "Bye")])
    assert angry.z > later.z > 0


def test_a_third_contact_alone_is_harmless() -> None:
    assert mood(said("Where is my refund?"), contacts_14_days=3).advice == "none"


def test_german_anger_is_heard() -> None:
    found = mood(said("Das ist eine Frechheit, ich habe das schon dreimal erklärt!!"))
    assert found.advice == "hand_off" and "angry words" in found.because
