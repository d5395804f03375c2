"""What a page hides from its reader: attributes, inline styles and the page's own style rules; white on white."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # whoever reads Markdown needs no parser of HTML
    from bs4 import BeautifulSoup, Tag

HIDES = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0\d*)?\s*(?:;|$)"
    r"|font-size\s*:\s*(?:0|0?\.\d+|1)(?:px|pt|em|rem|%)?\s*(?:;|$)|text-indent\s*:\s*-\d{3,}"
    r"|(?:left|top|right|margin-left|margin-top)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*0"
    r"|(?<!-)color\s*:\s*transparent",
    re.I,
)
_COLOUR = re.compile(r"(?<![-\w])color\s*:\s*(#[0-9a-f]{3,8}|[a-z]+|rgba?\([^)]*\))", re.I)
_GROUND = re.compile(r"background(?:-color)?\s*:\s*(#[0-9a-f]{3,8}|[a-z]+|rgba?\([^)]*\))", re.I)
_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{0,2000})\}")
_CLASS = re.compile(r"\.([A-Za-z_][\w-]*)\s*(?=,|$)")
_MOST_STYLE = 200_000


@dataclass(frozen=True)
class Invisible:
    """Which classes the page's own styles hide, and the styles of the others."""

    styles: dict[str, str]

    @classmethod
    def of(cls, soup: BeautifulSoup) -> Invisible:
        """From the `<style>` elements of a page; style sheets elsewhere are not fetched."""
        found: dict[str, str] = {}
        for sheet in soup.find_all("style"):
            for selector, rules in _RULE.findall(sheet.get_text()[:_MOST_STYLE]):
                for name in _CLASS.findall(selector.strip()):
                    found[name] = f"{found.get(name, '')};{rules}"
        return cls(found)

    def take(self, soup: BeautifulSoup) -> Iterator[Tag]:
        """Takes every hidden element with text out of the page."""
        for tag in soup.find_all(self._hides):
            if not tag.decomposed and tag.get_text(strip=True):
                yield tag.extract()

    def _hides(self, tag: Tag) -> bool:
        if tag.has_attr("hidden"):
            return True
        style = self._style(tag)
        return bool(style) and (bool(HIDES.search(style)) or self._blends(tag, style))

    def _style(self, tag: Tag) -> str:
        classes: object = tag.get("class")
        named = [self.styles.get(name, "") for name in classes] if isinstance(classes, list) and self.styles else []
        return ";".join(
            filter(None, [*named, str(tag.get("style", "")), f"color:{tag['color']}" if tag.get("color") else ""])
        )

    def _blends(self, tag: Tag, style: str) -> bool:
        """Text in the colour of its ground; the ground is white where nothing above says another colour."""
        colour = _COLOUR.search(style)
        if colour is None:
            return False
        for above in (tag, *tag.parents):
            ground = _GROUND.search(self._style(above))
            if ground is not None or above.get("bgcolor"):
                return _same(colour[1], ground[1] if ground else str(above["bgcolor"]))
        return _same(colour[1], "#ffffff")


def _same(colour: str, ground: str) -> bool:
    one, other = _numbers(colour), _numbers(ground)
    return one is not None and other is not None and all(abs(a - b) <= 8 for a, b in zip(one, other, strict=True))


def _numbers(colour: str) -> tuple[int, int, int] | None:
    """Red, green, blue from 0 to 255; None for what is neither number nor black or white."""
    text = {"white": "#fff", "black": "#000", "snow": "#fffafa", "ivory": "#fffff0"}.get(colour.lower(), colour.lower())
    if text.startswith("rgb"):
        parts = re.findall(r"\d+", text)[:3]
        return (int(parts[0]), int(parts[1]), int(parts[2])) if len(parts) == 3 else None
    digits = text.removeprefix("#")
    if not text.startswith("#") or len(digits) not in (3, 4, 6, 8):
        return None
    wide = "".join(d * 2 for d in digits[:3]) if len(digits) < 6 else digits[:6]
    return int(wide[0:2], 16), int(wide[2:4], 16), int(wide[4:6], 16)
