"""A window is open when its own zone's clock says so."""

from datetime import UTC, datetime

import pytest

from runtime.errors import BadInput, Refused
from runtime.systems.settings import Window
from runtime.systems.windows import (
    WindowShut,
    check_not_over,
    check_room,
    check_window,
    closes,
    is_open,
    opens,
)

MONDAY_2130_BERLIN = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "hours", "zone", "expected"),
    [
        ("mon-fri", "20:00-23:00", "Europe/Berlin", True),
        ("mon-fri", "21:00-23:00", "UTC", False),
        ("tue,wed", "20:00-23:00", "Europe/Berlin", False),
        ("sun", "22:00-24:00", "Asia/Tokyo", False),
        ("fri-mon", "21:00-04:00", "Europe/Berlin", True),
        ("mon-sun", "00:00-24:00", "UTC", True),
    ],
)
def test_a_window_follows_its_zone(days, hours, zone, expected):
    assert is_open(Window(days=days, hours=hours, zone=zone), MONDAY_2130_BERLIN) is expected


def test_a_window_over_midnight_belongs_to_the_day_it_opens():
    night = Window(days="mon", hours="22:00-04:00", zone="UTC")
    assert is_open(night, datetime(2026, 11, 24, 3, 0, tzinfo=UTC)) and not is_open(
        night, datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    )


def test_a_window_for_writes_leaves_reads_alone():
    windows = [Window(hours="01:00-02:00", writes_only=True)]
    check_window(windows, writing=False, system="billing", now=MONDAY_2130_BERLIN)
    with pytest.raises(Refused, match="writes"):
        check_window(windows, writing=True, system="billing", now=MONDAY_2130_BERLIN)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"zone": "Mars/Olympus"}, "time zone"),
        ({"days": "moonday"}, "range of days"),
        ({"hours": "25:00-26:00"}, "write hours like"),
        ({"hours": "20:00-20:00"}, "no time at all"),
        ({"starts": "2026-11-29", "ends": "2026-11-28"}, "before it starts"),
    ],
)
def test_nonsense_is_named_where_it_is_written(wrong, said):
    with pytest.raises(ValueError, match=said):
        Window(**wrong)


def test_a_window_stays_shut_on_holidays_and_outside_its_own_days():
    night = Window(hours="22:00-04:00", zone="UTC", starts="2026-12-23", ends="2026-12-25", holidays=["2026-12-24"])
    opened = [day for day in range(20, 29) if is_open(night, datetime(2026, 12, day, 23, 0, tzinfo=UTC))]
    assert opened == [23, 25]
    assert is_open(night, datetime(2026, 12, 24, 3, 0, tzinfo=UTC)), "the night of the 23rd goes on"
    assert not is_open(night, datetime(2026, 12, 25, 3, 0, tzinfo=UTC)), "the night of the 24th never began"


def test_the_next_opening_is_named_over_holidays_and_changes_of_the_clocks():
    window = Window(days="fri", hours="20:00-23:00", zone="Europe/Berlin", holidays=["2027-03-26"])
    thursday = datetime(2027, 3, 25, 12, 0, tzinfo=UTC)
    assert opens([window], thursday).isoformat() == "2027-04-02T20:00:00+02:00"  # summer time began in between
    assert opens([window], datetime(2026, 11, 20, 19, 30, tzinfo=UTC)).isoformat() == "2026-11-20T19:30:00+00:00"
    assert opens([Window(ends="2026-11-01")], thursday) is None


def test_windows_that_follow_each_other_are_one():
    evening, night = Window(hours="20:00-24:00", zone="UTC"), Window(hours="00:00-02:30", zone="UTC")
    assert closes([evening, night], MONDAY_2130_BERLIN) == datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
    assert closes([Window()], MONDAY_2130_BERLIN) is None


def test_a_write_needs_room_to_be_taken_back_before_the_window_closes():
    windows = [Window(hours="20:00-21:00", zone="UTC")]
    check_room(windows, needed_s=300, system="billing", now=datetime(2026, 11, 23, 20, 54, tzinfo=UTC))
    with pytest.raises(WindowShut, match="too soon to write") as stopped:
        check_room(windows, needed_s=300, system="billing", now=datetime(2026, 11, 23, 20, 56, tzinfo=UTC))
    assert "Tue 2026-11-24 20:00 UTC" in str(stopped.value)
    check_window(windows, writing=True, system="billing", now=datetime(2026, 11, 23, 20, 56, tzinfo=UTC))


def test_a_short_window_leaves_a_quarter_of_itself_to_tidy_up():
    windows = [Window(hours="20:00-20:08", zone="UTC")]
    check_room(windows, needed_s=300, system="billing", now=datetime(2026, 11, 23, 20, 5, 59, tzinfo=UTC))
    with pytest.raises(WindowShut, match="too soon"):
        check_room(windows, needed_s=300, system="billing", now=datetime(2026, 11, 23, 20, 6, 1, tzinfo=UTC))


def test_a_window_in_the_past_is_a_clear_stop():
    past = [Window(ends="2026-11-20"), Window(ends="2026-11-22", writes_only=True)]
    with pytest.raises(BadInput, match="in the past: it ended on 2026-11-22"):
        check_not_over(past, "billing", MONDAY_2130_BERLIN)
    check_not_over([*past, Window(ends="2026-11-23")], "billing", MONDAY_2130_BERLIN)
    check_not_over([], "billing", MONDAY_2130_BERLIN)
