"""The demo's business rules and facts: pure functions of what was read from systems of record, never of a model.

Rules compute (entry point group `cxready.rules`), facts answer yes or no (`cxready.facts`). Money is text in major
units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from assess.demo.use_cases.rules import RULES as USE_CASE_RULES
from assess.demo.world import PLANS

Record = Mapping[str, Any]
CENT = Decimal("0.01")


def prorated_credit(usage: Record, logging: Record, contract: Record, charge_id: str) -> dict[str, Any]:
    """The share of a flat data charge that falls into hours in which the usage logger recorded nothing.

    amount = charge × hours without logging inside the charge's window ÷ hours of the window, rounded half up to cents.
    Sessions that were recorded all the same are taken out of the gap. Nothing is credited where the contract allows
    billing of unrecorded usage, or where charge and contract do not belong together.

    Args:
        usage: answer of usage.getUsage; logging: of usage.getLoggingStatus; contract: of crm.getContract.
        charge_id: the charge that the customer disputes.

    Returns:
        amount ("12.40"), currency, gap_hours, window_hours (numbers as text), reason, explanation.
    """
    charge = next((c for c in _listed(usage, "charges") if c["charge_id"] == charge_id), None)
    if charge is None or charge["kind"] != "flat_fallback":
        return _no_credit("There is no flat data charge with this number on the account.")
    if charge["contract_id"] != contract["contract_id"]:
        return _no_credit("The charge belongs to another contract.", charge)
    if contract.get("unrecorded_usage") != "not_billable":
        return _no_credit("The contract allows billing of usage that was not recorded.", charge)
    start, end = instant(charge["from"]), instant(charge["to"])
    gap, window = _gap(usage, logging, start, end), end - start
    if gap <= timedelta(0):
        return _no_credit("Usage was recorded during the whole time of the charge.", charge)
    amount = (Decimal(str(charge["amount"])) * _hours(gap) / _hours(window)).quantize(CENT, ROUND_HALF_UP)
    return {
        "amount": str(amount),
        "currency": charge["currency"],
        "gap_hours": _plain(_hours(gap)),
        "window_hours": _plain(_hours(window)),
        "reason": "unrecorded usage",
        "charged": str(charge["amount"]),
        "explanation": f"{_plain(_hours(gap))} of {_plain(_hours(window))} hours of charge {charge_id} "
        f"({charge['amount']} {charge['currency']}) had no usage logging.",
    }


def open_charges(usage: Record) -> list[str]:
    """Numbers of the flat data charges of the billing month: what a customer may mean by "this charge"."""
    return [str(charge["charge_id"]) for charge in _listed(usage, "charges") if charge["kind"] == "flat_fallback"]


def correction_message(credit: Record, contract: Record, charge_id: str, credit_id: str) -> dict[str, str]:
    """Subject, text and CRM note of a correction: every figure comes from the computed credit."""
    amount = f"{credit['amount']} {credit['currency']}"
    text = (
        f"We have corrected charge {charge_id} on your contract {contract['contract_id']}.\n\n"
        f"You were charged {credit['charged']} {credit['currency']} at a flat rate for "
        f"{credit['window_hours']} hours. "
        f"For {credit['gap_hours']} of them our usage recording was down, so you owe nothing for that part. "
        f"We have credited {amount} (credit {credit_id}); it appears on your next bill.\n\n"
        "This message was written by a machine. Reply to it if you would like to speak with a person."
    )
    return {
        "subject": f"Your bill: {amount} credited",
        "text": text,
        "note": f"Credit {credit_id}, {amount}, for charge {charge_id}. {credit['explanation']}",
    }


def overpayment(invoices: Sequence[Record]) -> dict[str, Any]:
    """The latest payment that went beyond an invoice's total; amount "0.00" when none did."""
    for invoice in invoices:
        payments = list(invoice["payments"])
        paid = sum((Decimal(str(p["amount"])) for p in payments), Decimal(0))
        too_much = paid - Decimal(str(invoice["total"]))
        if too_much > 0:
            return {
                "amount": str(too_much.quantize(CENT, ROUND_HALF_UP)),
                "currency": invoice["currency"],
                "invoice_id": invoice["invoice_id"],
                "payment_id": payments[-1]["payment_id"],
                "explanation": f"{len(payments)} payments of together {paid} for a total of {invoice['total']}.",
            }
    return {**_no_credit("No invoice was paid more than once."), "invoice_id": "", "payment_id": ""}


def refund_message(refund: Record, refund_id: str) -> dict[str, str]:
    """Subject and text for a refunded overpayment."""
    amount = f"{refund['amount']} {refund['currency']}"
    return {
        "subject": f"Your refund of {amount}",
        "text": f"Invoice {refund['invoice_id']} was paid more than once. We are paying back {amount} "
        f"(refund {refund_id}) to the account that payment {refund['payment_id']} came from.\n\n"
        "This message was written by a machine. Reply to it if you would like to speak with a person.",
    }


def own_orders(customer: Record) -> list[str]:
    """Numbers of the customer's delivered orders."""
    return [str(order["order_id"]) for order in customer["orders"] if order["state"] == "delivered"]


