"""The report as HTML: one self-contained file for screens, and the very markup that the PDF is printed from.

No scripts, nothing fetched; autoescaped throughout, and text from outside is cleaned before it is escaped.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from assess.assessment import LEVEL_NAMES, Assessment
from assess.outputs import html_words as words
from assess.outputs.figures import ACCENT, GREY, KIND_FILL, NAVY, chart, polygon, stroke, swatch, symbol
from assess.outputs.figures_cover import legend_marks, radar
from assess.outputs.html_coverage import coverages, known
from assess.outputs.html_verdict import headline
from assess.outputs.html_view import Fit, Section, sections
from runtime.errors import BadInput

Medium = Literal["print", "measure", "screen"]
SHEETS: dict[Medium, tuple[str, ...]] = {
    "print": ("fonts.css", "look.css", "print.css"),
    "measure": ("fonts.css", "look.css", "print.css", "measure.css"),
    "screen": ("fonts.css", "look.css", "screen.css"),
}


def write_html(assessment: Assessment, path: Path) -> None:
    """Writes the report as one HTML file (fonts inside, no scripts), complete or not at all.

    Raises:
        BadInput: the place cannot be written.
    """
    replace(path, render(assessment, "screen", sections(assessment)).encode("utf-8"))


def render(assessment: Assessment, medium: Medium, parts: list[Section], fits: Mapping[str, Fit] | None = None) -> str:
    """The whole document for one medium; `fits` sets the sections in print."""
    given = fits or {}
    paper: dict[str, Any] = {
        "fits": {s.id: given.get(s.id, Fit(rows=(0,) * len(s.fillers))) for s in parts},
        "sections": parts,
        "styles": Markup(_styles(medium)),  # noqa: S704  our own files
        "medium": "screen" if medium == "screen" else "print",
    }
    return _environment().get_template("report.html.j2").render(**paper, **_facts(assessment))


def replace(path: Path, content: bytes) -> None:
    """Writes beside the place, then renames: nothing half-written is ever seen.

    Raises:
        BadInput: the folder is missing or read-only, or the file is open elsewhere.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BadInput(
            f"the report cannot be written ({error.strerror})",
            str(path),
            "close the file if it is open, or choose a folder that can be written",
        ) from None


def _facts(a: Assessment) -> dict[str, Any]:
    found = coverages(a).values()
    return {
        "a": a,
        "organisation": words.line(a.organisation, 90),
        "headline": headline(a),
        "as_of": words.day(a.as_of),
        "expires": words.day(a.expires) if a.expires else "",
        "digest": words.digest(a.bundle),
        "mark": words.line(a.classification, 40),
        "radar": radar(a),
        "marks": legend_marks(),
        "own_view": any(level.self_assessed for level in a.levels.values()),
        "answered": sum(known(c) for c in found),
        "applicable": sum(c.applicable for c in found),
        "systems": words.counted(len(a.systems), "system"),
        "level_names": LEVEL_NAMES,
        "line_marks": _line_marks(),
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("templates", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        line=words.line,
        clean=words.clean,
        day=words.day,
        balanced=words.balanced,
        number=words.number,
        counted=words.counted,
    )
    environment.globals.update(
        symbol=symbol,
        swatch=swatch,
        kind_fill=KIND_FILL,
        gate_labels=words.GATE_LABELS,
        gate_short=words.GATE_SHORT,
        state_words=words.STATE_WORDS,
        short_names=words.SHORT_NAMES,
    )
    return environment


@cache
def _line_marks() -> dict[str, Markup]:
    lines = {
        "holds": stroke([(0, 5), (22, 5)], ACCENT, 2.4),
        "missing": stroke([(0, 5), (22, 5)], "#B3401A", 1.8, "4 2.5"),
        "unknown": stroke([(0, 5), (22, 5)], GREY, 1.3, "1.5 2"),
        "calls": stroke([(0, 5), (22, 5)], "#A3AFBF", 0.9),
        "reached": (
            stroke([(4, 5), (18, 5)], ACCENT, 1.6)
            + polygon([(4, 1), (8, 5), (4, 9), (0, 5)], ACCENT, 1, fill=ACCENT)
            + polygon([(18, 1), (22, 5), (18, 9), (14, 5)], ACCENT, 1.2, fill="#FFFFFF")
        ),
    }
    assert NAVY
    return {name: chart(22, 10, name, "sample of a line in the figure", shape) for name, shape in lines.items()}


@cache
def _styles(medium: Medium) -> str:
    folder = resources.files("templates").joinpath("report")
    text = "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in SHEETS[medium])
    if medium != "screen":
        return text.replace("url(fonts/", "url(report:fonts/")
    return re.sub(r"url\(fonts/([\w.-]+)\)", lambda found: f"url(data:font/woff2;base64,{_font(found[1])})", text)


def _font(name: str) -> str:
    return base64.b64encode(resources.files("templates").joinpath("report", "fonts", name).read_bytes()).decode("ascii")
