"""The report as PDF: A4, tagged (PDF/UA-1), the same bytes for the same assessment, fonts and Pango.

WeasyPrint prints; nothing is fetched but the package's own fonts. Its warnings are handed back, so that tests can fail on them.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from assess.assessment import Assessment
from assess.outputs import pdf_fit
from assess.outputs.html import render, replace
from assess.outputs.html_view import Fit, Section, sections
from runtime.errors import BadInput

MOST_PASSES = 3
PANGO = "sudo apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
HARMLESS = re.compile(r"harfbuzz|fontTools", re.IGNORECASE)


@dataclass(frozen=True)
class PdfMade:
    """What was written: pages, size in bytes, seconds it took, and what WeasyPrint complained about."""

    pages: int
    bytes: int
    seconds: float
    warnings: tuple[str, ...] = ()


def write_pdf(assessment: Assessment, path: Path) -> PdfMade:
    """Prints the report to `path`, complete or not at all.

    Raises:
        BadInput: Pango is missing (with the line that installs it), or the place cannot be written.
    """
    started = time.monotonic()
    with complaints() as warnings:
        document, _, _ = laid_out(assessment, warnings)
        with _epoch(int(assessment.as_of.timestamp())):
            content = document.write_pdf(
                pdf_variant="pdf/ua-1", pdf_identifier=_identifier(assessment), full_fonts=False
            )
    replace(path, content)
    return PdfMade(len(document.pages), len(content), time.monotonic() - started, tuple(warnings))


def laid_out(assessment: Assessment, warnings: list[str] | None = None) -> tuple[Any, list[Section], dict[str, Fit]]:
    """The finished layout (a WeasyPrint document), its sections, and how each was set.

    `warnings` keeps what was said about the final layout only: partial ones lack link targets.
    """
    weasyprint = _weasyprint()
    parts = sections(assessment)
    fonts = weasyprint.text.fonts.FontConfiguration()

    def printed(markup: str) -> Any:
        return weasyprint.HTML(string=markup, base_url="report:", url_fetcher=_fetcher()).render(font_config=fonts)

    designed = [s for s in parts if s.designed]
    heights = pdf_fit.natural(
        printed(render(assessment, "measure", designed, pdf_fit.sampled(designed))).pages, designed
    )
    fits = {s.id: pdf_fit.planned(s, heights[s.id]) if s.designed else Fit(rows=(0,) * len(s.fillers)) for s in parts}

    def mended(open_: list[Section]) -> dict[str, Fit]:
        """Corrects sections that do not end as planned, printing only those."""
        own = {s.id: fits[s.id] for s in open_}
        for _ in range(MOST_PASSES):
            ends = pdf_fit.endings(printed(render(assessment, "print", open_, own)).pages)
            open_ = [s for s in open_ if not pdf_fit.settled([s], ends, own)]
            if not open_:
                break
            own |= {s.id: pdf_fit.corrected(s, own[s.id], ends[s.id], heights[s.id]) for s in open_}
        return own

    wide = [s for s in designed if pdf_fit.overflows(s, heights[s.id])]
    for _ in range(2):
        fits |= mended(wide) if wide else {}
        (warnings if warnings is not None else []).clear()
        document = printed(render(assessment, "print", parts, fits))
        ends = pdf_fit.endings(document.pages)
        wide = [s for s in designed if not pdf_fit.settled([s], ends, fits)]
        if not wide:
            break
    return document, parts, fits


def _identifier(assessment: Assessment) -> bytes:
    """A stable PDF identifier: the run and the bundle that the report stands on."""
    from hashlib import sha256

    return (
        sha256(f"{assessment.bundle} {assessment.run} {assessment.as_of.isoformat()}".encode())
        .hexdigest()[:32]
        .encode()
    )


def _weasyprint() -> Any:
    try:
        import weasyprint
        import weasyprint.text.fonts
    except (ImportError, OSError) as error:
        raise BadInput(
            f"PDF needs the Pango libraries, and they cannot be loaded ({str(error).splitlines()[0][:120]})",
            "WeasyPrint",
            f"{PANGO}; HTML, JSON and the other formats work without",
        ) from None
    return weasyprint


def _fetcher() -> Any:
    """Serves the package's own font files and nothing else: no network, no other file."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class PackageFiles(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            found = re.fullmatch(r"report:(fonts/[\w.-]+\.woff2)", url)
            if not found:
                raise ValueError(f"the report fetches nothing, {url[:60]!r} was asked for")
            content = resources.files("templates").joinpath("report", *found[1].split("/")).read_bytes()
            return URLFetcherResponse(url, content, {"Content-Type": "font/woff2"})

    return PackageFiles()


@contextmanager
def complaints() -> Iterator[list[str]]:
    """Collects WeasyPrint's and fontTools' warnings; the missing libharfbuzz-subset only makes files a little larger."""
    found: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said = record.getMessage()
            if not HARMLESS.search(said) and said not in found:
                found.append(said)

    logger, handler = logging.getLogger("weasyprint"), Collect(level=logging.WARNING)
    propagate = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield found
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate


@contextmanager
def _epoch(seconds: int) -> Iterator[None]:
    """SOURCE_DATE_EPOCH while fonts are written (reproducible-builds.org)."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(seconds)
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