def return_window(customer: Record, contract: Record, order_id: str, today: date | None = None) -> dict[str, Any]:
    """Days that are left to return a device: days_left is 0 or less once the contract's return period is over."""
    order = next((o for o in customer["orders"] if o["order_id"] == order_id), None)
    if order is None:
        return {"days_left": 0, "last_day": "", "device": "", "explanation": "The order is not one of this customer's."}
    last = date.fromisoformat(str(order["delivered"])[:10]) + timedelta(days=int(contract["return_days"]))
    left = (last - (today or datetime.now(UTC).date())).days + 1
    return {
        "days_left": max(left, 0),
        "last_day": last.isoformat(),
        "device": order["device"],
        "explanation": f"Delivered {order['delivered']}, {contract['return_days']} days to return.",
    }


def return_message(window: Record, order_id: str, return_id: str) -> dict[str, str]:
    """Subject and text for a registered return."""
    return {
        "subject": f"Your return {return_id}",
        "text": f"The return of your {window['device']} (order {order_id}) is registered as {return_id}. "
        f"Please hand it in by {window['last_day']}; the label follows by e-mail.\n\n"
        "This message was written by a machine.",
    }


def plan_choice(account: Record, plan: str) -> dict[str, Any]:
    """What a change of plan would mean; `differs` is false for an unknown plan or the present one."""
    known = plan in PLANS
    fee = PLANS.get(plan, "0.00")
    return {
        "plan": plan,
        "differs": known and account["plan"] != plan,
        "monthly_fee": fee,
        "explanation": f"from {account['plan']} to {plan}, {fee} {account['currency']} a month"
        if known
        else f"{plan} is no plan of ours",
    }


def plan_message(change: Record, contract: Record) -> dict[str, str]:
    """Subject and text for a changed plan."""
    return {
        "subject": f"Your new plan {change['plan']}",
        "text": f"Contract {contract['contract_id']} changes {change['explanation']}, "
        "from the next billing month on.\n\n"
        "This message was written by a machine.",
    }


def usage_gap_found(read: Record) -> bool:
    """The usage logger was down inside the window of a flat data charge of this account."""
    usage, logging = read["usage"], read["logging"]
    charges = [c for c in _listed(usage, "charges") if c["kind"] == "flat_fallback"]
    return any(_gap(usage, logging, instant(c["from"]), instant(c["to"])) > timedelta(0) for c in charges)


def contract_active(read: Record) -> bool:
    """The CRM says that the contract is active."""
    return bool(read["contract"]["status"] == "active")


def paid_twice(read: Record) -> bool:
    """Billing shows an invoice with more money paid than its total."""
    return Decimal(overpayment(read["invoices"])["amount"]) > 0


def return_open(read: Record) -> bool:
    """An order of the customer is still within the contract's return period."""
    customer, contract = read["customer"], read["contract"]
    return any(return_window(customer, contract, order)["days_left"] > 0 for order in own_orders(customer))


def instant(value: datetime | str) -> datetime:
    """An instant as systems write it (ISO 8601, Z or offset), in UTC."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value.replace("Z", "+00:00"))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


RULES: dict[str, Callable[..., Any]] = USE_CASE_RULES | {
    rule.__name__: rule
    for rule in (
        prorated_credit, open_charges, correction_message, overpayment, refund_message, own_orders, return_window, return_message,
        plan_choice, plan_message,
    )
}  # fmt: skip
FACTS: dict[str, Callable[[Record], bool]] = {
    fact.__name__: fact for fact in (usage_gap_found, contract_active, paid_twice, return_open)
}


def _gap(usage: Record, logging: Record, start: datetime, end: datetime) -> timedelta:
    """Time inside start–end without logging and without recorded sessions; overlaps are counted once."""
    down = _merged([_cut(o["from"], o["to"], start, end) for o in _listed(logging, "outages")])
    seen = _merged([_cut(s["start"], s["end"], start, end) for s in _listed(usage, "sessions")])
    covered = sum((max(min(b, d) - max(a, c), timedelta(0)) for a, b in down for c, d in seen), timedelta(0))
    return sum((b - a for a, b in down), timedelta(0)) - covered


def _cut(first: Any, last: Any, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    return max(instant(first), start), min(instant(last), end)


def _merged(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for first, last in sorted(span for span in spans if span[0] < span[1]):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _listed(record: Record, name: str) -> list[Record]:
    """A repeated element: absent, one, or many."""
    value = record.get(name)
    return [] if value is None else [value] if isinstance(value, Mapping) else list(value)


def _hours(span: timedelta) -> Decimal:
    return Decimal(int(span.total_seconds())) / 3600


def _plain(hours: Decimal) -> str:
    return f"{hours.quantize(Decimal('0.1')):f}".removesuffix(".0")


def _no_credit(why: str, charge: Record | None = None) -> dict[str, Any]:
    return {
        "amount": "0.00",
        "currency": (charge or {}).get("currency", "EUR"),
        "gap_hours": "0",
        "window_hours": "0",
        "reason": "",
        "charged": str((charge or {}).get("amount", "0.00")),
        "explanation": why,
    }
