"""Why a case stops, and the write that it is about, in the words that people read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from runtime.escalation.form import StopClass

CLASS_OF_RULE: Mapping[str, StopClass] = {
    "restricted_data": "restricted_data",
    "unknown_effect": "unknown_effect",
    "tool_fault": "tool_fault",
    "high_stakes": "high_stakes",
}


@dataclass(frozen=True)
class Stopped:
    """Why a case stops, in the words that the person reads, and the call that it is about.

    `digest`: the call waits, and a yes to this digest sets it free; `follows`: operations that go along with a yes.
    """

    kind: StopClass
    rule: str
    says: str
    operation: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""
    deadline: datetime | None = None
    follows: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As JSON values, for a checkpoint."""
        return {**asdict(self), "deadline": self.deadline.isoformat() if self.deadline else None}


def class_of(decision: str, rule: str) -> StopClass:
    """The handoff's class for a decision: a limit, restricted data, or something that is not allowed."""
    known = next((kind for start, kind in CLASS_OF_RULE.items() if rule.startswith(start)), None)
    return known or ("limit" if decision == "escalate" else "not_allowed")


def severity_of(kind: StopClass) -> Literal["normal", "high", "urgent"]:
    """How a desk sorts it: high stakes first, then the impatient and what may have gone wrong."""
    return "urgent" if kind == "high_stakes" else "high" if kind in ("frustration", "unknown_effect") else "normal"


def in_words(operation: str, arguments: Mapping[str, Any]) -> str:
    """`billing.createCredit of 12.40 EUR for A-1`."""
    amount, currency = arguments.get("amount"), arguments.get("currency", "")
    about = arguments.get("account_id") or next((v for k, v in arguments.items() if k.endswith("_id")), "")
    money = f" of {amount} {currency}".rstrip() if amount else ""
    return f"{operation}{money}{f' for {about}' if about else ''}"


def money_of(arguments: Mapping[str, Any]) -> Decimal | None:
    """The amount that a call is about, where it names one."""
    try:
        return Decimal(str(arguments["amount"]))
    except (KeyError, ArithmeticError):
        return None
