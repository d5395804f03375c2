"""The map of systems: the agent above, systems in rows by role with owner of change, protocol, sign-in and stability, keys
that link their records.

Layout: roles have an order (where a customer's facts come from, where money moves, where people work), rows hold at most four boxes; a key
between neighbours of a row is a straight line, any other runs through the gutters between rows and never through a box.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from assess.assessment import Assessment, Join, SystemRow
from assess.outputs.figures import ACCENT, GREY, NAVY, PANEL, box, chart, element, fitted, mark, stroke, text, width_of
from assess.outputs.html_words import interval, upper
from probes.finding import State
from runtime.systems.settings import Autonomy

ORDER = ("usage", "crm", "billing", "logistics", "identity", "ticketing", "knowledge", "other")
MOST, GAP, BOX_H, WIDTH = 4, 15.0, 59.0, 493.0
TOP, LANE = 92.0, 10.0
RED = "#B3401A"
Place = tuple[float, float, int, int]  # left, top, row, column


def systems_map(assessment: Assessment) -> Markup:
    """The whole figure; the numbers on lines lead to the table of joins."""
    systems = sorted(assessment.systems, key=lambda s: (ORDER.index(s.role) if s.role in ORDER else len(ORDER), s.name))
    columns = min(MOST, max(1, -(-len(systems) // max(1, -(-len(systems) // MOST)))))
    width = (WIDTH - GAP * (columns - 1)) / columns
    cells = {s.name: divmod(i, columns) for i, s in enumerate(systems)}
    lanes = _lanes(assessment.joins, cells)
    gutter = 24.0 + LANE * max((lane + 1 for _, lane in lanes.values()), default=0)
    pitch = BOX_H + gutter
    places: dict[str, Place] = {name: (c * (width + GAP), TOP + r * pitch, r, c) for name, (r, c) in cells.items()}
    rows = -(-len(systems) // columns) if systems else 0
    shapes = [*_agent(assessment), *_trunk(places, width, columns, rows, pitch)]
    shapes += [shape for n, join in enumerate(assessment.joins) for shape in _join(n, join, places, width, lanes)]
    shapes += [shape for system in systems for shape in _box(system, places[system.name], width)]
    below = 12 + LANE * max((lane + 1 for row, lane in lanes.values() if row == rows - 1), default=-1)
    height = TOP + max(rows, 1) * pitch - gutter + max(below, 2)
    return chart(WIDTH, height, "Systems and the keys between them", _words(systems, assessment.joins), *shapes)


def _lanes(joins: Sequence[Join], cells: dict[str, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """Join number to (row under which it runs, lane): one lane for each key that cannot run straight to a neighbour."""
    used: dict[int, int] = {}
    lanes: dict[int, tuple[int, int]] = {}
    for n, join in enumerate(joins):
        a, b = (cells.get(name) for name in _ends(join))
        if a is None or b is None or a == b or _neighbours(a, b):
            continue
        row = min(a[0], b[0])
        lanes[n] = (row, used.get(row, 0))
        used[row] = used.get(row, 0) + 1
    return lanes


def _agent(assessment: Assessment) -> list[Markup]:
    left, width = 110.0, 273.0
    proxy = {"bundled_proxy": "Guardrail proxy", "own_gateway": "Own gateway", "none": "No enforcement"}.get(
        assessment.enforcement, assessment.enforcement
    )
    runtime = {"bundled": "Agent runtime", "http": "Own agent"}.get(assessment.agent, assessment.agent)
    shapes = [text(left + 0, 8, "customers’ messages", 7.9, GREY), stroke([(246.5, 14), (246.5, 24)], "#8A97AA", 0.8)]
    shapes = [text(246.5, 7, "customers’ messages", 7.9, GREY, anchor="middle"), shapes[1]]
    shapes += [
        box(left, 24, width, 40, NAVY, radius=3),
        text(left + 12, 37, fitted(runtime, 130, 10), 10, "#FFFFFF", 600),
    ]
    shapes += [text(left + 12, 51, "plans, decides, logs every step", 7.5, "#B6C4D6")]
    shapes += [box(left + 158, 31, 104, 26, ACCENT if assessment.enforcement != "none" else RED, radius=2)]
    shapes += [text(left + 210, 39.5, fitted(proxy, 98, 8.4), 8.4, "#FFFFFF", 600, "middle")]
    says = "every call is decided here" if assessment.enforcement != "none" else "limits are only written"
    return [*shapes, text(left + 210, 50, says, 6.9, "#FFFFFF", anchor="middle")]


def _trunk(places: dict[str, Place], width: float, columns: int, rows: int, pitch: float) -> list[Markup]:
    """Thin grey lines: the agent's calls to each system, down the outer gutter for lower rows."""
    if not places:
        return []
    bus, color = TOP - 14, "#A3AFBF"
    shapes = [
        stroke([(246.5, 64), (246.5, bus)], color, 0.8),
        text(253, bus - 9, "calls, each with the agent’s own credential", 7.5, GREY),
    ]
    first = [left + width / 2 for left, _, row, _ in places.values() if row == 0]
    shapes.append(stroke([(min([*first, 246.5]), bus), (max([*first, 246.5]), bus)], color, 0.8))
    shapes += [stroke([(x, bus), (x, TOP)], color, 0.8) for x in first]
    for row in range(1, rows):
        y = TOP + row * pitch - 8
        middles = [left + width / 2 for left, _, r, _ in places.values() if r == row]
        gutter = width + GAP / 2 if columns > 1 else -3
        shapes.append(stroke([(gutter, bus), (gutter, y)], color, 0.8, "2 2"))
        shapes.append(stroke([(min([*middles, gutter]), y), (max([*middles, gutter]), y)], color, 0.8, "2 2"))
        shapes += [stroke([(x, y), (x, y + 8)], color, 0.8, "2 2") for x in middles]
    return shapes


