"""What is asked of the decision point, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from runtime.guardrails.budget_entries import Reservation
from runtime.systems.settings import Autonomy

Answer = Literal["act", "approve", "escalate", "refuse"]


@dataclass(frozen=True)
class Signals:
    """What was understood of the customer's message. It can only lower autonomy."""

    asks_for_human: bool = False
    legal_threat: bool = False
    frustration: float | None = None
    confidence: float | None = None


@dataclass(frozen=True)
class Approval:
    """A person's yes to exactly one call: `digest` is the Decision's that was shown; `id` can be used once."""

    id: str
    digest: str
    by: str = ""


@dataclass(frozen=True)
class Request:
    """One call that the agent wants to make.

    Args:
        arguments: flat, by name, as `System.call` takes them.
        session_customer: the account that is signed in, resolved by a trusted party; None: nobody is known.
        facts_input: given name → what was read from systems of record (`before` and `values`: see money_effect.py).
        autonomy: the most that gate and stage allow.
        trial: decides on the true totals, but reserves nothing.
        key: idempotency key; `case` with the call's digest stands in when it is absent.
        category: of the case; high-stakes ones never act.
    """

    workflow: str
    operation: str
    arguments: Mapping[str, Any]
    session_customer: str | None = None
    facts_input: Mapping[str, Any] = field(default_factory=dict)
    autonomy: Autonomy = "act"
    trial: bool = False
    key: str = ""
    case: str = ""
    category: str | None = None
    signals: Signals | None = None
    approval: Approval | None = None


@dataclass(frozen=True)
class Decision:
    """`reason` is in business words; `rule` names what decided; `digest` is that of the canonical call, to bind an approval to.

    `context` is what the policy saw: money, facts, totals and mode, so that the decision can be taken again; None when
    the call was settled before.
    """

    decision: Answer
    reason: str
    rule: str = ""
    money_out_minor: int = 0
    currency: str = ""
    action: str = ""
    reservation: Reservation | None = None
    digest: str = ""
    policy: str = ""
    context: Mapping[str, Any] | None = None

    @property
    def may_write(self) -> bool:
        return self.decision == "act"
