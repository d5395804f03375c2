"""Why a call was not allowed, in the words of the business."""

from __future__ import annotations

from runtime.guardrails.budget_entries import Totals
from runtime.guardrails.cedar import Clause
from runtime.guardrails.money_effect import MoneyEffect
from runtime.money import from_minor


def explain(clause: Clause, action: str, money: MoneyEffect, totals: Totals) -> str:
    """One sentence for one condition that did not hold."""
    moved, limit = money_says(money.minor, money.currency), money_says(clause.bound or 0, money.currency)
    by_kind = {
        "negative": f"{clause.name} is negative; an agent's call never raises what a customer owes that way",
        "currency": f"{money.currency} is not the currency of the limits ({clause.name})",
        "each": f"{moved} is above the limit of {limit} for {action}",
        "customer_per_30_days": f"with {moved} more, {money_says(totals.spent_customer + money.minor, money.currency)} would have gone to this customer in 30 days; "
        f"the limit of {action} is {limit}",
        "all_per_day": f"with {moved} more, {money_says(totals.spent_day + money.minor, money.currency)} would have left in 24 hours; the limit of {action} is {limit}",
        "count_per_customer_per_30_days": f"this customer had {totals.count_customer} of {action} in 30 days; the limit is {clause.bound}",
        "count_per_day": f"there were {totals.count_day} of {action} in 24 hours; the limit is {clause.bound}",
        "fact": clause.says or f'the condition "{clause.name.replace("_", " ")}" could not be confirmed',
        "restricted": "the call carries restricted data",
        "mode": f"{action} needs a person's approval",
    }
    return by_kind.get(clause.kind, f"the guardrails do not allow it as {action}")


def equal_says(money: MoneyEffect) -> str:
    return f"an equal write of {money_says(money.minor, money.currency)} for this customer went out within 24 hours; a person decides whether this one is meant"


def why_approve(high_stakes: bool, action: str) -> str:
    return (
        "a case of this kind is never closed by a machine alone"
        if high_stakes
        else f"a person approves each {action.replace('_', ' ')}"
    )


def money_says(minor: int, currency: str) -> str:
    """`1240, "EUR"` → `12.40 EUR`."""
    return f"{from_minor(minor, currency)} {currency}"
