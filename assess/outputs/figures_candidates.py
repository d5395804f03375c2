"""Bars of the workflow selection: hours today, what stays with people, what is not ready, what is."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from assess.demand_figures import Candidate
from assess.outputs.figures import GREY, KIND_FILL, NAVY, box, chart, fitted, hatch, text
from assess.outputs.html_words import line, number, upper

LEFT, WIDTH, PITCH, BAR = 132.0, 300.0, 20.0, 13.0
STAKES = "#F6DCA0"


def candidate_bars(rows: Sequence[Candidate]) -> Markup:
    """One bar a workflow, as long as its hours a month."""
    most = max(c.hours or 0 for c in rows) or 1.0
    shapes: list[Markup] = []
    for i, c in enumerate(rows):
        y, hours = i * PITCH + 2, c.hours or 0.0
        kept = hours * c.excluded
        ready = c.score or 0.0
        a = LEFT
        shapes.append(text(0, y + BAR / 2, fitted(upper(line(c.title)), LEFT - 8, 8.2), 8.2, NAVY, 600))
        for part, fill in ((ready, KIND_FILL["measured"]), (hours - kept - ready, "hatch"), (kept, STAKES)):
            span = WIDTH * max(part, 0.0) / most
            if span > 0.3:
                shapes.append(hatch(a, y, span, BAR) if fill == "hatch" else box(a, y, span, BAR, fill))
            a += span
        shapes.append(
            text(
                a + 6, y + BAR / 2, f"{number(round(hours))} h" if c.hours is not None else "no handling time", 8, GREY
            )
        )
    words = "; ".join(
        f"{c.title}: {c.hours or 0:.0f} hours a month, {c.excluded:.1%} high-stakes, {c.checks_met} of {c.checks} checks hold"
        for c in rows
    )
    return chart(493, PITCH * len(rows) + 2, "Hours a month by workflow, and how much of it is ready", words, *shapes)
