"""Headings for contradictions: what two articles say, in words that a board reads."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb_audit.artifact import KnowledgeFinding, Side
from probes.wording import counted, listed


def heading(findings: Sequence[KnowledgeFinding]) -> str:
    """`Two articles contradict each other: 14 or 30 days (“Return a device” and “Returns at a glance”)`."""
    subjects = _one_a_subject(findings)
    first = subjects[0]
    if len(subjects) == 1:
        return f"Two articles contradict each other: {_dispute(first)} ({_titles(first)})"
    return f"Articles contradict each other on {counted(len(subjects), 'subject')}, first: {_dispute(first)} ({_titles(first)})"


def _one_a_subject(findings: Sequence[KnowledgeFinding]) -> list[KnowledgeFinding]:
    """Of many pairs about one subject the first."""
    seen: dict[object, KnowledgeFinding] = {}
    for number, finding in enumerate(findings):
        seen.setdefault(("alone", number) if finding.cluster is None else finding.cluster, finding)
    return list(seen.values())


def _dispute(finding: KnowledgeFinding) -> str:
    a, b = (side.said or side.value for side in _sides(finding))
    if finding.kind == "permission" or not (a and b):
        return finding.why
    words_a, words_b = a.split(), b.split()
    shared = len(words_a) > 1 and words_a[1:] == words_b[1:]
    return f"{words_a[0] if shared else a} or {b}"


def _titles(finding: KnowledgeFinding) -> str:
    return listed(dict.fromkeys(f"“{side.title or side.article}”" for side in _sides(finding)))


def _sides(finding: KnowledgeFinding) -> list[Side]:
    """The two sides, the smaller number first."""
    return sorted(finding.sides[:2], key=lambda side: _number(side.said))


def _number(said: str) -> float:
    found = re.search(r"\d[\d,]*(?:\.\d+)?", said)
    return float(found.group().replace(",", "")) if found else 0.0
