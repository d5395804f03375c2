"""What the proxy answers: the system's own answer, or a denial as a problem (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runtime.systems.exchange import Exchange

PASSED_BACK = ("content-type", "etag", "location", "retry-after", "idempotent-replayed")


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
    """The system's own answer, with the headers that an agent needs; 504 where none came."""
    kept = {name: value for name, value in exchange.headers.items() if name.lower() in PASSED_BACK}
    return Answer(exchange.status or 504, exchange.body, decision, kept)
