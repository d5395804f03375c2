"""The cover's radar: measured band from confirmed to possible, the organisation's own view, the target."""

from __future__ import annotations

import math

from markupsafe import Markup

from assess.assessment import Assessment
from assess.outputs.figures import chart, element, polygon, stroke, text
from assess.outputs.html_words import DIMENSION_NAMES, SHORT_NAMES, interval
from probes.finding import DIMENSIONS

TEAL, AMBER, PALE, GRID = "#7FDCE4", "#F2C46D", "#B6C4D6", "#4A5D7C"
WIDTH, HEIGHT, RADIUS, CX, CY = 493.0, 372.0, 146.0, 246.5, 192.0
ANCHORS = {0: "middle", 1: "start", 2: "start", 3: "end", 4: "end"}


def radar(assessment: Assessment) -> Markup:
    """Five axes, rings at the levels 1 to 5; each axis names its values in words."""
    levels = [assessment.levels[d] for d in DIMENSIONS]
    confirmed = [_point(i, level.confirmed) for i, level in enumerate(levels)]
    possible = [_point(i, level.possible) for i, level in enumerate(levels)]
    target = [_point(i, assessment.overall.target) for i in range(5)]
    shapes = [
        *_grid(),
        polygon(possible, TEAL, 1, fill=TEAL, opacity=0.38),
        polygon(confirmed, TEAL, 2.4, fill="#0B1F3A", opacity=0.45),
    ]
    shapes += [element("circle", cx=x, cy=y, r=3.4, fill=TEAL) for x, y in confirmed]
    shapes += [polygon(target, "#FFFFFF", 1.3, "1.6 2.6"), *_own_view(assessment), *_labels(assessment)]
    return chart(WIDTH, HEIGHT, "Levels of the five dimensions", _in_words(assessment), *shapes)


def legend_marks() -> dict[str, Markup]:
    """The three line samples of the cover's legend."""
    band = element("rect", x=0, y=1, width=22, height=7, fill=TEAL, fill_opacity=0.38) + stroke(
        [(0, 8), (22, 8)], TEAL, 2
    )
    own = stroke([(0, 5), (22, 5)], AMBER, 1.6, "5 3")
    goal = stroke([(0, 5), (22, 5)], "#FFFFFF", 1.4, "1.6 2.6")
    names = {"measured": band, "own": own, "target": goal}
    return {name: chart(22, 10, f"line of {name}", "legend", shape) for name, shape in names.items()}


def _point(axis: int, level: float) -> tuple[float, float]:
    angle = math.radians(-90 + 72 * axis)
    return CX + RADIUS * level / 5 * math.cos(angle), CY + RADIUS * level / 5 * math.sin(angle)


def _grid() -> list[Markup]:
    rings = [polygon([_point(i, level) for i in range(5)], GRID, 1 if level == 5 else 0.6) for level in range(1, 6)]
    spokes = [stroke([(CX, CY), _point(i, 5)], GRID, 0.6) for i in range(5)]
    ticks = [text(CX - 7, _point(0, level)[1] + 5, level, 7.5, PALE, 600, "end") for level in range(1, 6)]
    return [*rings, *spokes, *ticks]


def _own_view(assessment: Assessment) -> list[Markup]:
    """Dashed only where every dimension has been self-assessed; single diamonds otherwise."""
    own = {i: assessment.levels[d].self_assessed for i, d in enumerate(DIMENSIONS)}
    known = {i: _point(i, value) for i, value in own.items() if value}
    lines = [polygon(known.values(), AMBER, 1.6, "5 3")] if len(known) == 5 else []
    return [
        *lines,
        *(
            polygon([(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)], AMBER, 1.4, fill="#0B1F3A")
            for x, y in known.values()
        ),
    ]


def _labels(assessment: Assessment) -> list[Markup]:
    shapes: list[Markup] = []
    for i, dimension in enumerate(DIMENSIONS):
        x, y = _point(i, 5)
        x, y = (x, y - 26) if i == 0 else (x + (6 if i in (1, 2) else -6), y + (14 if i in (2, 3) else -10))
        level = assessment.levels[dimension]
        own = f" · own view {level.self_assessed}" if level.self_assessed else ""
        shapes.append(text(x, y, SHORT_NAMES[dimension], 10.5, "#FFFFFF", 600, ANCHORS[i]))
        shapes.append(
            text(
                x,
                y + 14,
                f"confirmed {interval(level.confirmed, level.possible).replace(' to ', ', possible ')}{own}",
                7.9,
                PALE,
                400,
                ANCHORS[i],
            )
        )
    return shapes


def _in_words(assessment: Assessment) -> str:
    each = (
        f"{DIMENSION_NAMES[d]}: confirmed {v.confirmed}, possible {v.possible}, own view"
        f" {v.self_assessed or 'not given'}"
        for d, v in assessment.levels.items()
    )
    return "; ".join(each) + f". Target: level {assessment.overall.target}."
