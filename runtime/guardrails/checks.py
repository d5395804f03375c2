"""What settles a call before Cedar is asked: declared arguments, the customer, triggers of the conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runtime.estate import Estate
from runtime.guardrails.request import Answer, Decision, Request
from runtime.systems.surface import Surface


class Settled(Exception):
    """A step on the way has already decided."""

    def __init__(self, answer: Answer, reason: str, rule: str) -> None:
        super().__init__(reason)
        self.decision = Decision(answer, reason, rule)


def declared_arguments(
    surfaces: Mapping[str, Surface], operation: str, arguments: Mapping[str, Any], sends: Sequence[str]
) -> None:
    """Raises Settled for an argument that the system's description does not know.

    `body` would replace the whole request past every limit, so it must be declared as a field, and hold text.
    """
    system, _, name = operation.partition(".")
    surface = surfaces.get(system)
    declared = surface.operations.get(name) if surface else None
    if "body" in arguments and not ("body" in sends and isinstance(arguments["body"], str)):
        raise Settled("refuse", f"{operation} takes no whole 'body'", "undeclared_argument")
    if declared is None or not (declared.parameters or declared.body_schema):
        return
    known = {parameter.name for parameter in declared.parameters} | set(declared.body_schema.get("properties") or {})
    extra = next((key for key in arguments if key not in known), None)
    if extra is not None:
        raise Settled("refuse", f"{operation} takes no {extra!r}", "undeclared_argument")


def same_customer(request: Request, customer: str | None, moves_money: bool) -> None:
    """Raises Settled when the touched record is not, or not certainly, the signed-in customer's."""
    if customer is not None and request.session_customer is not None and customer != request.session_customer:
        raise Settled("refuse", "the call touches another customer's record", "own_customer")
    if (moves_money or customer is not None) and (customer is None or request.session_customer is None):
        who = "nobody is signed in" if request.session_customer is None else "the record's owner was not read"
        raise Settled("escalate", f"it is not known for certain whose record would change: {who}", "customer_unknown")


def triggers(estate: Estate, request: Request) -> None:
    """Raises Settled when what was understood of the conversation calls for a person; an approval is a person's word."""
    limits, seen = estate.guardrails.escalate_when, request.signals
    if seen is None or request.approval is not None:
        return
    fired = {
        "asks_for_human": ("the customer asks for a person", limits.asks_for_human and seen.asks_for_human),
        "legal_threat": ("the customer speaks of legal steps", limits.legal_threat and seen.legal_threat),
        "frustration_at_least": (
            "the customer is too upset for a machine",
            _at_least(seen.frustration, limits.frustration_at_least),
        ),
        "confidence_below": (
            "it is not certain what the customer wants",
            _below(seen.confidence, limits.confidence_below),
        ),
    }
    for name, (reason, is_so) in fired.items():
        if is_so:
            raise Settled("escalate", reason, f"escalate_when.{name}")


def is_high_stakes(estate: Estate, request: Request) -> bool:
    """By the case's category or the workflow's own."""
    goal = estate.goals.get(request.workflow)
    return bool({request.category, goal.category if goal else None} & set(estate.guardrails.high_stakes))


def _at_least(value: float | None, bound: float | None) -> bool:
    return value is not None and bound is not None and value >= bound


def _below(value: float | None, bound: float | None) -> bool:
    return value is not None and bound is not None and value < bound
