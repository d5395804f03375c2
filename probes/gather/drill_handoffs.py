"""Disposable handoffs for drills: one for each kind of stop, projected from a real decision log of an invented case."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from runtime import decision_log
from runtime.escalation.form import (
    Ask,
    Customer,
    Feeling,
    Handoff,
    Option,
    Reason,
    Recommendation,
    Return,
    RouteTaken,
    StopClass,
)
from runtime.escalation.handoff import project
from runtime.escalation.projection import code_of


@dataclass(frozen=True)
class Stop:
    """One situation: why the agent stopped, what is asked, what it had found."""

    stop: StopClass
    rule: str
    why: str
    question: str
    problem: str
    quote: str
    facts: dict[str, Any]
    last: tuple[str, str]  # decision, effect of the last step
    recommended: str
    because: str
    mood: tuple[str, ...] = ()


STOPS = (
    Stop(
        "limit",
        "issue_credit.limits.each",
        "74.50 EUR is above the agent's limit of 50.00 EUR",
        "Approve or refuse a credit of 74.50 EUR on the test account?",
        "Roaming was charged twice on the May invoice.",
        "You charged me twice for the same trip.",
        {"sessions_on_13_may": 0, "charged_twice": True},
        ("escalate", "not_done"),
        "approve",
        "the second charge has no recorded session",
    ),
    Stop(
        "asked_for_human",
        "escalate_when.asks_for_human",
        "the customer asked for a person in the first message",
        "Take over and answer today: which of the two open invoices is 20.00 EUR too high?",
        "The customer disputes one of two open invoices.",
        "I want to talk to a real person.",
        {"open_invoices": 2, "difference": "20.00 EUR"},
        ("escalate", "not_done"),
        "take_over",
        "two invoices are open and only one is disputed",
    ),
    Stop(
        "high_stakes",
        "high_stakes.fraud",
        "the message reports a purchase that the customer did not make, and such cases are never handled by the agent",
        "Take over at once: block the SIM ordered on 12 May?",
        "A second SIM was ordered on 12 May; the customer says it was not them.",
        "I never ordered this SIM!",
        {"sim_orders_in_may": 1, "delivery_address_changed": True},
        ("escalate", "not_done"),
        "approve",
        "the delivery address was changed one day before the order",
    ),
    Stop(
        "frustration",
        "escalate_when.frustration_at_least",
        "frustration is 0.78 and the limit is 0.60",
        "Approve or refuse a callback today before 17:00?",
        "The router was replaced twice and still drops the line.",
        "This is the third time I explain this!!",
        {"replacements": 2, "contacts_in_14_days": 3},
        ("escalate", "not_done"),
        "approve",
        "three contacts in 14 days and two replaced routers",
        ("says it repeats", "third contact in 14 days"),
    ),
    Stop(
        "tool_fault",
        "systems.billing",
        "billing did not answer three times between 10:02 and 10:05",
        "Approve or refuse sending the corrected invoice of 31.20 EUR by hand?",
        "The customer waits for a corrected May invoice.",
        "Where is my corrected invoice?",
        {"invoice_total": "31.20 EUR", "expected_total": "24.80 EUR"},
        ("act", "failed"),
        "approve",
        "usage and contract agree on 24.80 EUR",
    ),
    Stop(
        "unknown_effect",
        "exactly_once.unknown",
        "the answer to a credit of 12.40 EUR was lost, and billing cannot be searched for it",
        "Check whether the credit of 12.40 EUR was booked, then approve or refuse booking it?",
        "A prorated credit for 3 days without logging.",
        "Please correct my bill.",
        {"days_without_logging": 3, "credit_due": "12.40 EUR"},
        ("act", "unknown"),
        "approve",
        "the usage log has a gap of 3 days",
    ),
    Stop(
        "conflict",
        "knowledge.no_conflicts",
        "two articles name 14 and 30 days for returning a device",
        "Approve or refuse a return on day 21?",
        "The device was delivered 21 days ago and shall go back.",
        "I want to send the phone back.",
        {"days_since_delivery": 21, "articles_that_disagree": 2},
        ("escalate", "not_done"),
        "approve",
        "the newer of the two articles says 30 days",
    ),
    Stop(
        "low_confidence",
        "escalate_when.confidence_below",
        "the intent was recognised with 0.41 and the limit is 0.55",
        "Choose: approve a plan change to L for 39.00 EUR, or refuse and ask the customer again?",
        "It is unclear whether the customer wants plan L or a data option.",
        "I need more, as last time.",
        {"plan_today": "M", "asked_last_time": "data option"},
        ("escalate", "not_done"),
        "refuse",
        "the customer bought a data option last time",
    ),
    Stop(
        "restricted_data",
        "restricted_data.card_number",
        "the message held a card number, which was masked and not kept",
        "Take over and answer today: which way may the customer pay 18.90 EUR?",
        "The customer wants to pay an open bill of 18.90 EUR by card in the chat.",
        "Just take it from my card.",
        {"open_amount": "18.90 EUR", "direct_debit": False},
        ("escalate", "not_done"),
        "approve",
        "the bill is open and nothing was paid",
    ),
)


def handoff_of(
    stop: Stop, *, reference: str, route: str, queue: str, budget_s: int, operation: str, read: str, now: datetime
) -> Handoff:
    """The handoff of one situation; every fact and effect comes out of rows of a decision log that is written here.

    Args:
        reference: our own text; part of the key, so that the record can be found after a crash.
        operation: `system.operation` that the case wanted to write.
        read: `system.operation` that it had read.
    """
    rows = _log(stop, reference, operation, read, now)
    options = (
        Option(id="approve", says="do it", effect=f"sha256:{stop.stop}"),
        Option(id="refuse", says="do nothing", effect=None),
    )
    return project(
        rows,
        handoff_id=reference,
        ask=Ask(
            question=stop.question,
            options=options,
            decide_by=now + timedelta(seconds=budget_s),
            if_no_answer="the customer is told that the answer comes tomorrow; nothing is done",
        ),
        why=Reason(rule=stop.rule, class_=stop.stop, text=stop.why),
        customer=Customer(
            ref="test-customer",
            display="Test customer",
            language="en",
            waiting_since=now - timedelta(minutes=9),
            channel="chat",
            reach="e-mail",
            mood=Feeling(z=0.78 if stop.mood else 0.0, because=stop.mood),
        ),
        route=RouteTaken(id=route, queue=queue, budget_s=budget_s),
        created=now,
        workflow="drill",
        problem=stop.problem,
        quote=stop.quote,
        recommended=Recommendation(
            option=stop.recommended, because=stop.because, if_then="if the customer disagrees, open a complaint"
        ),
        severity="urgent" if stop.stop in ("high_stakes", "unknown_effect") else "normal",
        return_=Return(ways=("link", "ticket_field", "reply"), code=code_of(reference)),
        writes=frozenset({operation}),
        test=True,
    )


def _log(stop: Stop, reference: str, operation: str, read: str, now: datetime) -> list[decision_log.Entry]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    decision_log.prepare(connection)
    decision, effect = stop.last
    entries = (
        decision_log.Entry(
            run=reference,
            step=f"01 {read}",
            operation=read,
            effect="read",
            detail={"facts": stop.facts},
            at=(now - timedelta(minutes=2)).isoformat(),
        ),
        decision_log.Entry(
            run=reference,
            step=f"02 {operation}",
            operation=operation,
            decision=decision,
            effect=effect,
            at=(now - timedelta(minutes=1)).isoformat(),
        ),
    )
    for entry in entries:
        decision_log.append(connection, entry)
    found = decision_log.rows(connection, reference)
    connection.close()
    return found


__all__ = ["STOPS", "Stop", "handoff_of"]
