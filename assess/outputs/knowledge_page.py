"""A knowledge audit as one HTML page that opens anywhere: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from importlib.resources import files

from assess.outputs.plain import plain
from kb_audit.artifact import KnowledgeAudit, KnowledgeFinding
from kb_audit.remedies import effort_by_owner
from kb_audit.wording_of_findings import GROUPS, NAMES, named

SHOWN = 50
"""Findings of one kind on the page; the workbook holds all."""


def page(audit: KnowledgeAudit) -> str:
    """The page; every value is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("templates", "knowledge"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = plain
    look = (files("templates") / "knowledge" / "look.css").read_text(encoding="utf-8")
    work = effort_by_owner(audit.findings)
    return environment.get_template(
        "audit.html.j2"
    ).render(
        look=Markup(look),  # noqa: S704 – our own style sheet
        audit=audit,
        groups=[(title, _kinds(audit, verdicts)) for title, verdicts in GROUPS.items() if _kinds(audit, verdicts)],
        counts={v: sum(f.verdict == v for f in audit.findings) for v in NAMES},
        work=[(owner or "nobody owns them", count, round(minutes / 60, 1)) for owner, (count, minutes) in work.items()][
            :12
        ],
        shown=SHOWN,
    )


def _kinds(audit: KnowledgeAudit, verdicts: tuple[str, ...]) -> list[tuple[str, str, list[KnowledgeFinding]]]:
    found = []
    for verdict in verdicts:
        of = [f for f in audit.findings if f.verdict == verdict]
        if of:
            found.append((verdict, named(verdict, len(of)), of))
    return found
