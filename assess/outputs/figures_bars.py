"""Stacked bars: coverage by kind of evidence, tickets by gate, and the weights behind a level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from assess.assessment import Coverage, Step
from assess.outputs.figures import (
    ACCENT,
    GATE_FILL,
    GATE_INK,
    GREY,
    KIND_FILL,
    KIND_INK,
    NAVY,
    RULE,
    box,
    chart,
    element,
    hatch,
    mark,
    stroke,
    text,
    width_of,
)
from assess.outputs.html_words import DIMENSION_NAMES, GATE_LABELS, number, share
from probes.finding import DIMENSIONS, Dimension
from runtime.gate import ORDER
from runtime.systems.settings import Autonomy

KINDS = ("measured", "declared", "attested", "not_measured")
PITCH, BAR = 24.0, 18.0


def coverage_bars(coverage: Mapping[Dimension, Coverage]) -> Markup:
    """One bar a dimension, 100 % = its applicable checks; counts inside, "known of applicable" at the end."""
    shapes: list[Markup] = []
    left, width = 118.0, 313.0
    for row, dimension in enumerate(DIMENSIONS):
        found, y = coverage.get(dimension, Coverage()), row * PITCH
        shapes.append(text(0, y + BAR / 2, DIMENSION_NAMES[dimension], 8.4, NAVY, 600))
        shapes += _stack(found, left, y, width)
        known = found.applicable - found.not_measured
        shapes.append(
            text(
                493,
                y + BAR / 2,
                f"{known} of {found.applicable}" if found.applicable else "none",
                8.4,
                NAVY,
                600,
                "end",
            )
        )
    foot = 5 * PITCH
    shapes += [text(left + width * i / 4, foot + 4, f"{25 * i} %", 7.5, GREY, 400, "middle") for i in range(5)]
    return chart(493, foot + 12, "Evidence by dimension", _coverage_words(coverage), *shapes)


def _stack(found: Coverage, left: float, y: float, width: float) -> list[Markup]:
    shapes, x = [], left
    if not found.applicable:
        return [
            box(left, y, width, BAR, "#FFFFFF", RULE),
            text(left + width / 2, y + BAR / 2, "nothing applies", 8, GREY, 400, "middle"),
        ]
    for kind in KINDS:
        count = getattr(found, kind)
        span = width * count / found.applicable
        if not count:
            continue
        if kind == "not_measured":
            plate = max(14.0, width_of(str(count), 8) + 6)
            shapes.append(hatch(x, y, span, BAR))
            shapes.append(
                box(x + span / 2 - plate / 2, y + 4, plate, BAR - 8, "#FFFFFF") if span > plate + 4 else Markup("")
            )
        else:
            shapes.append(box(x, y, span, BAR, KIND_FILL[kind], "#FFFFFF", stroke_width=0.8))
        if span > width_of(str(count), 8) + 4:
            shapes.append(text(x + span / 2, y + BAR / 2, count, 8, KIND_INK.get(kind, NAVY), 600, "middle"))
        x += span
    return shapes


def _coverage_words(coverage: Mapping[Dimension, Coverage]) -> str:
    return "; ".join(
        f"{DIMENSION_NAMES[d]}: {c.measured} measured, {c.declared} declared, {c.attested} attested, {c.not_measured}"
        f" not measured of {c.applicable}"
        for d, c in coverage.items()
    )


def gate_bar(volumes: Mapping[Autonomy, int], unit: str) -> Markup:
    """One bar, the widest gate first; each part with symbol, name, count and share as far as there is room (all of it stands in the table)."""
    whole, shapes, x = sum(volumes.values()), [], 0.0
    for gate in reversed(ORDER):
        count = volumes.get(gate, 0)
        if not count:
            continue
        span = 493 * count / whole
        shapes.append(box(x, 0, span, 31, GATE_FILL[gate], "#FFFFFF", stroke_width=1))
        shapes += _gate_label(gate, count, whole, x, span)
        x += span
    words = "; ".join(f"{GATE_LABELS[g]}: {number(n)} of {number(whole)} {unit}" for g, n in volumes.items() if n)
    return chart(493, 31, f"{unit} by gate", words, *shapes)


def _gate_label(gate: Autonomy, count: int, whole: int, x: float, span: float) -> list[Markup]:
    ink, figures = GATE_INK[gate], f"{number(count)} · {share(count, whole)}"
    room = span - 26
    shapes = [mark(gate, x + 12, 15.5, 10, inverted=True)] if span > 22 else []
    if room > max(width_of(GATE_LABELS[gate], 8.4), width_of(figures, 8.4)):
        return [*shapes, text(x + 22, 10, GATE_LABELS[gate], 8.4, ink, 600), text(x + 22, 21.5, figures, 8.4, ink)]
    if room > width_of(number(count), 8.4):
        return [*shapes, text(x + 22, 15.5, number(count), 8.4, ink, 600)]
    return shapes


def weight_bars(steps: Sequence[Step]) -> Markup:
    """Met, not measured and not met weight of each level of one unit, the 85 % line, and what it may miss."""
    shapes: list[Markup] = []
    left, width = 58.0, 300.0
    for row, step in enumerate(steps):
        y, known = 14 + row * 25, max(step.weight, 1)
        met, unknown = width * step.met / known, width * step.unknown / known
        shapes.append(text(0, y + BAR / 2, f"Level {step.level}", 8.7, NAVY, 600))
        shapes.append(box(left, y, width, BAR, "#FBE9E2" if step.weight else "#FFFFFF", RULE, stroke_width=0.8))
        shapes.append(box(left, y, met, BAR, KIND_FILL["measured"]))
        shapes.append(hatch(left + met, y, unknown, BAR) if unknown else Markup(""))
        inside = f"{step.met} of {step.weight}" if step.weight else "nothing asked"
        shapes.append(
            text(
                left + (6 if met > 46 or not step.weight else met + 6),
                y + BAR / 2,
                inside,
                8,
                "#FFFFFF" if met > 46 else NAVY,
                600,
            )
        )
        shapes += _verdict(step, left + width + 14, y)
    foot = 14 + 25 * len(steps) - 4
    shapes += [
        stroke([(left + width * 0.85, 9), (left + width * 0.85, foot)], ACCENT, 1),
        text(left + width * 0.85, 4, "85 %", 7.5, ACCENT, 600, "middle"),
    ]
    words = "; ".join(
        f"level {s.level}: {s.met} met, {s.unknown} not measured of weight {s.weight}, may miss {s.may_miss}"
        for s in steps
    )
    return chart(493, foot + 2, "Weight met at each level", words, *shapes)


def _verdict(step: Step, x: float, y: float) -> list[Markup]:
    reached = step.weight == 0 or (step.met / step.weight > 0.85 and not step.essential_missing)
    possible = step.weight == 0 or (step.met + step.unknown) / step.weight > 0.85
    kind, words = (
        ("met", "holds") if reached else ("not_measured", "possible") if possible else ("not_met", "out of reach today")
    )
    lost = step.weight - step.met
    return [
        mark(kind, x + 5, y + BAR / 2, 9),
        text(x + 15, y + 4, words, 8, NAVY, 600),
        text(x + 15, y + 14, f"misses {lost}, may miss {step.may_miss} of {step.weight}", 7.5, GREY),
    ]


def weeks_axis(left: float, width: float, last: float, height: float, top: float) -> list[Markup]:
    """Light week lines with their numbers; the step keeps at most ten labels."""
    step = next(s for s in (1, 2, 4, 8, 13, 26, 52, 104, 520) if last / s <= 10)
    shapes: list[Markup] = []
    for week in range(0, int(last) + 1, step):
        x = left + width * week / last
        shapes += [
            stroke([(x, top), (x, height)], "#E3E8EF", 0.7),
            text(x, top - 6, f"week {week}" if week == 0 else week, 7.5, GREY, 400, "middle"),
        ]
    return shapes


def path_rows(rows: Sequence[tuple[str, float, float]], last: float) -> Markup:
    """P50 (filled) to P80 (open) of each row, in weeks."""
    left, width = 110.0, 370.0
    height = 20 + 19 * len(rows)
    shapes = weeks_axis(left, width, last, height, 16)
    for row, (name, p50, p80) in enumerate(rows):
        y, a, b = 28 + row * 19, left + width * p50 / last, left + width * p80 / last
        shapes.append(text(0, y, name, 8.2, NAVY, 600))
        shapes.append(stroke([(a, y), (b, y)], ACCENT, 1.8))
        shapes.append(
            element("circle", cx=a, cy=y, r=3.6, fill=ACCENT)
            + element("circle", cx=b, cy=y, r=3.4, fill="#FFFFFF", stroke=ACCENT, stroke_width=1.4)
        )
    words = "; ".join(f"{name}: P50 week {p50:.1f}, P80 week {p80:.1f}" for name, p50, p80 in rows)
    return chart(493, height + 2, "Weeks until the findings of each workflow are closed", words, *shapes)
