"""The report as data: which sections there are, in which order, with which sentences; no markup but figures.

`sections` is pure: the same assessment gives the same sections. Print decides afterwards how much of each filler fits (`pdf_fit`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from markupsafe import Markup

from assess.assessment import Assessment, Cell, Finding, Workflow
from assess.outputs.html_words import human, line, sentence, upper
from probes.finding import State

CONTENTS_FROM = 12
MOST_TITLE = 46
Place = Literal["board", "finding", "appendix"]


@dataclass(frozen=True)
class Filler:
    """A table that may give a page less or more: one line a row. Print shows as many rows as there is room for, `note` says of how many."""

    title: str
    head: tuple[str, ...]
    widths: tuple[float, ...]  # per cent, one a column
    rows: tuple[tuple[Markup | str, ...], ...]
    least: int = 0  # rows that stand whatever the room
    note: str = ""


@dataclass(frozen=True)
class Section:
    """One chapter or finding: `template` draws `data`; `designed` sections end with a pinned bar."""

    id: str
    overline: str
    title: str
    lede: str
    template: str
    short: str
    place: Place
    data: dict[str, Any] = field(default_factory=dict)
    bar: tuple[str, str] | None = None
    fillers: tuple[Filler, ...] = ()

    @property
    def designed(self) -> bool:
        return self.bar is not None

    @property
    def least(self) -> tuple[int, ...]:
        return tuple(min(f.least, len(f.rows)) for f in self.fillers)


@dataclass(frozen=True)
class Fit:
    """How a section is set: padding of table rows and air above headings (pt), rows of each filler, space before the bar (pt)."""

    pad: float = 4.2
    air: float = 11.0
    rows: tuple[int, ...] = ()
    push: float = 12.0


class Names:
    """Looks up what an entry of `held_by` or `could_be` means: a finding's number, `probe(subject)`, or a rule in words."""

    def __init__(self, assessment: Assessment) -> None:
        self._by_number = {f.number: f for f in assessment.findings}
        self._by_cell: dict[str, Finding] = {}
        for f in assessment.findings:
            self._by_cell.setdefault(f"{f.probe}({f.subject})", f)
        self._cells: dict[str, Cell] = {f"{c.probe}({c.subject})": c for c in assessment.cells}

    def finding(self, entry: str) -> Finding | None:
        return self._by_number.get(entry.split(" ", maxsplit=1)[0].strip("():,")) or self._by_cell.get(entry)

    def cell(self, entry: str) -> Cell | None:
        return self._cells.get(entry)

    def number(self, entry: str) -> str:
        """ "F-03", the question's name when it was not measured, or the words themselves."""
        found = self.finding(entry)
        return found.number if found else line(entry.split("(", maxsplit=1)[0] if self.cell(entry) else entry, 60)

    def words(self, entry: str) -> str:
        """A sentence part: the finding's title with its number, or what was not measured."""
        found, cell = self.finding(entry), self.cell(entry)
        if found:
            return f"{sentence(line(found.title, 100).rstrip('.'))} ({found.number})"
        if cell:
            of = "" if str(cell.subject) == "*" else f" of {line(cell.subject, 60)}"
            return f"{cell.probe}{of} {'was not measured' if cell.state is State.NOT_MEASURED else 'is not met'}"
        return line(entry, 160)

    def held(self, entries: list[str], most: int = 2) -> str:
        """The first reasons as one sentence, findings before gaps, and how many more."""
        said = list(dict.fromkeys(self.words(e) for e in sorted(entries, key=lambda e: self.finding(e) is None)))
        more = f"; {len(said) - most} more" if len(said) > most else ""
        return "; ".join(said[:most]) + more + "." if said else "Nothing."


def sections(assessment: Assessment) -> list[Section]:
    """All sections between cover and end, in reading order."""
    from assess.outputs import (
        html_board,
        html_candidates,
        html_capacity,
        html_case,
        html_client,
        html_coverage,
        html_detail,
        html_findings,
        html_level,
        html_matrix,
        html_relations,
        html_roadmap,
        html_since,
        html_vendors,
        html_workflows,
    )

    parts = [
        html_board.answer(assessment),
        html_coverage.coverage(assessment),
        html_workflows.workflows(assessment),
        *html_candidates.selection(assessment),
        *html_capacity.capacity(assessment),
        html_detail.systems(assessment),
        *html_matrix.matrices(assessment),
        *html_findings.major(assessment),
        *html_findings.minor(assessment),
        html_roadmap.roadmap(assessment),
        *html_case.case(assessment),
        *html_since.since(assessment),
        html_level.level(assessment),
        *html_relations.relations(assessment),
        html_level.catalogue(assessment),
        html_level.digests(assessment),
        *html_client.client(assessment),
        *html_vendors.vendors(assessment),
    ]
    return [html_detail.contents(assessment, parts), *parts] if len(parts) + 1 > CONTENTS_FROM else parts


def by_number(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (f.number, f.id))


def titled(w: Workflow) -> str:
    """A workflow's name for a sentence or table, cut to a readable length."""
    title = line(w.title or human(w.name), 200)
    return upper(title if len(title) <= MOST_TITLE else title[: MOST_TITLE - 1].rstrip() + "…")


def paragraph(text: str, most: int = 900) -> str:
    """Several sentences from outside, on one line."""
    return sentence(line(text, most))
