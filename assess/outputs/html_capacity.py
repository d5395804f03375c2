"""Are there people for what the agent hands over? One page: each route's week, and waiting times at several shares."""

from __future__ import annotations

from typing import Any

from assess.assessment import Assessment
from assess.outputs.figures_capacity import state_of, week_panels
from assess.outputs.html_fill import reading
from assess.outputs.html_view import Filler, Section
from assess.outputs.html_words import human, line, listed, number, upper
from assess.staff_figures import RouteStaff, Share

MOST_PANELS = 8


def capacity(a: Assessment) -> list[Section]:
    """None where no ticket export was read: then nothing can be worked out."""
    if not a.staffing:
        return []
    drawn = sorted(a.staffing, key=lambda r: -_bad(r))[:MOST_PANELS]
    sources = dict.fromkeys(line(r.minutes_source, 80) for r in a.staffing)
    data = {
        "panels": week_panels(drawn),
        "rows": [_row(r) for r in a.staffing],
        "minutes": f"Minutes: {'; '.join(sources)}.",
    }
    lede = (
        "Handoffs that the asked autonomy leads to, from the ticket export, worked off hour by hour by the people that"
        " escalation.yaml names. Live channels lose customers who wait; tickets wait through nights and weekends."
    )
    return [
        Section(
            "capacity", "3 · People for the handoffs", line(_title(a.staffing), 150), lede, "capacity",
            "People for the handoffs", "board", data, _bar(a.staffing), (_shares(a.staffing), *reading(a)[1:], reading(a)[0]),
        )
    ]  # fmt: skip


def _bad(route: RouteStaff) -> int:
    return sum(state_of(route, hour) in ("short", "empty") for hour in range(168))


def _title(routes: list[RouteStaff]) -> str:
    poor = [r for r in routes if _misses(r)]
    if not poor:
        return "The people named suffice for the handoffs in every hour of the week"
    names = listed([human(line(r.route, 30)).lower() for r in poor], 2)
    return f"Too few people, or too few hours, for the handoffs of {names}"


def _misses(route: RouteStaff) -> bool:
    """The target is not kept at the share asked for."""
    asked = next((s for s in route.shares if s.label == route.asked), None)
    if asked is None:
        return False
    if route.live or asked.p95_h is None:
        return asked.p95_h is None
    return asked.p95_h > _budget_h(route) or asked.occupancy > 0.85


def _budget_h(route: RouteStaff) -> float:
    figure, unit, *_ = route.promised.split()
    return float(figure) / (60 if unit == "min" else 1)


def _row(route: RouteStaff) -> dict[str, Any]:
    asked = next((s for s in route.shares if s.label == route.asked), route.shares[-1])
    most = max(route.named, default=0)
    return {
        "route": upper(human(line(route.route, 40))),
        "kind": "live" if route.live else "tickets",
        "promised": route.promised.removesuffix(" to a person"),
        "asked": route.asked,
        "per_month": number(round(asked.per_month)),
        "wait": _wait(asked),
        "occupancy": f"{min(asked.occupancy, 9.99):.0%}".replace("%", "\u00a0%"),
        "named": str(most),
        "needed": str(asked.needed) if asked.needed is not None else "–",
        "misses": _misses(route),
        "minutes": f"{route.minutes_each:g}",
    }


def _wait(share: Share) -> str:
    if share.in_time is not None:
        return f"{share.in_time:.0%} in time in the worst hour".replace("%", "\u00a0%")
    if share.p95_h is None:
        return "never drains"
    half, most = _short(share.median_h or 0), _short(share.p95_h)
    return half if half == most else f"{half} · {most}"


def _short(hours: float) -> str:
    return "under 1\u00a0h" if hours < 1 else f"{hours:.0f}\u00a0h"


def _shares(routes: list[RouteStaff]) -> Filler:
    rows = []
    for route in routes:
        for share in route.shares:
            needed = str(share.needed) if share.needed is not None else "opening hours forbid it"
            rows.append(
                (upper(human(line(route.route, 30))), share.label, number(round(share.per_month)), _wait(share), needed)
            )
    head = ("Route", "Share", "A month", "Half · 95 % begin within", "People at once")
    return Filler("Waiting at other shares of handoffs", head, (20, 26, 11, 25, 18), tuple(rows))


def _bar(routes: list[RouteStaff]) -> tuple[str, str]:
    poor = [r for r in routes if _misses(r)]
    if not poor:
        return "So what", "Nobody has to be hired for the pilot; look again when more is handed over than assumed here."
    first = max(poor, key=_bad)
    closed = sum(state_of(first, hour) == "empty" for hour in range(168))
    where = (
        f"nobody is there in {closed} of the hours in which cases come" if closed else "more people are needed at once"
    )
    return (
        "So what",
        f"{upper(human(line(first.route, 40)))} first: {where}. Staff these hours, let another desk take over, or promise a time"
        " that the hours can keep; until then customers wait longer than they are told.",
    )
