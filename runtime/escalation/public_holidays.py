"""Public holidays of a route file, from the `holidays` library (offline)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from runtime.errors import BadInput
from runtime.escalation.routes import Holidays


def holidays_in(settings: Holidays | None, first: date, days: int = 365) -> dict[date, str]:
    """Holidays from `first` on, with their names; empty where none are set.

    Raises:
        BadInput: the library knows no such country or region.
    """
    if settings is None:
        return {}
    last = first + timedelta(days=days)
    found = dict(_of_country(settings, {first.year, last.year}))
    found |= dict.fromkeys(settings.also, "day off")
    return {day: found[day] for day in sorted(found) if first <= day < last and day not in settings.not_on}


def is_holiday(settings: Holidays | None, day: date) -> bool:
    return bool(settings and holidays_in(settings, day, 1))


def _of_country(settings: Holidays, years: set[int]) -> Mapping[date, str]:
    if not settings.country:
        return {}
    import holidays

    try:
        return holidays.country_holidays(settings.country, subdiv=settings.region, years=years, language="en_US")
    except NotImplementedError as error:
        raise BadInput(
            f"no holidays are known for {settings.country} {settings.region or ''}".rstrip(),
            "escalation.yaml: holidays",
            f"write another country or region, or list the days under `also` ({str(error)[:200]})",
        ) from None
