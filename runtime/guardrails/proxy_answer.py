"""What the proxy answers: the system's own answer, or a denial as a problem (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runtime.systems.exchange import Exchange, Seen

LARGEST_KEPT = 65_536  # bytes
PASSED_BACK = ("content-type", "etag", "location", "retry-after", "idempotent-replayed")
_SAID_INSIDE = {Seen.REFUSED: 422, Seen.THROTTLED: 429}


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    decision: str
    headers: Mapping[str, str] = field(default_factory=dict)


def problem(status: int, decision: str, reason: str, rule: str, **more: str) -> Answer:
    """A denial as `application/problem+json` (RFC 9457), with decision, reason and rule."""
    body = {
        "type": "about:blank",
        "title": "not passed by the guardrails",
        "status": status,
        "detail": reason,
        "decision": decision,
        "reason": reason,
        "rule": rule,
        **more,
    }
    return Answer(status, body, decision, {"Content-Type": "application/problem+json"})


def answer_of(exchange: Exchange, decision: str) -> Answer:
    """The system's own answer, with the headers that an agent needs; 504 where none came.

    GraphQL, JSON-RPC, MCP and login pages say no inside a 200; a caller that goes by the status is told 422, 429 or 502.
    """
    kept = {name: value for name, value in exchange.headers.items() if name.lower() in PASSED_BACK}
    status = exchange.status or 504
    if status < 300 and exchange.seen is not Seen.OK:
        status = _SAID_INSIDE.get(exchange.seen, 502)
    return Answer(status, exchange.body, decision, kept)


def outcome_of(exchange: Exchange) -> str:
    """done, refused (a clear no: nothing happened), or unknown: then the amount goes on counting."""
    if exchange.seen is Seen.OK:
        return "done"
    return "refused" if exchange.seen is Seen.REFUSED or exchange.status == 429 else "unknown"


def kept(answer: Answer) -> str | None:
    """For whoever repeats the call; an answer that is too large or no plain JSON is not kept."""
    try:
        text = json.dumps(
            {"status": answer.status, "body": answer.body, "decision": "act", "headers": dict(answer.headers)}
        )
    except (TypeError, ValueError):
        return None
    return text if len(text) <= LARGEST_KEPT else None