def _box(system: SystemRow, place: Place, width: float) -> list[Markup]:
    x, y, _, _ = place
    role = system.role.upper()
    shapes = [
        box(x, y, width, BOX_H, "#FFFFFF", "#8A97AA", 2, stroke_width=0.9),
        box(x + 0.5, y + 0.5, width - 1, 15, PANEL, radius=2),
    ]
    shapes += [
        text(x + 7, y + 8, fitted(role, width - 30, 7.2), 6.9, GREY, 600),
        *_owner(system, x + 7 + width_of(role, 6.9), y + 8, width - 30 - width_of(role, 6.9)),
        stroke([(x, y + 15.5), (x + width, y + 15.5)], "#D3DAE3", 0.6),
    ]
    shapes.append(mark(_gate_of(system) if system.level else "not_measured", x + width - 10, y + 8, 8.5))
    shapes.append(text(x + 7, y + 25, fitted(_name(system.name), width - 14, 9.5), 9.5, NAVY, 600))
    shapes += _badges([system.protocol.upper(), system.authentication], x + 7, y + 33, width - 14)
    level = f"level {interval(system.level.confirmed, system.level.possible)}" if system.level else "no level"
    steady = system.stability or f"{system.operations_used} of {system.operations} operations"
    return [*shapes, text(x + 7, y + 53, fitted(f"{level} · {steady}", width - 12, 7.2), 7.2, GREY)]


def _owner(system: SystemRow, x: float, y: float, room: float) -> list[Markup]:
    """Who owns the change, behind the role, where there is room for some of it."""
    if not system.owner or room < 30:
        return []
    return [text(x, y, fitted(f" · {system.owner}", room, 6.9), 6.9, GREY)]


def _name(name: str) -> str:
    return name.upper() if len(name) <= 3 else upper(name)


