"""Appendix B: what the checks relate to in published frameworks. Relates to, never complies with: an auditor decides."""

from __future__ import annotations

from itertools import groupby

from assess.assessment import Assessment
from assess.outputs.html_view import Section
from assess.outputs.html_words import counted, line, listed


def relations(a: Assessment) -> list[Section]:
    """One table a framework; none where nothing relates."""
    if not a.relations:
        return []
    groups = [(line(name, 90), list(rows)) for name, rows in groupby(a.relations, key=lambda r: r.framework)]
    touched = sum(bool(r.not_met) for r in a.relations)
    operations = sum(len(r.operations) for r in a.relations)
    data = {
        "groups": [
            (
                name,
                [
                    {
                        "id": r.id.rpartition("/")[2] if "/" in r.id else r.id,
                        "title": line(r.title, 110),
                        "verified": r.verified,
                        "note": line(r.note, 90),
                        "counts": (r.met, r.not_met, r.not_measured),
                        "findings": listed(r.findings, 4),
                        "operations": [line(o, 120) for o in r.operations[:3]],
                        "more": max(0, len(r.operations) - 3),
                    }
                    for r in rows
                ],
                len(rows),
                _prefix(rows[0].id),
            )
            for name, rows in groups
        ],
    }
    named = f" {counted(operations, 'sentence')} on concrete operations stand below." if operations else ""
    title = f"{counted(len(a.relations), 'entry')} of {counted(len(groups), 'framework')} relate to these checks; {touched} are touched by a finding"
    lede = (
        "Relates to, never complies with: whether a control is fulfilled is for an auditor. Titles are our own words; an"
        f" entry marked ° was not seen at its source.{named}"
    )
    return [Section("relations", "B · Frameworks", line(title, 150), lede, "relations", "Frameworks", "appendix", data)]


def _prefix(entry: str) -> str:
    return line(entry.rpartition("/")[0] or entry, 60)
