"""How much of each action's limits is used: what left in the last day against the day's bound, and what was tightened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import Conflict
from runtime.estate import Estate
from runtime.guardrails.budget_entries import Ask, LedgerMissing
from runtime.guardrails.budgets import BudgetLedger, ledger_of
from runtime.guardrails.policy import Action
from runtime.guardrails.tightened import Tightened
from runtime.money import from_minor
from runtime.storage.database import place_of


@dataclass(frozen=True)
class Used:
    """One action in one currency; amounts are text in major units, empty where no limit is set. `day_share` is 0 to 1 or more."""

    action: str
    currency: str
    each: str
    per_customer: str
    per_day: str
    used_today: str
    count_today: int
    day_share: float | None
    tightened: str


def limits_used(estate: Estate, home: Path, environment: Mapping[str, str]) -> list[Used]:
    """Each action of the guardrails, in the order of the file, once a currency."""
    limits = Tightened(place_of(home, environment))
    try:
        ledger: BudgetLedger | None = ledger_of(home, environment)
    except LedgerMissing:
        ledger = None
    try:
        return [
            _used(estate, name, action, currency, ledger, limits)
            for name, action in estate.guardrails.actions.items()
            for currency in _currencies(estate, action)
        ]
    finally:
        if ledger is not None:
            ledger.close()


def _currencies(estate: Estate, action: Action) -> Iterator[str]:
    yield action.limits.currency or estate.currency
    yield from action.limits.also


def _used(
    estate: Estate, name: str, action: Action, currency: str, ledger: BudgetLedger | None, limits: Tightened
) -> Used:
    amounts = action.limits.also.get(currency, action.limits)
    spent, count = _today(ledger, name, action, currency)
    bound = amounts.all_per_day
    tightened = limits.in_force(name) if currency == (action.limits.currency or estate.currency) else {}
    return Used(
        action=name,
        currency=currency,
        each=amounts.each or "",
        per_customer=amounts.customer_per_30_days or "",
        per_day=bound or "",
        used_today=from_minor(spent, currency),
        count_today=count,
        day_share=float(from_minor(spent, currency)) / float(bound) if bound and float(bound) else None,
        tightened=", ".join(f"{which.replace('_', ' ')} {value}" for which, value in tightened.items()),
    )


def _today(ledger: BudgetLedger | None, name: str, action: Action, currency: str) -> tuple[int, int]:
    """Nothing was paid where nothing keeps count: without a ledger no write passes."""
    if ledger is None:
        return 0, 0
    try:
        found = ledger.totals(Ask("look", "look", name, action.operations[0], "", currency, 0))
    except Conflict:
        return 0, 0
    return found.spent_day, found.count_day
