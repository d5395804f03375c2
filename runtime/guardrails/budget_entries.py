"""What a budget ledger is asked and answers: a write's amount, the totals before it, its reservation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from runtime.errors import Conflict

SCHEMA = 3
State = Literal["reserved", "committed", "released", "unknown"]


class LedgerMissing(Conflict):
    """There is no ledger where one must be, or it is not one: totals are unknown, so nothing may be paid."""


class Stopped(Conflict):
    """All writes are stopped, for every process and machine that shares the ledger."""


@dataclass(frozen=True)
class Ask:
    """What a write would move. `minor` is never negative; `key` is the idempotency key; `digest` that of the canonical call."""

    key: str
    digest: str
    action: str
    operation: str
    customer: str
    currency: str
    minor: int


@dataclass(frozen=True)
class Totals:
    """Before this write: minor units of the currency, and counts of the action. `equal` is an equal write of the last 24 h under another key."""

    spent_customer: int
    spent_day: int
    count_customer: int
    count_day: int
    equal: str | None = None


@dataclass(frozen=True)
class Reservation:
    """`fresh` is False when the same call was already reserved under the same key: it counts once."""

    id: int
    key: str
    minor: int
    state: State
    fresh: bool = True


class KeyReused(Conflict):
    """The idempotency key was already used for another call."""
