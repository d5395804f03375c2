"""Fitting sections to pages: measure natural heights once, then choose air, row padding and filler rows so that pages end well.

The bar at the foot stands in the flow, pushed down by what is left; long content therefore continues on the next page and never overlaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from assess.outputs.html_view import Fit, Section

PAGE_HEIGHT = 722.8  # pt: 297 mm less margins of 22 and 20 mm
PX = 0.75  # WeasyPrint's boxes are in CSS pixels
WISHED_GAP, LARGEST_GAP = 20.0, 58.0
PAD, AIR = Fit().pad, Fit().air
PAD_MOST, PAD_LEAST, AIR_MOST, AIR_LEAST = 8.0, 2.2, 20.0, 7.0
PUSH_LEAST, SPARE = 4.0, 13.0
SAMPLE_ROWS = 2


@dataclass(frozen=True)
class Natural:
    """Heights in pt of one section set with default padding and no fillers; `overhead` and `row` of each filler."""

    body: float
    bar: float
    stretch_rows: int
    heads: int
    overhead: tuple[float, ...]
    row: tuple[float, ...]


@dataclass(frozen=True)
class Ending:
    """Where a section ends in a finished document: its last page and the gap above the bar, in pt (None: no bar)."""

    section: str
    first_page: int
    last_page: int
    bar_page: int
    used: float
    bar: float
    gap: float
    below: float


def sampled(parts: list[Section]) -> dict[str, Fit]:
    """The fits of the measuring pass: two rows of each filler, to learn their heights."""
    return {s.id: Fit(rows=tuple(min(SAMPLE_ROWS, len(f.rows)) for f in s.fillers)) for s in parts}


def natural(pages: Iterable[Any], parts: list[Section]) -> dict[str, Natural]:
    """Natural heights from the measuring document (one endless page a section)."""
    by_id = {s.id: s for s in parts}
    found: dict[str, Natural] = {}
    for page in pages:
        boxes = list(_boxes(page))
        name = next((v for b in boxes if (v := _attribute(b, "data-body"))), None)
        if name in by_id:
            found[name] = _natural(boxes, by_id[name], page._page_box)
    return found


def _natural(boxes: list[Any], section: Section, page_box: Any) -> Natural:
    body = next(b for b in boxes if _attribute(b, "data-body"))
    bar = next((b for b in boxes if _attribute(b, "data-bar")), None)
    fillers = {int(v): b for b in boxes if (v := _attribute(b, "data-filler")) is not None}
    overhead, rows, filled = [0.0] * len(section.fillers), [0.0] * len(section.fillers), 0.0
    for i, filler in fillers.items():
        lines = [b.height * PX for b in filler.descendants() if _is(b, "tr", "frow")]
        outer = filler.margin_height() * PX + AIR  # the heading's margin collapses through the wrapper
        rows[i] = max(lines, default=0.0)
        overhead[i] = outer - sum(lines)
        filled += outer
    inside = {id(b) for filler in fillers.values() for b in filler.descendants()}
    stretch = sum(1 for t in boxes if _is_table(t) for b in t.descendants() if _is_body_row(b))
    inside |= {id(b) for pair in boxes if _has_class(pair, "two") for b in pair.descendants()}
    heads = len(
        {id(b.element) for b in boxes if _tag(b) == "h2" and id(b) not in inside and type(b).__name__ == "BlockBox"}
    )
    heads += len({id(b.element) for b in boxes if _has_class(b, "airy")})
    return Natural(
        body=body.margin_height() * PX - filled,
        bar=(bar.border_height() * PX if bar is not None else 0.0),
        stretch_rows=stretch,
        heads=heads,
        overhead=tuple(overhead),
        row=tuple(rows),
    )


def planned(section: Section, heights: Natural) -> Fit:
    """The fit of one section on one page; where it overflows, its default until `corrected` has seen its last page."""
    left = PAGE_HEIGHT - heights.bar - heights.body - WISHED_GAP
    rows = _rows(section, heights, left)
    for i, count in enumerate(rows):
        left -= heights.overhead[i] + count * heights.row[i] if count else 0.0
    return _spread(heights, left, rows) if not overflows(section, heights) else Fit(rows=rows, push=WISHED_GAP)


def overflows(section: Section, heights: Natural) -> bool:
    """Whether a section runs over one page even when set as tightly as allowed."""
    least = section.least
    lines, heads = heights.stretch_rows + sum(least), heights.heads + sum(1 for n in least if n)
    saved = 2 * lines * (PAD - PAD_LEAST) + heads * (AIR - AIR_LEAST)
    needed = heights.body + sum(heights.overhead[i] + n * heights.row[i] for i, n in enumerate(least) if n) - saved
    return needed + heights.bar + PUSH_LEAST + 1 > PAGE_HEIGHT


def _rows(section: Section, heights: Natural, left: float) -> tuple[int, ...]:
    """Filler rows, in the fillers' order, as long as air alone cannot take the room."""
    chosen = list(section.least)
    left -= sum(heights.overhead[i] + n * heights.row[i] for i, n in enumerate(chosen) if n)
    for i, filler in enumerate(section.fillers):
        if left < LARGEST_GAP - WISHED_GAP:
            break
        if not filler.rows or not heights.row[i]:
            continue
        opening = 0.0 if chosen[i] else heights.overhead[i]
        more = min(len(filler.rows) - chosen[i], int((left + SPARE - opening) / heights.row[i]))
        if more >= 1:
            chosen[i] += more
            left -= opening + more * heights.row[i]
    return tuple(chosen)


