"""Effort against impact: one point a task, four quarters named; labels never lie on one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from assess.outputs.figures import ACCENT, GREY, KIND_FILL, NAVY, RULE, box, chart, element, stroke, text, width_of
from assess.outputs.html_words import number

WIDTH, HEIGHT, LEFT, FOOT = 236.0, 146.0, 30.0, 24.0


@dataclass(frozen=True)
class Point:
    """A task: likely person-days, tickets a month that it helps to set free, and what is printed beside it."""

    label: str
    days: float
    tickets: float


def effort_impact(points: Sequence[Point]) -> Markup:
    """The middle lines stand at half of the largest value; equal places share a label."""
    most_days = max((p.days for p in points), default=1.0) * 1.12 or 1.0
    most_tickets = max((p.tickets for p in points), default=1.0) * 1.15 or 1.0
    width, height = WIDTH - LEFT, HEIGHT - FOOT
    middle_x, middle_y = LEFT + width / 2, height / 2
    shapes = [
        box(LEFT, 0, width / 2, height / 2, "#E7F1F8"),
        box(LEFT, 0, width, height, stroke=RULE, stroke_width=0.8),
        stroke([(middle_x, 0), (middle_x, height)], RULE, 0.8),
        stroke([(LEFT, middle_y), (WIDTH, middle_y)], RULE, 0.8),
        text(LEFT + 4, 7, "Do first", 7.5, ACCENT, 600),
        text(WIDTH - 4, 7, "Plan", 7.5, GREY, 600, "end"),
        text(LEFT + 4, height - 7, "Do in passing", 7.5, GREY, 600),
        text(WIDTH - 4, height - 7, "Defer", 7.5, GREY, 600, "end"),
        text(LEFT - 3, 5, number(round(most_tickets)), 7.2, GREY, 400, "end"),
        text(LEFT - 3, height - 4, "0", 7.2, GREY, 400, "end"),
        text(LEFT, height + 8, "0", 7.2, GREY, 400, "middle"),
        text(WIDTH, height + 8, number(round(most_days)), 7.2, GREY, 400, "end"),
        text(
            LEFT + width / 2,
            height + 17,
            "person-days, most likely (up: tickets a month it helps to set free)",
            7.2,
            GREY,
            400,
            "middle",
        ),
    ]
    taken: list[tuple[float, float, float]] = []
    for place, labels in _shared(points, most_days, most_tickets, width, height):
        words = " ".join(labels[:3]) + (f" +{len(labels) - 3}" if len(labels) > 3 else "")
        shapes += _point(*place, words, taken)
    said = "; ".join(f"{p.label}: {p.days:g} person-days, {p.tickets:,.0f} tickets a month" for p in points)
    return chart(WIDTH, HEIGHT, "Effort and impact of each task", said or "no tasks", *shapes)


def _shared(
    points: Sequence[Point], most_days: float, most_tickets: float, width: float, height: float
) -> list[tuple[tuple[float, float], list[str]]]:
    """Points at one place, within 4 pt, are one dot with all their labels."""
    groups: list[tuple[tuple[float, float], list[str]]] = []
    for p in sorted(points, key=lambda p: (-p.tickets, p.days, p.label)):
        x, y = LEFT + width * p.days / most_days, height * (1 - p.tickets / most_tickets)
        near = next((g for g in groups if abs(g[0][0] - x) < 4 and abs(g[0][1] - y) < 4), None)
        if near:
            near[1].append(p.label)
        else:
            groups.append(((x, y), [p.label]))
    return groups


def _point(x: float, y: float, words: str, taken: list[tuple[float, float, float]]) -> list[Markup]:
    room = width_of(words, 7.5)
    side = -1 if x + 8 + room > WIDTH else 1
    start = x + 6 if side > 0 else x - 6 - room
    line = y
    for shift in (0.0, 8.0, -8.0, 16.0, -16.0):
        line = min(max(y + shift, 5.0), HEIGHT - FOOT - 5)
        if all(abs(line - other) > 7.5 or start + room < a or start > b for other, a, b in taken):
            break
    taken.append((line, start, start + room))
    return [
        element("circle", cx=x, cy=y, r=3.4, fill=KIND_FILL["measured"]),
        text(start, line, words, 7.5, NAVY, 600),
    ]