def _badges(words: Sequence[str], x: float, y: float, room: float) -> list[Markup]:
    shapes: list[Markup] = []
    for word in filter(None, words):
        said = fitted(word, max(room - 8, 8), 7.2)
        span = width_of(said, 7.2) + 8
        if span > room + 0.5:
            break
        shapes += [
            box(x, y, span, 12, "#FFFFFF", "#C3CCD8", 2, stroke_width=0.7),
            text(x + span / 2, y + 6, said, 6.9, NAVY, 600, "middle"),
        ]
        x, room = x + span + 4, room - span - 4
    return shapes


def _gate_of(system: SystemRow) -> Autonomy:
    confirmed = system.level.confirmed if system.level else 1
    gates: dict[int, Autonomy] = {1: "blocked", 2: "observe", 3: "approve"}
    return gates.get(confirmed, "act")


def _neighbours(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Beside each other in one row; (row, column)."""
    return a[0] == b[0] and abs(a[1] - b[1]) == 1


def _ends(join: Join) -> tuple[str, str]:
    """Systems at both ends; a join may name their fields too: `usage.contract_no`."""
    return join.source.split(".")[0], join.target.split(".")[0]


def _join(
    n: int, join: Join, places: dict[str, Place], width: float, lanes: dict[int, tuple[int, int]]
) -> list[Markup]:
    source, target = _ends(join)
    if source not in places or target not in places or source == target:
        return []
    a, b = places[source], places[target]
    if a[2] > b[2] or (a[2] == b[2] and a[3] > b[3]):
        a, b = b, a
    color, dash, thick = {State.MET: (ACCENT, "none", 2.0), State.NOT_MET: (RED, "4 2.5", 1.7)}.get(
        join.state, (GREY, "1.5 2", 1.3)
    )
    if n not in lanes:
        y = a[1] + 22 + 14 * (n % 3)
        way = [(a[0] + width, y), (b[0], y)]
        middle = ((way[0][0] + way[1][0]) / 2, y)
    else:
        lane = a[1] + BOX_H + 8 + LANE * lanes[n][1]
        xa, xb = _port(a, n, width), _port(b, n, width)
        below = b[1] if b[2] == a[2] + 1 else b[1] + (BOX_H if b[2] == a[2] else 0)
        way = [(xa, a[1] + BOX_H), (xa, lane), (xb, lane), (xb, below)]
        middle = ((xa + xb) / 2, lane) if abs(xa - xb) > 20 else (xa, lane)
    ends = [element("circle", cx=x, cy=y, r=2.4, fill=color) for x, y in (way[0], way[-1])]
    return [stroke(way, color, thick, dash), *ends, *_number(n, join, middle, color)]


def _port(place: Place, n: int, width: float) -> float:
    """Where a key leaves a box: ports are spread, so that lines do not lie on each other."""
    return place[0] + width * (0.2 + 0.6 * ((n * 3) % 7) / 6)


def _number(n: int, join: Join, middle: tuple[float, float], color: str) -> list[Markup]:
    x, y = middle
    if join.state is State.NOT_MET:
        return [
            mark("not_met", x - 7, y, 11),
            element("circle", cx=x + 7, cy=y, r=6, fill="#FFFFFF", stroke=color, stroke_width=1.2),
            text(x + 7, y, n + 1, 7.2, color, 600, "middle"),
        ]
    return [
        element("circle", cx=x, cy=y, r=6.2, fill="#FFFFFF", stroke=color, stroke_width=1.3),
        text(x, y, n + 1, 7.2, color, 600, "middle"),
    ]


def _words(systems: Sequence[SystemRow], joins: Sequence[Join]) -> str:
    boxes = "; ".join(f"{s.name} ({s.role}, {s.protocol})" for s in systems) or "no systems"
    said = {State.MET: "holds", State.NOT_MET: "is missing"}
    lines = (
        "; ".join(
            f"{i}: {_ends(j)[0]} and {_ends(j)[1]}, the key {said.get(j.state, 'was not measured')}"
            for i, j in enumerate(joins, 1)
        )
        or "none asked"
    )
    return f"Systems: {boxes}. Keys: {lines}."
