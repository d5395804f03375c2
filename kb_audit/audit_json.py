"""The audit as JSON, the form that other programs read (`cxready kb audit --json`, format 1)."""

from __future__ import annotations

from typing import Any

from kb_audit.artifact import KnowledgeAudit


def as_json(audit: KnowledgeAudit) -> dict[str, Any]:
    """The published form (format 1): counts, what was not read, findings with quotes, character ranges and remedies."""
    return {
        "format": 1,
        "as_of": audit.as_of.isoformat(),
        "articles": len(audit.articles),
        "sections": len(audit.sections),
        "claims": audit.claims,
        "pairs": audit.pairs,
        "pairs_of_records": audit.pairs_of_records,
        "pairs_left_out": audit.pairs_left_out,
        "pairs_read": audit.pairs_read,
        "not_read": [{"name": n.name, "why": n.why} for n in audit.not_read],
        "not_assessed": [{"name": n.name, "why": n.why} for n in audit.not_assessed],
        "coverage": {w: [u.model_dump() for u in each] for w, each in audit.coverage.items()},
        "retrieval": audit.retrieval.model_dump(),
        "would_say": [each.model_dump() for each in audit.would_say],
        "second_judge": audit.second_judge.model_dump() if audit.second_judge else None,
        "mend_first": [each.model_dump() for each in audit.mend_first],
        "merges": [each.model_dump() for each in audit.merges],
        "records": [each.model_dump(mode="json") for each in audit.articles],
        "findings": [f.model_dump(mode="json") for f in audit.findings],
    }