def _spread(heights: Natural, left: float, rows: tuple[int, ...]) -> Fit:
    """What is left (or lacking) goes into row padding and air, within limits; the rest pushes the bar."""
    lines = heights.stretch_rows + sum(rows)
    heads = heights.heads + sum(1 for r in rows if r)
    weight = 2 * lines + heads * 2.2
    step = left / weight if weight else 0.0
    pad = min(max(PAD + step, PAD_LEAST), PAD_MOST)
    air = min(max(AIR + step * 2.2, AIR_LEAST), AIR_MOST)
    taken = 2 * lines * (pad - PAD) + heads * (air - AIR)
    return Fit(pad=pad, air=air, rows=rows, push=max(PUSH_LEAST, WISHED_GAP + left - taken - 1.0))


def endings(pages: list[Any]) -> dict[str, Ending]:
    """Where each section with a bar ends in a finished document."""
    found: dict[str, Ending] = {}
    bodies: dict[str, list[tuple[int, Any]]] = {}
    for number, page in enumerate(pages):
        for b in _boxes(page):
            if name := _attribute(b, "data-body"):
                bodies.setdefault(name, []).append((number, b))
            elif (name := _attribute(b, "data-bar")) and name in bodies:
                found[name] = _ending(name, bodies[name], number, b, page._page_box)
    return found


def _ending(name: str, bodies: list[tuple[int, Any]], number: int, bar: Any, page_box: Any) -> Ending:
    last, body = bodies[-1]
    top = page_box.content_box_y()
    bar_top = bar.border_box_y()
    bottom = body.position_y + body.margin_height() if last == number else top
    foot = page_box.content_box_y() + page_box.height
    return Ending(
        name,
        bodies[0][0],
        last,
        number,
        (bottom - top) * PX,
        bar.border_height() * PX,
        (bar_top - bottom) * PX,
        (foot - bar_top - bar.border_height()) * PX,
    )


def corrected(section: Section, fit: Fit, ending: Ending, heights: Natural) -> Fit:
    """A second choice for a section that did not end as planned (mostly: it runs over several pages)."""
    alone = ending.bar_page != ending.last_page  # the bar has a page to itself: fill it
    slack = PAGE_HEIGHT - ending.bar if alone else ending.gap + ending.below
    if not alone and -0.5 <= ending.below <= 9.0 and ending.gap <= LARGEST_GAP:
        return fit
    rows = list(fit.rows) or [0] * len(section.fillers)
    left = slack - WISHED_GAP
    for i, filler in enumerate(section.fillers):
        if left < LARGEST_GAP - WISHED_GAP or not heights.row[i]:
            continue
        start = heights.overhead[i] if not rows[i] else 0.0
        height = heights.row[i] + 2 * (fit.pad - PAD)
        more = min(len(filler.rows) - rows[i], int((left + SPARE - start) / height))
        if more >= 1:
            rows[i] += more
            left -= start + more * height
    if left > LARGEST_GAP - WISHED_GAP and tuple(rows) == tuple(fit.rows):
        if ending.first_page == ending.last_page and not alone and fit.air < AIR_MOST:  # a little more air closes it
            return replace(fit, air=min(fit.air + 3.0, AIR_MOST), push=min(LARGEST_GAP - 1, WISHED_GAP + left - 10))
        # no filler fits: let rows move over
        return replace(fit, pad=min(fit.pad + 0.4, PAD_MOST), push=WISHED_GAP)
    return replace(fit, rows=tuple(rows), push=max(PUSH_LEAST, WISHED_GAP + left - 1.5))


def settled(parts: list[Section], found: Mapping[str, Ending], fits: Mapping[str, Fit]) -> bool:
    """Every bar stands on its section's last page, at the foot, with a gap that is neither negative nor a hole, as far as
    there is anything to fill it with.
    """
    ends = [(found[s.id], _is_spent(s, fits[s.id])) for s in parts if s.id in found]
    return all(e.bar_page == e.last_page and -0.5 <= e.below <= 9.0 and (e.gap <= 60.0 or spent) for e, spent in ends)


def _is_spent(section: Section, fit: Fit) -> bool:
    """Whether a section has no more rows, and no more air, to give."""
    return fit.pad >= PAD_MOST and all(n >= len(f.rows) for n, f in zip(fit.rows, section.fillers, strict=False))


def _boxes(page: Any) -> Iterator[Any]:
    yield from page._page_box.descendants()


def _attribute(box: Any, name: str) -> str | None:
    element = getattr(box, "element", None)
    if element is None or type(box).__name__ not in ("BlockBox", "FlexBox", "FlexContainerBox", "BlockLevelBox"):
        return None
    value: str | None = element.get(name)
    return value


def _tag(box: Any) -> str:
    tag = getattr(box, "element_tag", "")
    return tag if isinstance(tag, str) else ""


def _is(box: Any, tag: str, css_class: str) -> bool:
    return _tag(box) == tag and type(box).__name__ == "TableRowBox" and _has_class(box, css_class)


def _has_class(box: Any, css_class: str) -> bool:
    element = getattr(box, "element", None)
    return element is not None and css_class in (element.get("class") or "").split()


def _is_table(box: Any) -> bool:
    """Tables whose rows may breathe: those of class t (side by side, or set dense, they do not)."""
    return type(box).__name__ == "TableBox" and _has_class(box, "t")


def _is_body_row(box: Any) -> bool:
    return type(box).__name__ == "TableRowBox" and any(
        type(child).__name__ == "TableCellBox" and _tag(child) == "td" for child in box.children
    )
