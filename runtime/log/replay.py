"""Recorded decisions taken again, also under other guardrails: what would have happened. No system is asked, nothing is reserved.

Arguments, totals, conditions and money are those of the log. Where the record does not say what a new rule asks (a condition
that nobody looked at then), the answer is "unknown", unless it is the same either way. Limits that were tightened for a time
stand in no file: a decision that they made shows as another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from runtime.decision_log import Entry
from runtime.estate import Estate
from runtime.guardrails.budget_entries import Totals
from runtime.guardrails.decide import HOLDS_ANYWAY
from runtime.guardrails.effects import Effect
from runtime.guardrails.money_effect import Unclear, customer_of
from runtime.guardrails.request import Approval, Decision, Request
from runtime.guardrails.testing import StatedPoint
from runtime.log.sealed import FORGOTTEN
from runtime.money import from_minor

STEP = "proxy.decide"
SOMEBODY = "the customer of the case"
Now = Literal["act", "approve", "escalate", "refuse", "unknown"]


@dataclass(frozen=True)
class Replayed:
    """One decision of the log and what it would be now. `moved` is like "12.40 EUR", empty where no money moves."""

    run: str
    seq: int
    at: str
    operation: str
    moved: str
    was: str
    was_because: str
    now: Now
    because: str
    rule: str

    @property
    def changed(self) -> bool:
        return self.now not in ("unknown", self.was)

    def plain(self) -> dict[str, Any]:
        """The line of `pilot replay --json`."""
        return {**vars(self), "changed": self.changed}


def replay(rows: Iterable[Entry], estate: Estate) -> Iterator[Replayed]:
    """Every recorded decision on a write, in the order of the log.

    Args:
        rows: of the decision log; other steps are passed over.
        estate: with the guardrails that are asked.
    """
    point = StatedPoint(estate, {}, {})
    for row in rows:
        if row.step == STEP:
            yield _replayed(row, estate, point)


def _replayed(row: Entry, estate: Estate, point: StatedPoint) -> Replayed:
    asked = row.detail.get("asked") or {}
    context = asked.get("context")
    said = _again(row, asked, estate, point)
    return Replayed(
        run=row.run,
        seq=row.seq,
        at=row.at,
        operation=row.operation,
        moved=_moved(context or {}),
        was=row.decision,
        was_because=str(row.detail.get("reason", "")),
        now=said[0],
        because=said[1],
        rule=said[2],
    )


def _again(row: Entry, asked: Mapping[str, Any], estate: Estate, point: StatedPoint) -> tuple[Now, str, str]:
    """Answer, reason and rule. Both ways are tried where the record is silent."""
    rule = str(row.detail.get("rule", ""))
    if rule in HOLDS_ANYWAY or rule == "certificate":
        return _known(row.decision), "settled before any guardrail was asked", rule
    if not asked:
        return "unknown", "the row was written before decisions could be replayed", ""
    if row.arguments == FORGOTTEN:
        return "unknown", "the customer was forgotten", ""
    context = asked.get("context") or {}
    recorded = {name: bool(held) for name, held in (context.get("facts") or {}).items()}
    silent = [name for name in _conditions(estate, row.operation) if name not in recorded]
    answers = [
        _decided(row, asked, {**recorded, **dict.fromkeys(silent, held)}, estate, point)
        for held in ((False, True) if silent else (False,))
    ]
    if len({one.decision for one in answers}) > 1:
        named = ", ".join(name.replace("_", " ") for name in silent)
        return "unknown", f"nobody looked then at: {named}", answers[0].rule
    if "money_effect" in {one.rule for one in answers} and rule != "money_effect":
        return "unknown", "the log does not keep the records that the money is computed from", "money_effect"
    if not context and answers[0].decision != row.decision:
        return "unknown", "it was settled before money and records were looked at", answers[0].rule
    return answers[0].decision, answers[0].reason, answers[0].rule


def _decided(
    row: Entry, asked: Mapping[str, Any], stated: Mapping[str, bool], estate: Estate, point: StatedPoint
) -> Decision:
    """By the guardrails of now. A person's approval goes on being one: what they said yes to, they said yes to."""
    context = asked.get("context") or {}
    effect = estate.effect(row.operation)
    read = _records(effect, row.arguments, context)
    request = Request(
        workflow=str(asked.get("workflow", "")),
        operation=row.operation,
        arguments=row.arguments,
        session_customer=_customer(effect, row.arguments, read),
        facts_input=read,
        autonomy=asked.get("autonomy", "act"),
        trial=True,
        category=asked.get("category"),
    )
    now = point.with_stated(stated, _totals(row, context))
    first = now.decide(request)
    if asked.get("approved") and first.decision == "approve":
        return now.decide(replace(request, approval=Approval("replayed", first.digest)))
    return first


def _conditions(estate: Estate, operation: str) -> list[str]:
    action = estate.guardrails.actions.get(estate.guardrails.action_of(operation) or "")
    return list(action.conditions) if action else []


def _totals(row: Entry, context: Mapping[str, Any]) -> Totals:
    was_equal = str(row.detail.get("rule", "")).endswith(".equal_write")
    spent, day, count, count_day = (
        int(context.get(name, 0)) for name in ("spent_customer", "spent_day", "count_customer", "count_day")
    )
    return Totals(spent, day, count, count_day, row.run if was_equal else None)


def _records(effect: Effect | None, arguments: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """Records that give the recorded money again: the one before a change, or the one whose full value moved."""
    out = effect.money_out if effect else None
    code = str(context.get("currency", ""))
    if effect is None or not code:
        return {}
    through = effect.customer.through if effect.customer else None
    reference = arguments.get((out.full_value_of if out else None) or through or "")
    record: dict[str, Any] = {"customer": SOMEBODY}
    if "value" in context or (out and out.field and "amount" in context):
        record |= {"amount": from_minor(context.get("value", context.get("amount")), code), "currency": code}
    read: dict[str, Any] = {"values": {str(reference): record}} if reference is not None else {}
    if out and out.before is not None and "before" in context:
        before = context["before"]
        read["before"] = {out.before: str(before) if out.unit == "minor" else from_minor(before, code)}
    return read


def _customer(effect: Effect | None, arguments: Mapping[str, Any], read: Mapping[str, Any]) -> str | None:
    """The record's own customer: whose it is was settled then, and another's is never decided on its totals."""
    try:
        return (customer_of(effect, arguments, read) if effect else None) or SOMEBODY
    except Unclear:
        return SOMEBODY


def _moved(context: Mapping[str, Any]) -> str:
    code = context.get("currency")
    minor = context.get("amount", context.get("value"))
    if minor is None and "before" in context:
        minor = context["before"] - context["after"]
    return f"{from_minor(minor, code)} {code}" if code and minor is not None else ""


def _known(decision: str) -> Now:
    known: dict[str, Now] = {"act": "act", "approve": "approve", "escalate": "escalate", "refuse": "refuse"}
    return known.get(decision, "unknown")
