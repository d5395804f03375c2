"""Dates, amounts, numbers and addresses in customers' words, as several countries write them; two readings are two values."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.goals import Slot
from runtime.understanding.slots import fill
from runtime.understanding.typed import values_of

TODAY = date(2026, 11, 23)  # a Monday


@pytest.mark.parametrize(
    ("kind", "text", "language", "found"),
    [
        ("date", "on 2026-12-07, please", "en", ["2026-12-07"]),
        ("date", "am 07.12.2026 passt es", "de", ["2026-12-07"]),
        ("date", "nächsten Montag oder gar nicht", "de", ["2026-11-30"]),
        ("date", "on the 14th of March", "en", ["2027-03-14"]),
        ("date", "le 3 février, s'il vous plaît", "fr", ["2027-02-03"]),
        ("date", "el 3 de febrero", "es", ["2027-02-03"]),
        ("date", "tomorrow, if I may", "en", ["2026-11-24"]),
        ("date", "on 03/04/2027", "en", ["2027-04-03", "2027-03-04"]),
        ("date", "on 13/04/2027", "en", ["2027-04-13"]),
        ("date", "on 31.02.2027", "de", []),
        ("date", "order O-2026-12-07 and version 1.2.3", "en", []),
        ("date", "may I ask something", "en", []),
        ("money", "1.234,50 € zu viel", "de", ["1234.50"]),
        ("money", "I paid $1,234.50", "en", ["1234.50"]),
        ("money", "CHF 1'234.50", "de", ["1234.50"]),
        ("money", "1 234,50 € en trop", "fr", ["1234.50"]),
        ("money", "49,90 Euro am 07.12.2026", "de", ["49.90"]),
        ("money", "5 pounds and 7 pounds", "en", ["5.00", "7.00"]),
        ("money", "you charged 149.00 for data", "en", ["149.00"]),
        ("money", "12 days and 3 calls", "en", []),
        ("phone", "call +49 30 15559017 or 030 12345", "en", ["+493015559017"]),
        ("email", "write to a.b+c@ex-ample.co.uk.", "en", ["a.b+c@ex-ample.co.uk"]),
        ("iban", "it is DE89 3704 0044 0532 0130 00 and nothing else", "en", ["DE89370400440532013000"]),
        ("iban", "it is DE88 3704 0044 0532 0130 00", "en", []),
        ("number", "3 of 10-12 and 4.5 on 07.12.2026", "en", ["3"]),
    ],
)
def test_a_value_is_read_as_its_country_writes_it(kind: str, text: str, language: str, found: list[str]) -> None:
    assert list(values_of(kind, text, language=language, today=TODAY)) == found  # type: ignore[arg-type]


def test_one_reading_fills_a_slot_and_two_are_asked_about() -> None:
    slot = Slot.model_validate({"from": "utterance", "is": "date"})
    assert fill("day", slot, "on the 14th of March", {}, language="en", today=TODAY).value == "2027-03-14"
    two = fill("day", slot, "on 03/04/2027", {}, language="en", today=TODAY)
    assert two.value is None and two.choices == ("2027-04-03", "2027-03-04")
    assert fill("day", slot, "no day at all", {}, language="en", today=TODAY).source == "the words do not say"


def test_a_kind_and_a_pattern_hold_together() -> None:
    slot = Slot.model_validate({"from": "utterance", "is": "number", "pattern": r"\d{4}"})
    assert fill("meter", slot, "3 times, and the meter says 4711", {}).value == "4711"


@pytest.mark.parametrize("kind", ["date", "money", "phone", "email", "iban", "number"])
@settings(max_examples=15, deadline=None)
@given(text=st.text(max_size=300))
def test_no_text_breaks_a_reader(kind: str, text: str) -> None:
    for value in values_of(kind, text, language="unknown", today=TODAY):  # type: ignore[arg-type]
        assert value and value.isprintable()


@pytest.mark.parametrize("kind", ["date", "money", "iban", "number", "email", "phone"])
def test_a_megabyte_is_read_in_no_time(kind: str) -> None:
    import time

    began = time.monotonic()
    values_of(kind, "1.234,50 DE89 a@b " * 60_000, language="en", today=TODAY)  # type: ignore[arg-type]
    assert time.monotonic() - began < 5
