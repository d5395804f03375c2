"""When a system may be asked, and when it may be written to: the engagement's windows, in the zone that they name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from runtime.errors import BadInput, Refused
from runtime.systems.settings import Window

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_AHEAD_DAYS = 370


def clock() -> datetime:
    """This machine's time; whether it is right, answers tell (`clocks`)."""
    return datetime.now(UTC)


class WindowShut(Refused):
    """Outside the times that the engagement allows; the same request may go out later."""


def check_window(windows: Sequence[Window], *, writing: bool, system: str, now: datetime | None = None) -> None:
    """Passes when no window speaks about this kind of request, or one of those that do is open.

    Raises:
        WindowShut: outside; the message names the windows, and when the next one opens.
        BadInput: this machine knows no such zone.
    """
    minded, moment = _minded(windows, writing), now or clock()
    if minded and not any(is_open(window, moment) for window in minded):
        said = " or ".join(map(words_of, minded))
        raise WindowShut(
            f"{'writes' if writing else 'requests'} are allowed only {said}",
            system,
            f"run it again inside the window{_next_words(minded, moment)}; collection goes on where it stopped",
        )


def check_room(windows: Sequence[Window], *, needed_s: float, system: str, now: datetime | None = None) -> None:
    """Passes when a write that begins now can be taken back before its window closes.

    Raises:
        WindowShut: it closes within `needed_s` seconds, or within a quarter of a window shorter than four times that.
    """
    check_window(windows, writing=True, system=system, now=now)
    moment = now or clock()
    closing = closes(_minded(windows, True), moment)
    needed = min([needed_s, *(_length_s(window) / 4 for window in _minded(windows, True))])
    if closing is not None and (closing - moment).total_seconds() < needed:
        raise WindowShut(
            f"the window closes at {closing:%H:%M %Z}: too soon to write and take it back",
            system,
            f"run it again in the next window{_next_words(_minded(windows, True), closing)}; collection goes on where it stopped",
        )


def check_not_over(windows: Sequence[Window], system: str, now: datetime) -> None:
    """Passes unless every window of a system has ended for good.

    Raises:
        BadInput: the last day of all of them is past.
    """
    if windows and not any(_later(window, now) for window in windows):
        last = max(window.ends for window in windows if window.ends)
        raise BadInput(
            f"the window is in the past: it ended on {last.isoformat()}",
            f"systems.{system}.windows",
            "write the window that was agreed for this run",
        )


def is_open(window: Window, moment: datetime) -> bool:
    """A window over midnight (22:00-04:00) belongs to the day on which it opens, holidays and last day included."""
    local = moment.astimezone(_zone(window))
    start, end = (_minutes(part) for part in window.hours.split("-"))
    at = local.hour * 60 + local.minute
    if start < end:
        return start <= at < end and _opens_on(window, local.date())
    yesterday = local.date() - timedelta(days=1)
    return (at >= start and _opens_on(window, local.date())) or (at < end and _opens_on(window, yesterday))


def closes(windows: Sequence[Window], moment: datetime) -> datetime | None:
    """When the last of the windows that are open now closes, in its zone; None when none closes within a day."""
    ends = [_end(window, moment) for window in windows if is_open(window, moment)]
    latest = max(ends, default=None)
    while latest is not None:  # a window that follows without a gap keeps it open
        onward = [_end(window, latest) for window in windows if is_open(window, latest)]
        if not onward:
            return latest
        latest = max(onward)
        if latest - moment > timedelta(days=1):
            return None
    return None


def opens(windows: Sequence[Window], moment: datetime, *, writing: bool = False) -> datetime | None:
    """When the next window opens that allows it, in its zone; `moment` itself when one is open, None when none will."""
    minded = _minded(windows, writing)
    if not minded or any(is_open(window, moment) for window in minded):
        return moment
    return min((found for window in minded if (found := _next(window, moment))), default=None)


def words_of(window: Window) -> str:
    """The window as a person reads it."""
    span = f" from {window.starts}" if window.starts else ""
    span += f" until {window.ends}" if window.ends else ""
    return f"{window.days} {window.hours} {window.zone}{span}{' but holidays' if window.holidays else ''}"


def _minded(windows: Sequence[Window], writing: bool) -> list[Window]:
    """Reads mind the windows without `writes_only`; writes mind the ones with it, or, where there are none, the others."""
    general = [w for w in windows if not w.writes_only]
    return ([w for w in windows if w.writes_only] or general) if writing else general


def _opens_on(window: Window, day: date) -> bool:
    within = (window.starts is None or window.starts <= day) and (window.ends is None or day <= window.ends)
    return within and day.weekday() in _days(window.days) and day not in window.holidays


def _later(window: Window, now: datetime) -> bool:
    return is_open(window, now) or _next(window, now) is not None


def _next(window: Window, moment: datetime) -> datetime | None:
    local = moment.astimezone(_zone(window))
    start = _minutes(window.hours.split("-")[0])
    first = max(local.date(), window.starts or local.date())
    for ahead in range(_AHEAD_DAYS):
        day = first + timedelta(days=ahead)
        opening = datetime.combine(day, time(start // 60 % 24, start % 60), tzinfo=_zone(window))
        if opening > moment and _opens_on(window, day):
            return opening
        if window.ends and day > window.ends:
            return None
    return None


def _end(window: Window, moment: datetime) -> datetime:
    """When a window that is open closes: wall clock times, so that a change of the clocks moves nothing."""
    local = moment.astimezone(_zone(window))
    start, end = (_minutes(part) for part in window.hours.split("-"))
    later = start >= end and local.hour * 60 + local.minute >= start
    day = local.date() + timedelta(days=int(later) + int(end == 24 * 60))
    return datetime.combine(day, time(end // 60 % 24, end % 60), tzinfo=_zone(window))


def _length_s(window: Window) -> float:
    start, end = (_minutes(part) for part in window.hours.split("-"))
    return ((end - start) % (24 * 60) or 24 * 60) * 60.0


def _next_words(windows: Sequence[Window], moment: datetime) -> str:
    found = min((opening for window in windows if (opening := _next(window, moment))), default=None)
    return f", which opens {found:%a %Y-%m-%d %H:%M %Z}" if found else ""


def _zone(window: Window) -> ZoneInfo:
    try:
        return ZoneInfo(window.zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput(f"this machine knows no zone {window.zone}", "windows.zone", "pip install tzdata") from None


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _days(text: str) -> set[int]:
    """`mon-fri`, `sat,sun`, `fri-mon`."""
    found: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        found |= {(start + n) % 7 for n in range((end - start) % 7 + 1)}
    return found
