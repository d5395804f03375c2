"""What counts as another value, and what is only another spelling."""

from __future__ import annotations

import pytest

from probes.gather.sent_and_found import differing, same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10", "10.00"),
        (10, "1e1"),
        ("Open ", "open"),
        ("2026-11-23T09:15:00Z", "2026-11-23T10:15:00+01:00"),
        (True, "true"),
        ({"id": 1}, {"id": 1}),
    ],
)
def test_another_spelling_is_the_same_value(one: object, other: object) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10", "10.01"),
        ("007", "7"),
        ("mobile-m", "mobile-l"),
        ("2026-11-23T09:15:00Z", "2026-11-23T09:15:01Z"),
        (1, None),
    ],
)
def test_another_value_is_told(one: object, other: object) -> None:
    assert not same(one, other)


def test_what_the_record_does_not_show_or_shows_as_an_object_is_no_difference() -> None:
    sent = {"amount": "1.00", "queue": "billing", "reference": "r-1", "plan": "l"}
    record = {"amount": "1", "queue": {"id": 3, "name": "billing"}, "plan": "m"}
    assert [(f.name, f.sent, f.found) for f in differing(sent, record)] == [("plan", "l", "m")]
