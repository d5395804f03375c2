"""The business case's figures: the spread of the value with its zero line, and the tornado of what moves it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from assess.case_figures import Bar, Bin
from assess.outputs.figures import (
    ALERT,
    GREY,
    KIND_FILL,
    NAVY,
    RULE,
    box,
    chart,
    fitted,
    stroke,
    text,
    width_of,
)
from assess.outputs.html_words import line, short_money

LEFT, RIGHT, PITCH = 252.0, 452.0, 16.0
AMBER, BLUE = "#F6DCA0", "#1D5A94"


def spread(bins: Sequence[Bin], p50: float, currency: str) -> Markup:
    """Twenty columns of equal width; those below zero in amber, the zero line drawn, P50 marked."""
    low, high = bins[0].low, bins[-1].high
    most = max(b.share for b in bins) or 1.0
    width, top, foot = 485.0, 24.0, 80.0
    place = _scale(low, high, 4.0, 4.0 + width)
    shapes = [stroke([(4, foot), (4 + width, foot)], RULE, 0.8)]
    for b in bins:
        a, c, tall = place(b.low), place(b.high), (foot - top) * b.share / most
        shapes.append(box(a + 0.6, foot - tall, c - a - 1.2, tall, AMBER if b.high <= 0 else KIND_FILL["declared"]))
    if low < 0 < high:
        x = place(0.0)
        shapes += [stroke([(x, 14), (x, foot + 4)], ALERT, 1.1), text(x + 3, 19, "zero", 7.5, ALERT, 600)]
    x = place(min(max(p50, low), high))
    side = "end" if x > 400 else "start"
    shapes += [
        stroke([(x, top - 16), (x, foot + 4)], NAVY, 1.3, "3 2"),
        text(x + (3 if side == "start" else -3), top - 11, f"P50 {short_money(p50, currency)}", 8, NAVY, 600, side),
        text(4, foot + 10, short_money(low, currency), 7.5, GREY),
        text(4 + width, foot + 10, short_money(high, currency), 7.5, GREY, 400, "end"),
    ]
    below = sum(b.share for b in bins if b.high <= 0)
    words = f"Value over the period from {low:,.0f} to {high:,.0f} {currency}; P50 {p50:,.0f}; {below:.0%} of draws below zero"
    return chart(493, foot + 18, "Spread of the value", words, *shapes)


def tornado(bars: Sequence[Bar], base: float, currency: str) -> Markup:
    """One bar an input: the value when it alone stands at its unfavourable (amber) or favourable (blue) end."""
    ends = [v for b in bars for v in (b.at_low, b.at_high)] + [base, 0.0]
    place = _scale(min(ends), max(ends), LEFT, RIGHT)
    foot = 16 + PITCH * len(bars)
    shapes = [
        text(0, 7, "Input, and whose word it is", 7.9, GREY, 600),
        text(493, 7, "moves it", 7.9, GREY, 600, "end"),
    ]
    for i, b in enumerate(bars):
        y, middle = 16 + i * PITCH, place(base)
        low, high = sorted((place(b.at_low), place(b.at_high)))
        name = line(b.title + (f", {b.workflow.replace('-', ' ')}" if b.workflow else ""), 60)
        shapes += [
            stroke([(0, y + PITCH), (493, y + PITCH)], "#E3E8EF", 0.6),
            text(0, y + PITCH / 2, fitted(name, LEFT - 74, 8), 8, NAVY, 600),
            text(LEFT - 8, y + PITCH / 2, b.origin, 7.2, ALERT if b.vendor else GREY, 400, "end"),
            box(low, y + 3.5, max(middle - low, 0.0), PITCH - 7, AMBER),
            box(middle, y + 3.5, max(high - middle, 0.0), PITCH - 7, BLUE),
            text(493, y + PITCH / 2, f"{b.share:.0%}".replace("%", "\u00a0%"), 8, NAVY, 600, "end"),
        ]
    x = place(base)
    label = f"likely values {short_money(base, currency)}"
    anchor = "end" if x + width_of(label, 8) / 2 > RIGHT else "middle"
    shapes += [stroke([(x, 13), (x, foot + 2)], NAVY, 1.4), text(x, foot + 9, label, 8, NAVY, 600, anchor)]
    if min(ends) < 0 < max(ends):
        zero = place(0.0)
        shapes.append(stroke([(zero, 13), (zero, foot + 2)], ALERT, 0.9, "2 2"))
        if abs(zero - x) > 60:
            shapes.append(text(zero, foot + 9, "zero", 7.5, ALERT, 600, "middle"))
    words = "; ".join(f"{b.title} {b.workflow}: {b.at_low:,.0f} to {b.at_high:,.0f}, {b.share:.0%}" for b in bars)
    return chart(493, foot + 16, "What the value depends on, one input at a time", words, *shapes)


def _scale(low: float, high: float, left: float, right: float) -> _Place:
    return _Place(low, high if high > low else low + 1.0, left, right)


class _Place:
    """Value → pt."""

    def __init__(self, low: float, high: float, left: float, right: float) -> None:
        self._low, self._span, self._left, self._width = low, high - low, left, right - left

    def __call__(self, value: float) -> float:
        return self._left + self._width * (value - self._low) / self._span
