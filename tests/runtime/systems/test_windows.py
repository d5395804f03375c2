"""A window is open when its own zone's clock says so."""

from datetime import UTC, datetime

import pytest

from runtime.errors import BadInput, Refused
from runtime.systems.settings import Window
from runtime.systems.windows import check_window, is_open

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


def test_nonsense_is_named():
    with pytest.raises(BadInput, match="time zone"):
        is_open(Window(zone="Mars/Olympus"), MONDAY_2130_BERLIN)
    with pytest.raises(BadInput, match="range of days"):
        is_open(Window(days="moonday"), MONDAY_2130_BERLIN)
