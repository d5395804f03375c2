"""Weeks of routes: in each hour whether the people named suffice for the handoffs, are too few, or nobody is there."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from assess.outputs.figures import GREY, KIND_FILL, NAVY, RULE, SANS, box, chart, fitted, hatch, text
from assess.staff_figures import RouteStaff

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
CELL_W, CELL_H = 8.6, 9.6
LEFT, HEAD, GAP = 17.0, 25.0, 16.0
ENOUGH, SHORT, QUIET = KIND_FILL["attested"], "#B3401A", "#F4F6F9"
PANEL_W = LEFT + 24 * CELL_W
PANEL_H = HEAD + 7 * CELL_H
WIDTH = 493.0


def week_panels(routes: Sequence[RouteStaff]) -> Markup:
    """Two panels a row, one a route; columns are hours, rows are days. A figure in a cell: people needed where too few are named."""
    shapes: list[Markup] = []
    for i, route in enumerate(routes):
        x, y = (WIDTH - PANEL_W) * (i % 2), (i // 2) * (PANEL_H + GAP)
        shapes += _panel(route, x, y)
    rows = (len(routes) + 1) // 2
    return chart(WIDTH, rows * (PANEL_H + GAP) - GAP + 4, "People against handoffs", _words(routes), *shapes)


def state_of(route: RouteStaff, hour: int) -> str:
    """`quiet` (nothing comes), `enough`, `short`, or `empty` (something comes, nobody is there)."""
    if not route.arrivals[hour]:
        return "quiet"
    if not route.named[hour]:
        return "empty"
    if not route.needed:
        return "enough"
    return "short" if route.needed[hour] > route.named[hour] else "enough"


def _panel(route: RouteStaff, x: float, y: float) -> list[Markup]:
    shapes = [
        text(x, y + 5, fitted(route.route.replace("_", " "), 118, 8.4), 8.4, NAVY, 600),
        text(x + PANEL_W, y + 5, route.promised, 7.5, GREY, 400, "end"),
    ]
    shapes += [text(x + LEFT + h * CELL_W, y + 17, f"{h}", 6.5, GREY) for h in range(0, 24, 6)]
    for day, name in enumerate(DAYS):
        top = y + HEAD - 3 + day * CELL_H
        shapes.append(text(x, top + CELL_H / 2, name, 6.8, GREY))
        for hour in range(24):
            shapes += _cell(route, day * 24 + hour, x + LEFT + hour * CELL_W, top)
    return shapes


def _cell(route: RouteStaff, hour: int, x: float, y: float) -> list[Markup]:
    state, width, height = state_of(route, hour), CELL_W - 0.8, CELL_H - 0.8
    if state == "empty":
        return [box(x, y, width, height, "#FFFFFF", SHORT, stroke_width=0.7), hatch(x, y, width, height, SHORT, 3)]
    fill = {"quiet": QUIET, "enough": ENOUGH, "short": SHORT}[state]
    shapes = [box(x, y, width, height, fill, RULE if state == "quiet" else "none", stroke_width=0.4)]
    if state == "short":
        shapes.append(text(x + width / 2, y + height / 2, route.needed[hour], 6, "#FFFFFF", 600, "middle", SANS))
    return shapes


def _words(routes: Sequence[RouteStaff]) -> str:
    said = []
    for route in routes:
        counts = {state: sum(state_of(route, h) == state for h in range(168)) for state in ("short", "empty")}
        said.append(
            f"{route.route}: too few people in {counts['short']} hours, nobody in {counts['empty']} hours with handoffs"
        )
    return "; ".join(said)
