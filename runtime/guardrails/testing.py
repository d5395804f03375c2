"""Calls from a file against the decision point: what would the guardrails say? (`cxready guardrails test DIR --calls FILE`)

A call is `{"workflow", "operation", "arguments", "facts"?, "read"?, "customer"?, "category"?, "autonomy"?, "expect"?, "id"?}`.
Under `facts`, true or false under the name of a condition states that condition in place of computing it; the names of TOTALS
state what went before (money as text in major units, counts as numbers; nothing, if unsaid); any other value is a record that
was read, as under `read`. Nothing is reserved and no system is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runtime.errors import BadInput, did_you_mean
from runtime.estate import Estate
from runtime.guardrails.budget_entries import Ask, Totals
from runtime.guardrails.budgets import BudgetLedger
from runtime.guardrails.decide import DecisionPoint, Request
from runtime.guardrails.facts import Fact, library
from runtime.guardrails.money_effect import Unclear, customer_of
from runtime.guardrails.records import tied
from runtime.money import to_minor
from runtime.systems.surface import Surface

KNOWN = {"workflow", "operation", "arguments", "facts", "read", "customer", "category", "autonomy", "expect", "id"}
TOTALS = {
    "spent_customer_period": "spent_customer",
    "spent_day": "spent_day",
    "count_customer_period": "count_customer",
    "count_day": "count_day",
}
ANSWERS = ("act", "approve", "escalate", "refuse")


@dataclass(frozen=True)
class Call:
    """One line. `stated`: conditions by name; `before`: what had left before, in minor units and counts."""

    request: Request
    stated: Mapping[str, bool]
    before: Totals
    expect: str | None
    id: Any = None


def decide_lines(
    estate: Estate,
    calls: Iterable[Mapping[str, Any] | None],
    *,
    surfaces: Mapping[str, Surface] | None = None,
    facts: Mapping[str, Fact] | None = None,
    source: str = "line ",
) -> Iterator[dict[str, Any]]:
    """One line a call: decision, reason, rule; with `expect` also `as_expected`.

    Args:
        calls: None stands for an empty line.
        source: what stands before a line's number in complaints, like `calls.jsonl:`.

    Raises:
        BadInput: a line is no call.
    """
    point = StatedPoint(estate, surfaces or {}, facts or {})
    for number, written in enumerate(calls, 1):
        if written is None:
            continue
        call = _call(estate, written, f"{source}{number}")
        decision = point.with_stated(call.stated, call.before).decide(call.request)
        line: dict[str, Any] = {"decision": decision.decision, "reason": decision.reason, "rule": decision.rule}
        if "id" in written:
            line = {"id": call.id, **line}
        if call.expect is not None:
            line |= {"expect": call.expect, "as_expected": call.expect == decision.decision}
        yield line


class StatedTotals(BudgetLedger):
    """In place of a ledger, for trials only: tells what was stated, and keeps nothing."""

    def __init__(self) -> None:
        self.before = Totals(0, 0, 0, 0)

    def totals(self, ask: Ask) -> Totals:
        return self.before


class StatedPoint:
    """One decision point, compiled once, for conditions and totals that are stated at each call."""

    def __init__(self, estate: Estate, surfaces: Mapping[str, Surface], facts: Mapping[str, Fact]) -> None:
        names = {name for action in estate.guardrails.actions.values() for name in action.conditions}
        self._stated: Mapping[str, bool] = {}
        self._totals = StatedTotals()
        self._plain = DecisionPoint(estate, ledger=self._totals, facts=facts, surfaces=surfaces)
        stand_ins = {name: self._looked_up(name) for name in names}
        self._with_stated = DecisionPoint(estate, ledger=self._totals, facts={**facts, **stand_ins}, surfaces=surfaces)
        self._computed = library(facts, estate.guardrails.facts)

    def with_stated(self, stated: Mapping[str, bool], before: Totals) -> DecisionPoint:
        """Good until it is asked again; a condition that is not stated is computed."""
        self._stated, self._totals.before = stated, before
        return self._with_stated if stated else self._plain

    def _looked_up(self, name: str) -> Fact:
        def held(context: Any) -> Any:
            if name in self._stated:
                return self._stated[name]
            function = self._computed.get(name)
            return function(context) if function else None

        return held


def _call(estate: Estate, written: Any, where: str) -> Call:
    _is_call(written, where)
    facts, names = written.get("facts") or {}, _conditions(estate)
    if not isinstance(facts, Mapping):
        raise BadInput("`facts` is no mapping of names", where, 'write "facts": {"usage_gap_found": true}')
    for name, value in facts.items():
        if name in names and not isinstance(value, bool):
            raise BadInput(f"the condition `{name}` is true or false", where, f'write "facts": {{"{name}": true}}')
        if isinstance(value, bool) and name not in names and (near := did_you_mean(name, names)):
            raise BadInput(f"no condition is called `{name}`{near}", where, "use the name of guardrails.yaml")
    stated = {name: value for name, value in facts.items() if name in names}
    looked_up = {name: value for name, value in facts.items() if name not in names and name not in TOTALS}
    read = {**looked_up, **(written.get("read") or {})}
    before = _before(estate, written["operation"], facts, where)
    return Call(_request(estate, written, read), stated, before, written.get("expect"), written.get("id"))


def _before(estate: Estate, operation: str, facts: Mapping[str, Any], where: str) -> Totals:
    action = estate.guardrails.actions.get(estate.guardrails.action_of(operation) or "")
    currency = (action.limits.currency if action else None) or estate.currency
    found = dict.fromkeys(TOTALS.values(), 0)
    for name in TOTALS.keys() & facts.keys():
        try:
            value = facts[name]
            found[TOTALS[name]] = to_minor(value, currency) if name.startswith("spent") else _count(value)
        except ValueError as error:
            raise BadInput(
                f"{name}: {error}", where, 'write "spent_customer_period": "90.00", "count_day": 3'
            ) from None
    return Totals(found["spent_customer"], found["spent_day"], found["count_customer"], found["count_day"])


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no count")
    return value


def _is_call(written: Any, where: str) -> None:
    if not isinstance(written, Mapping) or not all(isinstance(written.get(n), str) for n in ("workflow", "operation")):
        raise BadInput(
            "a call needs `workflow` and `operation`", where, 'write {"workflow": …, "operation": …, "arguments": {…}}'
        )
    unknown = sorted(set(written) - KNOWN)
    if unknown:
        raise BadInput(
            f"`{unknown[0]}` is not known here{did_you_mean(unknown[0], KNOWN)}",
            where,
            f"known: {', '.join(sorted(KNOWN))}",
        )
    for name in ("arguments", "read"):
        if not isinstance(written.get(name, {}), Mapping):
            raise BadInput(f"`{name}` is no mapping of names", where, f'write "{name}": {{…}}')
    if written.get("expect") not in (None, *ANSWERS):
        raise BadInput(f"`expect` is {written['expect']!r}", where, f"one of: {', '.join(ANSWERS)}")
    if written.get("autonomy", "act") not in ("act", "approve", "observe", "blocked"):
        raise BadInput(f"`autonomy` is {written['autonomy']!r}", where, "one of: act, approve, observe, blocked")


def _conditions(estate: Estate) -> set[str]:
    named = {name for action in estate.guardrails.actions.values() for name in action.conditions}
    return named | set(estate.guardrails.facts)


def _request(estate: Estate, call: Mapping[str, Any], read: Mapping[str, Any]) -> Request:
    return Request(
        workflow=call["workflow"],
        operation=call["operation"],
        arguments=call.get("arguments") or {},
        session_customer=call["customer"] if "customer" in call else _own(estate, call, read),
        facts_input=read,
        autonomy=call.get("autonomy", "act"),
        trial=True,
        category=call.get("category"),
    )


def _own(estate: Estate, call: Mapping[str, Any], read: Mapping[str, Any]) -> str | None:
    """A line that names no customer is about the one whose record it touches."""
    effect = estate.effect(call["operation"])
    arguments = call.get("arguments") or {}
    try:
        return customer_of(effect, arguments, tied(read, arguments, estate.guardrails.records)) if effect else None
    except Unclear:
        return None
