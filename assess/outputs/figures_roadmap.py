"""The roadmap's Gantt: dark to P50, light to P80, diamonds for milestones, dependents under what they need."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from assess.assessment import Milestone, Roadmap, Task
from assess.outputs.figures import (
    ACCENT,
    GREY,
    KIND_FILL,
    NAVY,
    RULE,
    box,
    chart,
    fitted,
    polygon,
    stroke,
    text,
    width_of,
)
from assess.outputs.figures_bars import weeks_axis
from assess.outputs.html_words import line

LEFT, WIDTH, PITCH = 238.0, 250.0, 23.0
HORIZONS = ((30 / 7, "days 1–30"), (60 / 7, "31–60"), (90 / 7, "61–90"))


def gantt(tasks: Sequence[Task], milestones: Sequence[Milestone], last: float) -> Markup:
    """At most what fits a page: the caller splits longer lists. `last` is the last week of the axis."""
    height = 34 + PITCH * len(tasks) + 20 * len(milestones)
    shapes = [*_horizons(last), *weeks_axis(LEFT, WIDTH, last, height, 32)]
    rows = {task.id: i for i, task in enumerate(tasks)}
    for i, task in enumerate(tasks):
        shapes += _task(task, 34 + i * PITCH, last)
        shapes += [_arrow(task, i, last) for need in task.needs if rows.get(need, -1) == i - 1]
    top = 34 + PITCH * len(tasks)
    for i, milestone in enumerate(milestones):
        shapes += _milestone(milestone, top + 11 + i * 20, last)
    words = "; ".join(
        f"{t.title}: from week {t.start_p50:.1f} to {t.finish_p50:.1f} (P50) or {t.finish_p80:.1f} (P80)" for t in tasks
    )
    return chart(493, height + 4, "Roadmap in weeks", words or "no tasks", *shapes)


def last_week(roadmap: Roadmap) -> float:
    """The axis ends two weeks after the last P80, so that labels have room."""
    ends = [t.finish_p80 for t in roadmap.tasks] + [m.p80_weeks for m in roadmap.milestones]
    return float(int(max(ends, default=4)) + 2)


def in_order(roadmap: Roadmap) -> list[Task]:
    """By start, each task right after the one it needs where that is possible."""
    waiting = sorted(roadmap.tasks, key=lambda t: (t.start_p50, t.finish_p50, t.id))
    ordered: list[Task] = []
    while waiting:
        task = waiting.pop(0)
        chain = [task]
        while follower := next((t for t in waiting if chain[-1].id in t.needs), None):
            waiting.remove(follower)
            chain.append(follower)
        ordered += chain
    return ordered


def _x(week: float, last: float) -> float:
    return LEFT + WIDTH * min(week, last) / last


def _horizons(last: float) -> list[Markup]:
    shapes, start = [], 0.0
    for finish, name in (*HORIZONS, (last, "after 90")):
        end = min(finish, last)
        if end - start < 0.5:
            break
        a, b = _x(start, last), _x(end, last)
        shapes.append(box(a + 0.5, 0, b - a - 1, 14, "#EEF2F7"))
        shapes.append(
            text((a + b) / 2, 7, fitted(name, b - a, 7.5), 7.5, NAVY, 600, "middle")
            if b - a > width_of(name, 7.5)
            else Markup("")
        )
        start = end
    return shapes


def _task(task: Task, y: float, last: float) -> list[Markup]:
    a, b, c = (_x(week, last) for week in (task.start_p50, task.finish_p50, task.finish_p80))
    numbers = task.findings[0] + ("+" if len(task.findings) > 1 else "") if task.findings else task.id
    shapes = [
        stroke([(0, y + PITCH), (LEFT + WIDTH, y + PITCH)], RULE, 0.6),
        text(0, y + 8, fitted(numbers, 34, 8), 8, ACCENT, 600),
    ]
    shapes += [
        text(36, y + 7.5, fitted(task.title, LEFT - 44, 8), 8, NAVY, 600),
        text(36, y + 16.5, fitted(task.role, LEFT - 44, 7), 7, GREY),
    ]
    shapes += [
        box(a, y + 6, max(b - a, 1.2), 11, KIND_FILL["measured"]),
        box(b, y + 6, c - b, 11, "#BCCBDC"),
        stroke([(c, y + 4.5), (c, y + 18.5)], NAVY, 0.9),
    ]
    return shapes


def _arrow(task: Task, row: int, last: float) -> Markup:
    x, y = _x(task.start_p50, last), 34 + row * PITCH
    return stroke([(x, y - 6), (x, y + 5)], NAVY, 0.9) + polygon(
        [(x - 2.4, y + 1.5), (x + 2.4, y + 1.5), (x, y + 6)], NAVY, 0.4, fill=NAVY
    )


def _milestone(milestone: Milestone, y: float, last: float) -> list[Markup]:
    a, b = _x(milestone.p50_weeks, last), _x(milestone.p80_weeks, last)
    shapes = [
        text(36, y, fitted(line(milestone.what), LEFT - 40, 8.2), 8.2, ACCENT, 600),
        stroke([(a, y), (b, y)], ACCENT, 1.6),
    ]
    shapes += [polygon(_diamond(a, y), ACCENT, 1, fill=ACCENT), polygon(_diamond(b, y), ACCENT, 1.3, fill="#FFFFFF")]
    return shapes


def _diamond(x: float, y: float) -> list[tuple[float, float]]:
    return [(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)]
