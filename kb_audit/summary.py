"""What `cxready kb audit` prints: a summary for a terminal, and the JSON that other programs read."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import Any

from kb_audit.artifact import KnowledgeAudit, KnowledgeFinding, Side

_WIDTH = 100
_NAMES = {
    "conflict": "conflicts", "guardrail": "promises beyond a guardrail", "injection": "texts that instruct an AI", "hidden_text": "hidden texts",
    "secret": "passwords or keys", "personal_data": "places with personal data", "passed_date": "passed dates or promises",
    "overdue_review": "overdue reviews", "old_version": "old versions called current", "dead_link": "dead links", "duplicate": "duplicated sections",
    "near_duplicate": "nearly duplicated sections", "cut_section": "sections longer than retrieval reads", "long_article": "very long articles",
    "no_headings": "long articles without headings", "not_found": "sections that their own heading does not find", "orphan": "articles nothing links to",
    "possible": "possible conflicts", "scope": "differences by scope (no conflict)",
}  # fmt: skip
_SHOWN = 5


def summary(audit: KnowledgeAudit, *, show: int = _SHOWN) -> str:
    """A readable page: what was read, every conflict with both quotes, then the other findings, the gravest first."""
    lines = [_head(audit), ""]
    conflicts = [f for f in audit.findings if f.verdict == "conflict"]
    if not conflicts:
        lines.append(f"No conflict found among {audit.claims} claims, {audit.pairs} pairs compared.")
    for number, finding in enumerate(conflicts, start=1):
        lines += [*_conflict(number, finding), ""]
    counts = Counter(f.verdict for f in audit.findings)
    for verdict, name in _NAMES.items():
        if verdict != "conflict" and counts[verdict]:  # type: ignore[index]
            lines.append(f"{counts[verdict]:>5}  {name}")  # type: ignore[index]
            if verdict not in ("possible", "scope", "orphan", "not_found"):
                lines += _examples([f for f in audit.findings if f.verdict == verdict], show)
    lines += _coverage(audit)
    lines += [f"    –  not read: {n.name} ({n.why})" for n in audit.not_read[:show]]
    if len(audit.not_read) > show:
        lines.append(f"    –  and {len(audit.not_read) - show} more not read")
    if audit.not_assessed:
        lines.append(f"    –  {len(audit.not_assessed)} articles in other languages: conflicts not assessed")
    return "\n".join(lines).rstrip() + "\n"


def as_json(audit: KnowledgeAudit) -> dict[str, Any]:
    """The published form (format 1): counts, what was not read, findings with quotes and character ranges."""
    return {
        "format": 1,
        "as_of": audit.as_of.isoformat(),
        "articles": len(audit.articles),
        "sections": len(audit.sections),
        "claims": audit.claims,
        "pairs": audit.pairs,
        "not_read": [n.model_dump() for n in audit.not_read],
        "not_assessed": [n.model_dump() for n in audit.not_assessed],
        "coverage": {w: [u.model_dump() for u in each] for w, each in audit.coverage.items()},
        "findings": [f.model_dump(mode="json") for f in audit.findings],
    }


def _head(audit: KnowledgeAudit) -> str:
    parts = [
        f"{len(audit.articles)} articles",
        f"{len(audit.sections)} sections",
        f"{audit.claims} claims",
        f"{audit.pairs} pairs compared",
    ]
    left = f", {len(audit.not_read)} not read" if audit.not_read else ""
    return f"{', '.join(parts)}{left}; as of {audit.as_of.isoformat()}"


def _conflict(number: int, finding: KnowledgeFinding) -> list[str]:
    title = f"Conflict {number} ({finding.kind}): {finding.why}"
    return [title, *(line for side in finding.sides for line in _quoted(side)), f"    → {finding.suggestion}"]


def _quoted(side: Side) -> list[str]:
    when = f", updated {side.updated.isoformat()}" if side.updated else ""
    text = textwrap.fill(" ".join(side.quote.split()), _WIDTH, initial_indent="      “", subsequent_indent="       ")
    return [f"    {side.article} › {side.heading}{when}", f"{text}”"]


def _examples(findings: list[KnowledgeFinding], show: int) -> list[str]:
    out = []
    for finding in findings[:show]:
        side = finding.sides[0]
        other = f" and {finding.sides[1].article}" if len(finding.sides) > 1 else ""
        out.append(
            textwrap.shorten(
                f"{side.article} › {side.heading}{other}: {finding.why}", _WIDTH + 20, placeholder=" …"
            ).rjust(0)
        )
    more = [f"… {len(findings) - show} more"] if len(findings) > show else []
    return [f"         {line}" for line in out + more]


def _coverage(audit: KnowledgeAudit) -> list[str]:
    lines = []
    for workflow, utterances in audit.coverage.items():
        covered = sum(u.state == "covered" for u in utterances)
        lines.append(f"{covered:>5}  of {len(utterances)} questions of {workflow} are covered")
        lines += [f"         {u.state}: “{u.utterance}”" for u in utterances if u.state != "covered"]
    return lines
