"""Figures: well-formed, self-describing, painted by attributes, true to their numbers, and no line through a box."""

from __future__ import annotations

import re
from itertools import pairwise
from types import ModuleType
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from assess.outputs import figures, figures_bars, figures_cover, figures_roadmap, figures_systems
from assess.outputs.html_coverage import coverages

SVG = "{http://www.w3.org/2000/svg}"


def _all(a: object) -> dict[str, Markup]:
    return {
        "radar": figures_cover.radar(a),  # type: ignore[arg-type]
        "coverage": figures_bars.coverage_bars(coverages(a)),  # type: ignore[arg-type]
        "systems": figures_systems.systems_map(a),  # type: ignore[arg-type]
        "gantt": figures_roadmap.gantt(
            figures_roadmap.in_order(a.roadmap), a.roadmap.milestones, figures_roadmap.last_week(a.roadmap)
        ),  # type: ignore[attr-defined]
    }


@pytest.mark.parametrize("name", ["demo", "flawless", "unmeasured", "large", "hostile"])
def test_each_figure_is_well_formed_titled_and_needs_no_stylesheet(sample: ModuleType, name: str) -> None:
    for figure in _all(getattr(sample, name)()).values():
        root = ElementTree.fromstring(figure)
        assert root[0].tag == SVG + "title" and root[0].text and root[1].tag == SVG + "desc" and root[1].text
        assert not [
            e for e in root.iter() if e.get("class") or e.get("style") or e.tag in (SVG + "script", SVG + "image")
        ]
        assert all(e.get("font-family") and e.get("font-size") for e in root.iter(SVG + "text"))


@pytest.mark.parametrize("name", ["demo", "large", "hostile"])
def test_nothing_is_drawn_outside_its_figure(sample: ModuleType, name: str) -> None:
    for figure in _all(getattr(sample, name)()).values():
        root = ElementTree.fromstring(figure)
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        for rect in root.iter(SVG + "rect"):
            x, y, w, h = (float(rect.attrib[k]) for k in ("x", "y", "width", "height"))
            assert x >= -1 and x + w <= width + 1 and y >= -1 and y + h <= height + 1
        for label in root.iter(SVG + "text"):
            words, size, x = label.text or "", float(label.attrib["font-size"]), float(label.attrib["x"])
            span = (
                figures.width_of(words, size) * {"start": 1.0, "middle": 0.5, "end": 0.0}[label.attrib["text-anchor"]]
            )
            assert x + span * 0.95 <= width + 2, words


def test_the_bars_are_as_long_as_their_counts(sample: ModuleType) -> None:
    root = ElementTree.fromstring(figures_bars.coverage_bars(coverages(sample.demo())))
    first = coverages(sample.demo())["crm"]
    spans = [
        float(r.attrib["width"])
        for r in root.iter(SVG + "rect")
        if r.attrib["y"] == "0" and r.attrib["fill"] == figures.KIND_FILL["measured"]
    ]
    assert spans[0] == pytest.approx(313 * first.measured / first.applicable, abs=0.01)


def test_gate_bar_shares_add_up_to_the_whole_and_small_parts_stay_readable() -> None:
    root = ElementTree.fromstring(
        figures_bars.gate_bar({"act": 9000, "approve": 500, "observe": 400, "blocked": 100}, "tickets a month")
    )
    parts = [r for r in root.iter(SVG + "rect") if r.attrib["height"] == "31"]
    assert sum(float(r.attrib["width"]) for r in parts) == pytest.approx(493, abs=0.1)
    assert "Blocked: 100 of 10,000" in (root[1].text or "")


def test_keys_run_round_the_boxes_and_never_through_them(sample: ModuleType) -> None:
    root = ElementTree.fromstring(figures_systems.systems_map(sample.demo()))
    boxes = [
        tuple(float(r.attrib[k]) for k in ("x", "y", "width", "height"))
        for r in root.iter(SVG + "rect")
        if r.attrib["height"] == f"{figures_systems.BOX_H:g}"
    ]
    lines = [
        e
        for e in root.iter(SVG + "polyline")
        if e.attrib["stroke"] == figures.ACCENT and e.attrib["stroke-width"] == "2"
    ]
    assert len(boxes) == 6 and len(lines) == 4
    for line in lines:
        points = [tuple(map(float, p.split(","))) for p in line.attrib["points"].split()]
        for (x1, y1), (x2, y2) in pairwise(points):
            for x, y, w, h in boxes:
                through = (
                    max(x1, x2) > x + 1 and min(x1, x2) < x + w - 1 and max(y1, y2) > y + 1 and min(y1, y2) < y + h - 1
                )
                assert not through, f"{points} through the box at {x}, {y}"


def test_a_task_stands_right_under_what_it_needs(sample: ModuleType) -> None:
    tasks = figures_roadmap.in_order(sample.demo().roadmap)
    place = {t.id: i for i, t in enumerate(tasks)}
    assert len(tasks) == len(sample.demo().roadmap.tasks)
    assert all(place[t.id] > max(place[n] for n in t.needs) for t in tasks if t.needs)


@pytest.mark.parametrize(
    "kind", ["act", "approve", "observe", "blocked", "met", "not_met", "not_measured", "not_applicable"]
)
def test_each_symbol_differs_in_shape_not_only_in_colour(kind: str) -> None:
    shapes = {
        k: re.sub(r'(fill|stroke)="#\w+"', "", str(figures.mark(k, 5, 5)))
        for k in ("act", "approve", "observe", "blocked", "not_measured", "not_applicable")
    }
    assert len(set(shapes.values())) == len(shapes)
    assert figures.symbol(kind, "meaning").count("<title>meaning</title>") == 1


def test_words_are_cut_to_the_room_there_is() -> None:
    assert figures.fitted("short", 200, 9) == "short"
    cut = figures.fitted("W" * 500, 80, 9)
    assert cut.endswith("…") and figures.width_of(cut, 9) <= 80
