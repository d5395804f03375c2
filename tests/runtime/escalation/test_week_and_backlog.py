"""Holes of a week in words, and waiting times that nights and weekends really give."""

from __future__ import annotations

import pytest

from runtime.escalation.backlog import staff_needed, waiting
from runtime.escalation.routes import EscalationFile
from runtime.escalation.week import by_hour, gaps, problems_of, staff_by_minute

OFFICE = [1.0 if hour // 24 < 5 and 8 <= hour % 24 < 18 else 0.0 for hour in range(168)]


def week(*hours: dict[str, object], **more: object) -> EscalationFile:
    return EscalationFile.model_validate(
        {
            "destinations": {"d": {"kind": "queue"}},
            "routes": {
                "r": {"destination": "d", "hours": list(hours), **more},
                "night": {"destination": "d", "hours": [{"hours": "20:00-08:00"}]},
            },
        }
    )


def test_a_night_without_staff_is_one_hole_in_words() -> None:
    assert gaps(staff_by_minute(week({"days": "mon-sun", "hours": "08:00-20:00"}), "r")) == ["every day 20:00–08:00"]


def test_weekends_are_named_as_such() -> None:
    assert gaps(staff_by_minute(week({"days": "mon-fri", "hours": "00:00-24:00"}), "r")) == ["at weekends all day"]


def test_hours_over_midnight_leave_the_first_night_open() -> None:
    found = gaps(
        staff_by_minute(
            week(
                {"days": "mon-fri", "hours": "08:00-20:00"},
                {"days": "mon-fri", "hours": "20:00-08:00"},
                {"days": "sat-sun"},
            ),
            "r",
        )
    )
    assert found == ["on Mondays 00:00–08:00"]


def test_the_route_outside_the_hours_fills_the_hole() -> None:
    assert gaps(staff_by_minute(week({"hours": "08:00-20:00"}, outside_hours="night"), "r")) == []


def test_staff_of_nobody_is_a_hole() -> None:
    assert gaps(staff_by_minute(week({"staff": 0}), "r")) == ["every day all day"]


def test_handing_over_in_a_circle_and_to_nowhere_is_named() -> None:
    assert "hands back" in problems_of(week({"hours": "08:00-20:00"}, outside_hours="r"), "r")[0]
    assert "not defined" in problems_of(week({"hours": "08:00-20:00"}, outside_hours="moon"), "r")[0]


def test_the_fewest_people_within_an_hour_count() -> None:
    assert by_hour(staff_by_minute(week({"hours": "08:30-20:00", "staff": 3}), "r"))[8:10] == (0, 3)


def test_office_hours_make_weekend_tickets_wait_two_days() -> None:
    found = waiting([1.0] * 168, [3 * int(n) for n in OFFICE], 14)
    assert found.p95_h is not None and 44 <= found.p95_h <= 62
    assert found.median_h is not None and found.median_h < 16


def test_more_people_never_wait_longer_and_too_few_never_finish() -> None:
    waits = [waiting([1.0] * 168, [n] * 168, 50).p95_h for n in (1, 2, 3)]
    assert all(wait is not None for wait in waits) and waits == sorted(waits, reverse=True)  # type: ignore[type-var]
    assert waiting([2.0] * 168, [1] * 168, 50).p95_h is None


@pytest.mark.parametrize(("per_hour", "needed"), [(1.0, 1), (5.0, 5)])
def test_the_staff_needed_keeps_occupancy_below_85_percent(per_hour: float, needed: int) -> None:
    assert staff_needed([per_hour] * 168, [1] * 168, 50, 1.0) == needed + (
        1 if per_hour * 50 / 60 / needed > 0.85 else 0
    )


def test_opening_hours_alone_can_forbid_a_target() -> None:
    assert staff_needed([1.0] * 168, [int(n) for n in OFFICE], 5, 4.0) is None
