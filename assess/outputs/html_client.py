"""Appendix E: what the client says: decisions asked for, comments on findings, accepted risks, notes. They move nothing."""

from __future__ import annotations

from assess.assessment import Assessment
from assess.outputs.html_view import Section, paragraph
from assess.outputs.html_words import counted, day, line


def client(a: Assessment) -> list[Section]:
    """One table each; none where report.yaml says nothing of it."""
    if not (a.comments or a.notes):
        return []
    titles = {f.number: f.title for f in a.findings}
    accepted = [c for c in a.comments if c.accepted_risk]
    gates = {f.number: f.workflows for f in a.findings}
    data = {
        "comments": [
            {
                "number": c.finding,
                "title": line(titles.get(c.finding, "no open finding of this number"), 110),
                "says": paragraph(c.says, 500),
                "by": line(c.by, 60),
                "accepted": c.accepted_risk,
                "until": day(c.until) if c.until else "",
                "holds": len(gates.get(c.finding, [])),
            }
            for c in a.comments
        ],
        "notes": [paragraph(n, 600) for n in a.notes],
    }
    title = (
        f"{counted(len(accepted), 'risk')} accepted by the client; the {'finding stays' if len(accepted) == 1 else 'findings stay'}, and so do the gates"
        if accepted
        else f"{counted(len(a.comments), 'comment')} of the client"
        if a.comments
        else "Notes to this report"
    )
    lede = "From report.yaml. A comment or an accepted risk is printed beside the finding; no outcome, level or gate moves by it."
    return [
        Section(
            "client",
            "E · What the client says",
            line(title, 150),
            lede,
            "client",
            "Comments and accepted risks",
            "appendix",
            data,
        )
    ]
