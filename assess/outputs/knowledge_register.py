"""The register of a knowledge audit: as a workbook (.xlsx), as JSON, or its drafts as one patch (.diff)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from assess.outputs.plain import plain
from assess.outputs.register_xlsx import add_sheet
from assess.outputs.table import Table, Value, columns_of
from kb_audit.artifact import KnowledgeAudit, KnowledgeFinding
from kb_audit.audit_json import as_json
from kb_audit.remedies import patch
from kb_audit.sources.reading import NotRead
from kb_audit.summary import summary
from kb_audit.wording_of_findings import GROUPS, NAMES
from runtime.errors import BadInput
from runtime.whole_file import write_text, write_with

FORMS = (".xlsx", ".json", ".diff", ".html", ".txt")


def check(path: Path) -> None:
    """Before the work begins. Raises BadInput for an ending that means no form, or a folder that is not there."""
    if path.suffix.lower() not in FORMS:
        raise BadInput(
            f"{path.suffix or 'no ending'} is no form of the register", str(path), f"end the name in {', '.join(FORMS)}"
        )
    if not path.parent.is_dir():
        raise BadInput("there is no such folder", str(path.parent), "make it first, or name another")


def write(audit: KnowledgeAudit, path: Path) -> None:
    """Writes the register whole, in the form that the name's ending says."""
    form = path.suffix.lower()
    if form == ".xlsx":
        _write_xlsx(audit, path)
    elif form == ".json":
        write_text(path, json.dumps(as_json(audit), ensure_ascii=False, indent=2) + "\n")
    elif form == ".diff":
        write_text(path, patch(audit.findings))
    elif form == ".html":
        from assess.outputs.knowledge_page import page

        write_text(path, page(audit))
    else:
        write_text(path, summary(audit))


def _write_xlsx(audit: KnowledgeAudit, path: Path) -> None:
    from xlsxwriter import Workbook

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

    def fill(beside: Path) -> None:
        with Workbook(str(beside), options) as book:
            made = datetime.combine(audit.as_of, datetime.min.time())
            book.set_properties({"title": plain("Knowledge register"), "created": made})
            for table in tables(audit):
                add_sheet(book, table)

    write_with(path, fill)


def tables(audit: KnowledgeAudit) -> list[Table]:
    """One sheet each: findings, what to mend first, articles, what customers ask, what was not read."""
    return [_findings(audit), _mend_first(audit), _articles(audit), _coverage(audit), _not_read(audit)]


def in_order(audit: KnowledgeAudit) -> list[tuple[str, KnowledgeFinding]]:
    """Every finding with its group, the gravest group first."""
    return [
        (group, finding)
        for group, verdicts in GROUPS.items()
        for verdict in verdicts
        for finding in audit.findings
        if finding.verdict == verdict
    ]


def _findings(audit: KnowledgeAudit) -> Table:
    columns = columns_of(
        "No:6 Group:24 Finding:24 Article:34 Heading:24 Quote:48 Other article:30 Other quote:40 Why:44 Proposal:36 Owner:18 Minutes:9 "
        "Draft:60 Status:10"
    )
    rows = [_finding_row(number, group, finding) for number, (group, finding) in enumerate(in_order(audit), start=1)]
    return Table("Findings", columns, tuple(rows))


def _finding_row(number: int, group: str, finding: KnowledgeFinding) -> tuple[Value, ...]:
    first, *others = finding.sides
    other = others[0] if others else None
    remedy = finding.remedy
    return (
        number, group, NAMES[finding.verdict][0], first.article, first.heading, first.quote, other.article if other else "",
        other.quote if other else "", finding.why, finding.suggestion, remedy.owner if remedy else "", remedy.minutes if remedy else None,
        remedy.diff if remedy else "", "open" if remedy else "",
    )  # fmt: skip


def _mend_first(audit: KnowledgeAudit) -> Table:
    columns = columns_of("Rank:6 Article:34 Title:36 Owner:18 Harm:10 Reach:10 Reach is:12 Freshness:10 Money:8 Why:70")
    rows = tuple(
        (
            n,
            m.article,
            m.title,
            m.owner,
            m.harm,
            m.reach,
            m.reach_is,
            m.freshness,
            "yes" if m.money else "",
            "; ".join(m.why),
        )
        for n, m in enumerate(audit.mend_first, start=1)
    )
    return Table("Mend first", columns, rows)


def _articles(audit: KnowledgeAudit) -> Table:
    columns = columns_of(
        "Article:36 Title:34 Owner:18 Audience:14 Language:9 Created:12 Updated:12 Reviewed:12 Review due:12 Version:9 Views:9 Words:8 "
        "Sections:9 Kind:10 Review every (days):12 Freshness:10 At least:10 At most:10 Reasons:70"
    )
    rows = tuple(
        (
            a.id, a.title, a.owner, a.audience, a.language, _day(a.created), _day(a.updated), _day(a.reviewed), _day(a.review_due), a.version,
            a.views, a.words, a.sections, a.sort, a.review_days, a.freshness, max(0, a.freshness - a.risk), a.freshest, "\n".join(a.reasons),
        )
        for a in audit.articles
    )  # fmt: skip
    return Table("Articles", columns, rows)


def _coverage(audit: KnowledgeAudit) -> Table:
    columns = columns_of(
        "Workflow:20 Question:44 Subject:10 Answer:12 Asks for:12 Best article:34 Best heading:28 Nearness:10 An agent would say:70"
    )
    said = {(s.workflow, s.question): s.passage for s in audit.would_say}
    rows: list[Sequence[Value]] = []
    for workflow, utterances in audit.coverage.items():
        for u in utterances:
            best = u.best[0] if u.best else None
            place = (best.article, best.heading, best.similarity) if best else ("", "", None)
            rows.append(
                (workflow, u.utterance, u.state, u.answer, u.asks_for, *place, said.get((workflow, u.utterance), ""))
            )
    return Table("Questions", columns, tuple(tuple(row) for row in rows))


def _not_read(audit: KnowledgeAudit) -> Table:
    rows = tuple((kind, each.name, each.why) for kind, each in _left_out(audit))
    return Table("Not read", columns_of("What:22 Name:44 Why:70"), rows)


def _left_out(audit: KnowledgeAudit) -> Iterator[tuple[str, NotRead]]:
    yield from (("not read", n) for n in audit.not_read)
    yield from (("conflicts not assessed", n) for n in audit.not_assessed)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
