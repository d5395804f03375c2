"""Calls from a file against the decision point: what would the guardrails say? (`cxready guardrails test DIR --calls FILE`)

A call is `{"workflow", "operation", "arguments", "facts"?, "read"?, "customer"?, "category"?, "autonomy"?, "expect"?}`. `facts`
states conditions as true or false in place of reading them. Nothing is reserved and no system is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from runtime.errors import BadInput
from runtime.estate import Estate
from runtime.guardrails.decide import DecisionPoint, Request
from runtime.guardrails.facts import Fact
from runtime.guardrails.money_effect import Unclear, customer_of
from runtime.systems.surface import Surface

KNOWN = {"workflow", "operation", "arguments", "facts", "read", "customer", "category", "autonomy", "expect", "id"}


def decide_lines(
    estate: Estate,
    calls: Iterable[Mapping[str, Any]],
    *,
    surfaces: Mapping[str, Surface] | None = None,
    facts: Mapping[str, Fact] | None = None,
) -> Iterator[dict[str, Any]]:
    """One line a call: decision, reason, rule; with `expect` also `as_expected`.

    Raises:
        BadInput: a line is no call.
    """
    for number, call in enumerate(calls, 1):
        point = DecisionPoint(estate, ledger=None, facts={**(facts or {}), **_stated(call, number)}, surfaces=surfaces)
        decision = point.decide(_request(estate, call))
        line: dict[str, Any] = {"decision": decision.decision, "reason": decision.reason, "rule": decision.rule}
        if "id" in call:
            line = {"id": call["id"], **line}
        if "expect" in call:
            line |= {"expect": call["expect"], "as_expected": call["expect"] == decision.decision}
        yield line


def _request(estate: Estate, call: Mapping[str, Any]) -> Request:
    return Request(
        workflow=call["workflow"],
        operation=call["operation"],
        arguments=call.get("arguments") or {},
        session_customer=call["customer"] if "customer" in call else _own(estate, call),
        facts_input=call.get("read") or {},
        autonomy=call.get("autonomy", "act"),
        trial=True,
        category=call.get("category"),
    )


def _own(estate: Estate, call: Mapping[str, Any]) -> str | None:
    """A line that names no customer is about the one whose record it touches."""
    effect = estate.effect(call["operation"])
    try:
        return customer_of(effect, call.get("arguments") or {}, call.get("read") or {}) if effect else None
    except Unclear:
        return None


def _stated(call: Mapping[str, Any], number: int) -> dict[str, Fact]:
    where = f"line {number}"
    if (
        not isinstance(call, Mapping)
        or not isinstance(call.get("workflow"), str)
        or not isinstance(call.get("operation"), str)
    ):
        raise BadInput(
            "a call needs `workflow` and `operation`", where, 'write {"workflow": …, "operation": …, "arguments": {…}}'
        )
    unknown = sorted(set(call) - KNOWN)
    if unknown:
        raise BadInput(f"`{unknown[0]}` is not known here", where, f"known: {', '.join(sorted(KNOWN))}")
    facts = call.get("facts") or {}
    if not isinstance(facts, Mapping) or not all(isinstance(value, bool) for value in facts.values()):
        raise BadInput("`facts` states conditions as true or false", where, 'write "facts": {"usage_gap_found": true}')
    return {name: (lambda _, held=value: held) for name, value in facts.items()}  # type: ignore[misc]
