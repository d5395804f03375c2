"""Slots are found, never invented; several fitting values are a question."""

from __future__ import annotations

from runtime.goals import Slot
from runtime.understanding.slots import fill, from_list

CHARGE = Slot.model_validate({"from": "utterance", "pattern": r"CH-\d+-\d+"})


def test_one_value_in_the_words_is_taken() -> None:
    assert fill("charge_id", CHARGE, "Look at CH-1-2, yes CH-1-2!", {}).value == "CH-1-2"


def test_two_values_are_a_question() -> None:
    found = fill("charge_id", CHARGE, "CH-1-2 or CH-1-3", {})
    assert found.value is None and found.choices == ("CH-1-2", "CH-1-3")


def test_the_account_comes_from_the_session_and_not_from_the_words() -> None:
    slot = Slot.model_validate({"from": "session"})
    assert fill("account_id", slot, "my account is A-1", {}).value is None
    assert fill("account_id", slot, "my account is A-1", {"account_id": "A-2"}).value == "A-2"


def test_only_the_only_entry_of_a_list_is_taken() -> None:
    assert from_list(["CH-1"]).value == "CH-1"
    assert from_list(["CH-1", "CH-2"]).value is None
    assert from_list([]).value is None
