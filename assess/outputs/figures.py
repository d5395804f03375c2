"""Drawing: SVG elements with presentation attributes, the symbols of gates and states, and the report's colours.

A chart is `chart(width, height, title, description, *shapes)`: points are pt on paper. Document CSS does not reach inline SVG in
WeasyPrint, so each element carries its own paint and font.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from assess.outputs.html_words import clean

NAVY, TEXT, GREY, ACCENT, ALERT, RULE, PANEL = (
    "#0B1F3A",
    "#25324A",
    "#55637A",
    "#00758A",
    "#9A3412",
    "#D3DAE3",
    "#F4F6F9",
)
GATE_FILL = {"act": "#1D5A94", "approve": "#BDD7EC", "observe": "#F6DCA0", "blocked": "#B3401A"}
GATE_INK = {"act": "#FFFFFF", "approve": NAVY, "observe": NAVY, "blocked": "#FFFFFF"}
KIND_FILL = {"measured": "#15365F", "declared": "#50759F", "attested": "#BCCBDC"}
KIND_INK = {"measured": "#FFFFFF", "declared": "#FFFFFF", "attested": NAVY}
SANS = "Plex Sans, Plex Sans Ext, sans-serif"
MONO = "Plex Mono, Plex Mono Ext, monospace"

# Mean advance widths in em, measured on Plex Sans 600: wide, narrow, the rest.
_WIDE, _NARROW = set("mwMW@%&—…"), set("iljtfrI.,:;'|!()[] -")


def element(tag: str, content: str | Markup = "", **attributes: str | float) -> Markup:
    """One SVG element; underscores in names become hyphens, numbers are rounded to hundredths, everything is escaped."""
    parts = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_plain(value))}"' for name, value in attributes.items()
    )
    inside = f">{escape(content)}</{tag}>" if content else "/>"
    return Markup(f"<{tag}{parts}{inside}")  # noqa: S704  each part is escaped


def chart(width: float, height: float, title: str, description: str, *shapes: Markup) -> Markup:
    """A whole figure with its text alternative."""
    head = element("title", clean(title, 300)) + element("desc", clean(description, 1500))
    body = head + Markup("").join(shapes)
    return element(
        "svg",
        body,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_plain(width)} {_plain(height)}",
        width=f"{_plain(width)}pt",
        height=f"{_plain(height)}pt",
        role="img",
    )


def text(
    x: float,
    y: float,
    words: object,
    size: float = 8,
    fill: str = TEXT,
    weight: int = 400,
    anchor: str = "start",
    family: str = SANS,
) -> Markup:
    """A line of text; `y` is its vertical middle."""
    return element(
        "text",
        clean(words, 300),
        x=x,
        y=y + size * 0.35,
        font_size=size,
        fill=fill,
        font_weight=weight,
        text_anchor=anchor,
        font_family=family,
    )


def box(
    x: float,
    y: float,
    width: float,
    height: float,
    fill: str = "none",
    stroke: str = "none",
    radius: float = 0,
    **more: str | float,
) -> Markup:
    return element(
        "rect", "", x=x, y=y, width=max(width, 0), height=max(height, 0), fill=fill, stroke=stroke, rx=radius, **more
    )


def stroke(
    points: Iterable[tuple[float, float]],
    color: str,
    width: float = 1,
    dash: str = "none",
    fill: str = "none",
    opacity: float = 1,
    tag: str = "polyline",
) -> Markup:
    """An open line through points."""
    way = " ".join(f"{_plain(x)},{_plain(y)}" for x, y in points)
    return element(
        tag,
        points=way,
        stroke=color,
        stroke_width=width,
        stroke_dasharray=dash,
        fill=fill,
        fill_opacity=opacity,
        stroke_linejoin="round",
    )


def polygon(
    points: Iterable[tuple[float, float]],
    color: str,
    width: float = 1,
    dash: str = "none",
    fill: str = "none",
    opacity: float = 1,
) -> Markup:
    """A closed line through points."""
    return stroke(points, color, width, dash, fill, opacity, tag="polygon")


def hatch(x: float, y: float, width: float, height: float, color: str = GREY, step: float = 4) -> Markup:
    """Diagonal lines cut to a rectangle: not measured. Drawn line by line, because pattern tiles show seams."""
    lines = []
    offset = step - height
    while offset < width:
        start, end = max(offset, 0), min(offset + height, width)
        if end - start > 0.1:
            lines.append(
                stroke([(x + start, y + height - (start - offset)), (x + end, y + height - (end - offset))], color, 0.6)
            )
        offset += step
    return (
        box(x, y, width, height, "#FFFFFF")
        + Markup("").join(lines)
        + box(x, y, width, height, stroke="#8A97AA", stroke_width=0.6)
    )


def mark(kind: str, x: float, y: float, size: float = 9, inverted: bool = False) -> Markup:
    """A symbol with its middle at (x, y): act, approve, observe, blocked, met, not_met, not_measured, not_applicable,
    undocumented (a triangle), neither (a grey cross).
    """
    r = size / 2
    plate = {"act": "#1D5A94", "met": "#1D5A94", "blocked": "#B3401A", "not_met": "#B3401A", "neither": "#8A97AA"}.get(
        kind, NAVY
    )
    ground, ink = ("#FFFFFF", plate) if inverted else (plate, "#FFFFFF")
    if kind in ("act", "met"):
        check = [(x - r * 0.48, y + r * 0.02), (x - r * 0.1, y + r * 0.4), (x + r * 0.5, y - r * 0.36)]
        return element("circle", cx=x, cy=y, r=r, fill=ground) + stroke(check, ink, size * 0.15)
    if kind == "approve":
        half = f"M {_plain(x)} {_plain(y - r)} A {_plain(r)} {_plain(r)} 0 0 0 {_plain(x)} {_plain(y + r)} Z"
        return element("circle", cx=x, cy=y, r=r - 0.5, fill="#FFFFFF", stroke=NAVY, stroke_width=1) + element(
            "path", d=half, fill=NAVY
        )
    if kind == "observe":
        ring = element("circle", cx=x, cy=y, r=r - 0.7, fill="#FFFFFF", stroke="#6B4A00", stroke_width=1.3)
        return ring + element("circle", cx=x, cy=y, r=r * 0.3, fill="#6B4A00")
    if kind == "undocumented":
        corners = [(x, y - r * 0.9), (x + r, y + r * 0.8), (x - r, y + r * 0.8)]
        sign = stroke([(x, y - r * 0.3), (x, y + r * 0.28)], "#6B4A00", size * 0.13)
        return polygon(corners, "#6B4A00", 0.9, fill="#F6DCA0") + sign + box(x - 0.5, y + r * 0.46, 1, 1, "#6B4A00")
    if kind in ("blocked", "not_met", "neither"):
        a = r * 0.42
        cross = stroke([(x - a, y - a), (x + a, y + a)], ink, size * 0.15) + stroke(
            [(x - a, y + a), (x + a, y - a)], ink, size * 0.15
        )
        return box(x - r, y - r, size, size, ground, radius=size * 0.14) + cross
    if kind == "not_measured":
        return hatch(x - r, y - r, size, size, step=size / 3.2)
    return stroke([(x - r * 0.6, y), (x + r * 0.6, y)], GREY, 1.1)


def symbol(kind: str, title: str, size: float = 9, inverted: bool = False) -> Markup:
    """A symbol that stands in a line of text, with its meaning as text alternative."""
    drawn = element("title", title) + mark(kind, size / 2 + 0.5, size / 2 + 0.5, size, inverted)
    return element(
        "svg",
        drawn,
        xmlns="http://www.w3.org/2000/svg",
        class_="sym",
        role="img",
        viewBox=f"0 0 {size + 1} {size + 1}",
        width=size + 1,
        height=size + 1,
    )


def swatch(fill: str, title: str) -> Markup:
    """A square of a legend; `hatch` draws the one of "not measured"."""
    drawn = hatch(0.5, 0.5, 9, 9, step=3) if fill == "hatch" else box(0.5, 0.5, 9, 9, fill, "#8A97AA", stroke_width=0.4)
    return element(
        "svg",
        element("title", title) + drawn,
        xmlns="http://www.w3.org/2000/svg",
        class_="sym",
        role="img",
        viewBox="0 0 10 10",
        width=10,
        height=10,
    )


def width_of(words: str, size: float) -> float:
    """Width of a line in semi-bold Plex Sans, estimated within a few per cent, in pt."""
    return size * sum(0.88 if c in _WIDE else 0.33 if c in _NARROW else 0.68 if c.isupper() else 0.58 for c in words)


def fitted(words: object, room: float, size: float) -> str:
    """Words cut to the room that there is, with an ellipsis."""
    plain = " ".join(clean(words, 300).split())
    if width_of(plain, size) <= room:
        return plain
    while plain and width_of(plain + "…", size) > room:
        plain = plain[:-1]
    return plain.rstrip() + "…"


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
