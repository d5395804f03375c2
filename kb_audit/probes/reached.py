"""What all questions about knowledge share: nothing reached is not measured; findings become evidence with quotes."""

from __future__ import annotations

from collections.abc import Sequence

from kb_audit.artifact import KnowledgeFinding, Side, WorkflowKnowledge
from probes.finding import Evidence, Outcome, not_measured
from probes.wording import counted, listed

SHOWN = 8


def nothing_reached(knowledge: WorkflowKnowledge, title: str) -> Outcome | None:
    """Not measured when the workflow's utterances reach no article: an empty collection passes nothing."""
    if knowledge.articles:
        return None
    return not_measured(
        f"{title}: no article answers this workflow",
        cause="no article reached",
        would_measure="add articles that answer the workflow's utterances, then run `cxready collect DIR`",
    )


def in_english(knowledge: WorkflowKnowledge, title: str) -> Outcome | None:
    """Not measured when a reached article is in a language that the model does not judge."""
    if not knowledge.not_assessed:
        return None
    where = listed((n.name for n in knowledge.not_assessed), most=3)
    return not_measured(
        f"{title}: {len(knowledge.not_assessed)} of {articles(knowledge)} not in English ({where})",
        cause="language",
        would_measure="name a multilingual model in CXREADY_MODEL, or hand in the English articles",
    )


def shown(findings: Sequence[KnowledgeFinding]) -> list[Evidence]:
    """The first findings as evidence; where more were found, the last piece says how many."""
    pieces = [_piece(finding) for finding in findings[:SHOWN]]
    if len(findings) > SHOWN:
        more = len(findings) - SHOWN
        pieces.append(Evidence(says=f"{more} more of the same kind", facts={"more": more}))
    return pieces


def names(findings: Sequence[KnowledgeFinding]) -> str:
    """The titles of the articles that findings are about, for a heading."""
    found = {article: title for finding in findings for article, title in finding.titles.items()}
    return listed((f"“{title}”" for _, title in sorted(found.items())), most=3)


def articles(knowledge: WorkflowKnowledge) -> str:
    """`6 articles`: those that the workflow's questions reach."""
    return counted(len(knowledge.articles), "article")


def _piece(finding: KnowledgeFinding) -> Evidence:
    return Evidence(
        says=" / ".join(filter(None, [finding.why, finding.suggestion])),
        source=" ↔ ".join(f"{side.article} › {side.heading}" for side in finding.sides),
        facts={"sides": [_side(side) for side in finding.sides], "kind": finding.kind or finding.verdict},
    )


def _side(side: Side) -> dict[str, str]:
    found = {
        "article": side.title or side.article,
        "file": side.article,
        "heading": side.heading,
        "quote": side.quote,
        "value": side.said or side.value,
    }
    if side.updated:
        found["updated"] = side.updated.isoformat()
    return {name: text for name, text in found.items() if text}
