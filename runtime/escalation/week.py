"""A route's week: who is on duty in each minute, following its deputies, and the holes in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from runtime.escalation.routes import HOLIDAYS, EscalationFile, Hours, open_days

DAY, WEEK = 24 * 60, 7 * 24 * 60
NAMES = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def staff_by_minute(escalation: EscalationFile, route: str) -> list[int]:
    """People on duty in each minute of an ordinary week, Monday 00:00 first; outside its hours the route named there
    takes over.
    """
    return _filled(escalation, route, _minutes, WEEK)


def staff_on_holiday(escalation: EscalationFile, route: str) -> list[int]:
    """People on duty in each minute of a public holiday, 00:00 first."""
    return _filled(escalation, route, _holiday_minutes, DAY)


def route_at(escalation: EscalationFile, route: str, at: datetime) -> str:
    """The route that is on duty at a time: itself, or the first one outside its hours that is; itself when none is.

    Args:
        at: with a zone.
    """
    from zoneinfo import ZoneInfo

    from runtime.escalation.public_holidays import is_holiday

    local = at.astimezone(ZoneInfo(escalation.zone))
    holiday = is_holiday(escalation.holidays, local.date())
    minute = local.hour * 60 + local.minute
    seen, name = list[str](), route
    while name and name in escalation.routes and name not in seen:
        seen.append(name)
        hours = escalation.routes[name].hours
        if (_holiday_minutes(hours)[minute] if holiday else _minutes(hours)[local.weekday() * DAY + minute]) > 0:
            return name
        name = escalation.routes[name].outside_hours or ""
    return route


def _filled(
    escalation: EscalationFile, route: str, minutes: Callable[[list[Hours]], list[int]], length: int
) -> list[int]:
    week, seen, name = [0] * length, set[str](), route
    while name and name in escalation.routes and name not in seen:
        seen.add(name)
        own = escalation.routes[name]
        for minute, staff in enumerate(minutes(own.hours)):
            if week[minute] == 0:
                week[minute] = staff
        name = own.outside_hours or ""
    return week


def problems_of(escalation: EscalationFile, route: str) -> list[str]:
    """Names that lead nowhere, and routes that hand over in a circle."""
    found, seen, name = [], [route], route
    while (own := escalation.routes.get(name)) is not None and own.outside_hours:
        if own.outside_hours in seen:
            found.append(f"outside its hours {name} hands over to {own.outside_hours}, which hands back")
            break
        if own.outside_hours not in escalation.routes:
            found.append(f"outside its hours {name} hands over to {own.outside_hours}, which is not defined")
            break
        name = own.outside_hours
        seen.append(name)
    own = escalation.routes[route]
    found += [
        f"the destination {d} is not defined"
        for d in (own.destination, own.deputy)
        if d and d not in escalation.destinations
    ]
    if own.deputy and own.deputy == own.destination:
        found.append(f"its deputy is {own.deputy} itself: when that fails, both fail")
    return found


def gaps(week: Sequence[int]) -> list[str]:
    """The minutes without anybody, in words: `on weekdays 20:00–08:00`, `at weekends all day`."""
    by_day = [_holes(week[day * DAY : (day + 1) * DAY]) for day in range(7)]
    groups: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for day, holes in enumerate(by_day):
        if holes:
            groups.setdefault(tuple(holes), []).append(day)
    return [f"{_days(days)} {_spans(holes)}" for holes, days in groups.items()]


def by_hour(week: Sequence[int]) -> tuple[int, ...]:
    """168 values: the fewest people on duty within each hour."""
    return tuple(min(week[hour * 60 : hour * 60 + 60]) for hour in range(168))


def hour_name(hour: int) -> str:
    """`Monday 09:00` of an hour of the week."""
    return f"{NAMES[hour // 24 % 7][:-1]} {hour % 24:02d}:00"


def _minutes(hours: Sequence[Hours]) -> list[int]:
    week = [0] * WEEK
    for part in hours:
        first, _, last = part.hours.partition("-")
        start, end = _minute(first), _minute(last)
        length = (end - start) if end > start else DAY - start + end
        for day in open_days(part.days) - {HOLIDAYS}:
            for offset in range(length):
                place = (day * DAY + start + offset) % WEEK
                week[place] = max(week[place], part.staff)
    return week


def _holiday_minutes(hours: Sequence[Hours]) -> list[int]:
    """Hours that hold on holidays; those over midnight hold early and late on the day."""
    day = [0] * DAY
    for part in hours:
        if HOLIDAYS not in open_days(part.days):
            continue
        first, _, last = part.hours.partition("-")
        start, end = _minute(first), _minute(last)
        spans = [(start, end)] if end > start else [(start, DAY), (0, end)]
        for minute in (m for begin, stop in spans for m in range(begin, stop)):
            day[minute] = max(day[minute], part.staff)
    return day


def _minute(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return min(DAY, int(hour) * 60 + int(minute))


def _holes(day: Sequence[int]) -> list[tuple[int, int]]:
    found, start = [], None
    for minute, staff in enumerate([*day, 1]):
        if staff == 0 and start is None:
            start = minute
        elif staff and start is not None:
            found.append((start, minute))
            start = None
    return found


def _spans(holes: Sequence[tuple[int, int]]) -> str:
    """A hole at the end of the day and one at its start are one night."""
    parts = list(holes)
    if parts == [(0, DAY)]:
        return "all day"
    if len(parts) > 1 and parts[0][0] == 0 and parts[-1][1] == DAY:
        parts = [*parts[1:-1], (parts[-1][0], parts[0][1])]
    return " and ".join(
        f"{start // 60:02d}:{start % 60:02d}–{end // 60 % 24:02d}:{end % 60:02d}" for start, end in parts
    )


def holes(day: Sequence[int]) -> str:
    """The minutes of one day without anybody, in words; empty when there are none."""
    found = _holes(day)
    return _spans(found) if found else ""


def _days(days: Sequence[int]) -> str:
    known = {tuple(range(7)): "every day", tuple(range(5)): "on weekdays", (5, 6): "at weekends"}
    return known.get(tuple(days)) or "on " + ", ".join(NAMES[day] for day in days)
