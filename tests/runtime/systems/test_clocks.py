"""A clock that is an hour off keeps no window: after the first answer that shows it, nothing more is sent."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from loopback import WHY, system

from runtime.systems.clocks import Clocks, WrongClock

NOW = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)


def noted(shift, **more):
    clocks = Clocks()
    clocks.note("billing", {"Date": format_datetime(NOW + shift, usegmt=True), **more}, NOW)
    return clocks


def test_five_minutes_are_tolerated_and_an_hour_is_named_with_its_direction():
    noted(timedelta(minutes=4)).check("billing")
    with pytest.raises(WrongClock, match="this machine's clock is 60 min behind that of billing"):
        noted(timedelta(hours=1)).check("billing")
    assert noted(timedelta(hours=-1)).off() == {"billing": "this machine's clock is 60 min ahead of that of billing"}


def test_an_answer_out_of_a_cache_or_without_a_readable_date_says_nothing():
    assert not noted(timedelta(hours=-1), Age="3600").off()
    clocks = Clocks()
    clocks.note("billing", {"Date": "yesterday"}, NOW)
    clocks.note("billing", {}, NOW)
    clocks.check("billing")


@pytest.mark.parametrize(("windows", "stopped"), [([{"hours": "00:00-24:00"}], True), ([], False)])
def test_with_windows_a_wrong_clock_stops_everything_after_the_first_answer(server, tmp_path, windows, stopped):
    late = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)

    def answer(request):
        return 200, {"Date": late}, {}

    server.server.RequestHandlerClass.date_time_string = lambda *_: late
    server.answers["GET /x"] = answer
    billing = system(server.url, tmp_path, windows=windows)
    assert billing.request("GET", "/x", why=WHY).ok
    if stopped:
        with pytest.raises(WrongClock, match="its window cannot be kept"):
            billing.request("GET", "/x", why=WHY)
    else:
        assert billing.request("GET", "/x", why=WHY).ok
    assert len(server.seen) == (1 if stopped else 2)
