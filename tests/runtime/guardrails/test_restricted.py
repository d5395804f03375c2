"""Restricted data is found however it is written, and ordinary numbers are left alone."""

from __future__ import annotations

import pytest

from runtime.guardrails.effects import Effect
from runtime.guardrails.policy import GuardrailsFile
from runtime.guardrails.restricted import MASK, carried, readable

RULES = GuardrailsFile.model_validate(
    {
        "restricted_data": {
            "card_number": "never_read",
            "iban": "never_send",
            "date_of_birth": "mask",
            "health": "never_read",
        }
    }
)
WRITE = Effect.model_validate({"does": "create", "sends": ["text"]})


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111",
        "my card is 4111 1111 1111 1111.",
        "4111-1111-1111-1111",
        "3782 822463 10005",
        "4\u200b111111111111111",
        "４１１１１１１１１１１１１１１１",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    ],
)
def test_a_card_number_is_found_in_any_spelling(text: str) -> None:
    assert carried(RULES, WRITE, {"note": text}) == "card_number"
    assert carried(RULES, WRITE, {"deep": [{"note": text}]}) == "card_number"


@pytest.mark.parametrize(
    "text",
    [
        "A-90017",
        "CH-90017-2",
        "2026-11-23 10:00 2026-11-24 11:00",
        "12.40 EUR",
        "4111 1111 1111 1112",
        "+49 30 1234567",
    ],
)
def test_ordinary_numbers_pass(text: str) -> None:
    assert carried(RULES, WRITE, {"note": text}) is None


def test_a_bank_account_is_not_sent_but_may_be_read() -> None:
    assert carried(RULES, WRITE, {"text": "pay to DE89 3704 0044 0532 0130 00 please"}) == "iban"
    assert readable(RULES, {"iban": "DE89370400440532013000"}) == {"iban": "DE89370400440532013000"}


def test_masked_fields_stay_in_house() -> None:
    assert carried(RULES, WRITE, {"date_of_birth": "1980-02-29"}) is None
    sending = Effect.model_validate({"does": "create", "sends": ["dateOfBirth"]})
    assert carried(RULES, sending, {"dateOfBirth": "1980-02-29"}) == "date_of_birth"


def test_an_answer_reaches_the_agent_without_what_it_must_not_read() -> None:
    answer = {
        "name": "Ada",
        "cardNumber": "4111111111111111",
        "notes": ["card 4111 1111 1111 1111"],
        "dob": "1980-02-29",
        "health": {"x": 1},
    }
    assert readable(RULES, answer) == {"name": "Ada", "notes": [f"card {MASK}"], "dob": MASK}
