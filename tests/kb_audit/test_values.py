"""Typed values: what a sentence states, as intervals."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from kb_audit.incompatible import relate
from kb_audit.measure import load_pairs
from kb_audit.normal_form import written
from kb_audit.value_patterns import MAY_HOLD_A_VALUE, PATTERNS
from kb_audit.values import mask, values


@pytest.mark.parametrize(
    ("text", "kind", "normal"),
    [
        ("Return it within 30 days.", "duration", "≤ 30 days"),
        ("Allow two weeks.", "duration", "14 days"),
        ("Refunds take 5-7 business days.", "duration", "5 business days–7 business days"),
        ("It costs $1,250.50 in all.", "amount", "1,250.5 USD"),
        ("You pay 50 cents.", "amount", "0.5"),
        ("There is no charge for returns.", "amount", "0 (free)"),
        ("A fee of 10 euros a month applies.", "amount", "10 EUR per month"),
        ("Orders over €50 ship today.", "amount", "≥ 50 EUR"),
        ("Our target is 99.9%.", "percentage", "99.9 %"),
        ("Open until 5:30 p.m.", "time", "≤ 17:30"),
        ("It ends on 31 December 2026.", "date", "2026-12-31"),
        ("Up to five devices may be linked.", "count", "≤ 5 device"),
        ("You must be at least 18 years old.", "age", "≥ 18 years"),
        ("Uploads may have 2 GB at most.", "size", "≤ 2 GB"),
        ("A quarter of the price is due now.", "percentage", "25 %"),
        ("Three quarters of the points are needed.", "percentage", "75 %"),
        ("Half of the deposit is kept.", "percentage", "50 %"),
        ("The pool shuts at nine in the evening.", "time", "21:00"),
        ("The gate is locked at one at night.", "time", "01:00"),
        ("Credit lasts half a year.", "duration", "182.5 days"),
        ("It takes a quarter of an hour.", "duration", "15 minutes"),
        ("Bins are emptied every other week.", "frequency", "every 14 days"),
        ("Wages come once a fortnight.", "frequency", "every 14 days"),
    ],
)
def test_a_value_is_read_in_its_normal_form(text: str, kind: str, normal: str) -> None:
    found = [v for v in values(text) if v.kind == kind]
    assert [written(v) for v in found] == [normal]


@pytest.mark.parametrize(
    "text",
    ["Two-factor sign-in helps.", "Call us 24/7.", "Version 3 is out.", "Feel free to ask.", "You are free to leave."],
)
def test_what_only_looks_like_a_value_is_none(text: str) -> None:
    assert values(text) == []


def test_no_more_than_is_an_upper_bound_and_more_than_a_lower_one() -> None:
    assert values("It takes no more than 10 minutes.")[0].hi != inf
    assert values("It takes more than 10 minutes.")[0].hi == inf


def test_no_later_than_so_long_before_is_a_lower_bound() -> None:
    assert values("Cancel no later than 24 hours before check-in.")[0].operator == "at_least"


def test_a_value_in_brackets_that_explains_another_is_not_counted_twice() -> None:
    assert len(values("You get two weeks (80 hours) of leave.")) == 1


def test_masking_leaves_what_the_sentence_is_about() -> None:
    text = "Pay $5 within 14 days."
    assert mask(text, values(text)) == "Pay some amount within some time."


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        ("within 30 days", "within 14 days", "incompatible"),
        ("within 30 days", "30 days", "same"),
        ("5 business days", "7 days", "compatible"),
        ("one month", "30 days", "same"),
        ("5 to 7 days", "within 7 days", "compatible"),
        ("5 to 7 days", "10 days", "incompatible"),
        ("at least 30 days", "up to 90 days", "compatible"),
        ("$5", "5 euros", "incomparable"),
        ("5 days a week", "10 days", "incomparable"),
        ("about 10 days", "11 days", "same"),
        ("99.9 %", "99.5 %", "incompatible"),
        ("December 31", "2026-12-31", "same"),
    ],
)
def test_values_stand_to_each_other(a: str, b: str, verdict: str) -> None:
    left, right = values(f"It is {a}.")[0], values(f"It is {b}.")[0]
    assert relate(left, right) == relate(right, left) == verdict


def test_a_description_contradicts_only_where_intervals_are_apart() -> None:
    over, many, few = (values(t)[0] for t in ("It had more than 30 days.", "It had 31 days.", "It had 20 days."))
    assert relate(over, many, deontic=False) == "compatible"
    assert relate(over, few, deontic=False) == "incompatible"


def test_a_sentence_that_is_not_searched_holds_no_value() -> None:
    files = sorted((Path(__file__).parents[1] / "cases" / "knowledge").glob("conflicts*.jsonl"))
    said = [pair[side] for file in files for pair in load_pairs(file) for side in "ab"]
    skipped = [text for text in said if not MAY_HOLD_A_VALUE.search(text)]
    assert len(skipped) > 100
    assert [text for text in skipped if any(pattern.search(text) for _, pattern in PATTERNS)] == []
