"""When a system may be asked, and when it may be written to: the engagement's windows, in the zone that they name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from runtime.errors import BadInput, Refused
from runtime.systems.settings import Window

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def check_window(windows: Sequence[Window], *, writing: bool, system: str, now: datetime | None = None) -> None:
    """Passes when no window speaks about this kind of request, or one of those that do is open.

    Reads mind the windows without `writes_only`; writes mind the ones with it, or, where there are none, the others.

    Raises:
        Refused: outside; the message names the windows.
        BadInput: an unknown zone or day.
    """
    general = [w for w in windows if not w.writes_only]
    minded = ([w for w in windows if w.writes_only] or general) if writing else general
    moment = now or datetime.now(UTC)
    if minded and not any(is_open(window, moment) for window in minded):
        said = " or ".join(f"{w.days} {w.hours} {w.zone}" for w in minded)
        raise Refused(
            f"{'writes' if writing else 'requests'} are allowed only {said}",
            system,
            "run it again inside the window; collection goes on where it stopped",
        )


def is_open(window: Window, moment: datetime) -> bool:
    """A window over midnight (22:00-04:00) belongs to the day on which it opens."""
    try:
        local = moment.astimezone(ZoneInfo(window.zone))
    except (ZoneInfoNotFoundError, ValueError):
        raise BadInput(f"{window.zone} is no time zone", "windows.zone", "write one like Europe/Berlin") from None
    start, end = (_minutes(part) for part in window.hours.split("-"))
    at = local.hour * 60 + local.minute
    if start < end:
        return start <= at < end and local.weekday() in _days(window.days)
    yesterday = (local - timedelta(days=1)).weekday()
    return (at >= start and local.weekday() in _days(window.days)) or (at < end and yesterday in _days(window.days))


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _days(text: str) -> set[int]:
    """`mon-fri`, `sat,sun`, `fri-mon`."""
    found: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in _DAYS or (last and last not in _DAYS):
            raise BadInput(f"{text} is no range of days", "windows.days", "write mon-fri or sat,sun")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        found |= {(start + n) % 7 for n in range((end - start) % 7 + 1)}
    return found
