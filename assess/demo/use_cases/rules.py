"""Business rules of the use cases: pure functions of what was read from systems of record. Money is text in major units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Record = Mapping[str, Any]
CENT = Decimal("0.01")
BY_MACHINE = "\n\nThis message was written by a machine. Reply to it if you would like to speak with a person."
SDKS = {"python": "Python SDK", "typescript": "TypeScript SDK", "java": "Java SDK", "go": "Go module"}
OTHER_REGION = {"eu-west": "eu-north", "eu-north": "eu-west", "eu-south": "eu-north"}


def returnable_orders(found: Sequence[Record]) -> list[str]:
    """Numbers of the delivered orders: what a customer may mean by "my order"."""
    return [str(order["order_id"]) for order in found if order["state"] == "delivered"]


def return_terms(order: Record, payment: Record, account_id: str, today: date | None = None) -> dict[str, Any]:
    """What is paid back for an order, and how many days are left; none for somebody else's order."""
    if order["account_id"] != account_id or payment["account_id"] != account_id:
        return {
            "days_left": 0,
            "amount": "0.00",
            "currency": order["currency"],
            "explanation": "The order is another customer's.",
        }
    last = date.fromisoformat(order["delivered"]) + timedelta(days=int(order["return_days"]))
    left = (last - (today or datetime.now(UTC).date())).days + 1
    paid = min(Decimal(str(order["total"])), Decimal(str(payment["amount"])))
    return {
        "days_left": max(left, 0),
        "last_day": last.isoformat(),
        "amount": str(paid),
        "currency": order["currency"],
        "explanation": f"Delivered {order['delivered']}, {order['return_days']} days to return.",
    }


def returned_message(order: Record, terms: Record, payment: Record, label_id: str, refund_id: str) -> dict[str, str]:
    """Subject and text for a return."""
    amount = f"{terms['amount']} {terms['currency']}"
    text = (
        f"Please send {order['item']} (order {order['order_id']}) back with label {label_id}, by {terms['last_day']}. "
        f"We are paying {amount} to {payment['method']} (refund {refund_id})."
    )
    return {"subject": f"Your return, {amount}", "text": text + BY_MACHINE}


def own_projects(listed: Sequence[Record]) -> list[str]:
    """Numbers of the customer's projects."""
    return [str(project["project_id"]) for project in listed]


def connection_plan(stack: Record, account: Record) -> dict[str, Any]:
    """What a project needs to connect: library, kind of credential, region, and the region to go to when that one is full."""
    sdk, own = SDKS.get(str(stack["language"])), stack["account_id"] == account["account_id"]
    why = "The project is another customer's." if not own else f"There is no library for {stack['language']}."
    return {
        "is_supported": own and sdk is not None,
        "sdk": sdk or "",
        "kind": "client" if stack["framework"] in ("next", "none") else "server",
        "region": stack["region"],
        "other_region": OTHER_REGION.get(str(stack["region"]), "eu-north"),
        "scopes": list(stack["needs"]),
        "explanation": f"{stack['language']} with {stack['framework']}" if own and sdk else why,
    }


def connected_message(setup: Record, stack: Record, credential_id: str, region: str) -> dict[str, str]:
    """Subject and text for a provisioned credential; its secret stands in no message."""
    text = (
        f"Project {stack['project_id']} ({setup['explanation']}) can connect: install the {setup['sdk']}, choose region {region}, "
        f"and use credential {credential_id} ({', '.join(setup['scopes'])}). Your console shows its secret once."
    )
    return {"subject": f"Project {stack['project_id']} is ready to connect", "text": text + BY_MACHINE}


def appeasement(account: Record, incidents: Sequence[Record]) -> dict[str, Any]:
    """A day's fee for every day without a connection, a tenth more for each full year of the contract; 0.00 without an incident."""
    hours = sum(int(incident["hours_down"]) for incident in incidents)
    daily = Decimal(str(account["fee"])) / 30
    amount = daily * Decimal(hours) / 24 * (1 + Decimal(int(account["months"]) // 12) / 10)
    return {
        "amount": str(amount.quantize(CENT, ROUND_HALF_UP)),
        "currency": account["currency"],
        "hours_down": hours,
        "month": max((str(incident["on"])[:7] for incident in incidents), default=""),
        "reason": f"{hours} hours without a connection",
        "explanation": f"{hours} hours without a connection in {len(incidents)} incidents."
        if hours
        else "The systems show no incident.",
    }


def appeased_message(offer: Record, credit_id: str) -> dict[str, str]:
    """Subject and text for a goodwill credit."""
    amount = f"{offer['amount']} {offer['currency']}"
    text = f"Your line was down for {offer['hours_down']} hours. We are sorry. We have credited {amount} (credit {credit_id})."
    return {"subject": f"We have credited {amount}", "text": text + BY_MACHINE}


def double_bookings(payments: Sequence[Record]) -> list[str]:
    """The later one of each two equal payments: same shop, amount and day."""
    seen: set[tuple[str, str, str]] = set()
    found = []
    for payment in sorted(payments, key=lambda p: str(p["payment_id"])):
        what = (str(payment["shop"]), str(payment["amount"]), str(payment["on"]))
        if what in seen:
            found.append(str(payment["payment_id"]))
        seen.add(what)
    return found


def dispute_ground(payments: Sequence[Record], payment: Record, account_id: str) -> dict[str, Any]:
    """Whether the disputed payment is one of two equal ones of this customer."""
    is_own = payment["account_id"] == account_id
    is_double = is_own and str(payment["payment_id"]) in double_bookings(payments)
    why = f"{payment['shop']} booked it once." if is_own else "The payment is another customer's."
    return {
        "is_double": is_double,
        "amount": str(payment["amount"]),
        "currency": payment["currency"],
        "reason": "booked twice",
        "explanation": f"{payment['shop']} booked {payment['amount']} {payment['currency']} twice on {payment['on']}."
        if is_double
        else why,
    }


def disputed_message(ground: Record, payment_id: str, dispute_id: str, booking_id: str) -> dict[str, str]:
    """Subject and text for an open dispute."""
    amount = f"{ground['amount']} {ground['currency']}"
    text = f"{ground['explanation']} Dispute {dispute_id} about payment {payment_id} is open; {amount} are credited until it is decided (booking {booking_id})."
    return {"subject": f"Your dispute {dispute_id}", "text": text + BY_MACHINE}


def own_appointments(booked: Sequence[Record]) -> list[str]:
    """Numbers of the appointments that are still open."""
    return [str(appointment["appointment_id"]) for appointment in booked if appointment["state"] == "booked"]


def movability(appointment: Record, account_id: str, now: datetime | None = None) -> dict[str, Any]:
    """An appointment may be moved by its own patient until 24 hours before."""
    at = datetime.fromisoformat(str(appointment["at"]))
    in_time = at - (now or datetime.now()) > timedelta(hours=24)
    is_own = appointment["account_id"] == account_id
    why = "It begins in less than 24 hours." if is_own else "The appointment is another person's."
    return {"is_possible": is_own and in_time, "from": _spoken(at), "explanation": "" if is_own and in_time else why}


def first_slot(slots: Sequence[Record]) -> dict[str, str]:
    """The earliest free time of a day; empty when there is none."""
    free = sorted((slot for slot in slots if slot["state"] == "free"), key=lambda slot: str(slot["at"]))
    if not free:
        return {"slot_id": "", "at": "", "says": "", "explanation": "There is no free time on that day."}
    at = datetime.fromisoformat(str(free[0]["at"]))
    return {"slot_id": str(free[0]["slot_id"]), "at": str(free[0]["at"]), "says": _spoken(at), "explanation": ""}


def moved_message(appointment: Record, slot: Record) -> dict[str, str]:
    """Subject and text for a moved appointment: no word about why somebody comes."""
    text = f"Your appointment {appointment['appointment_id']} ({appointment['department']}) is now on {slot['says']}."
    return {"subject": "Your appointment was moved", "text": text + BY_MACHINE}


RULES: dict[str, Callable[..., Any]] = {
    rule.__name__: rule
    for rule in (
        returnable_orders, return_terms, returned_message, own_projects, connection_plan, connected_message, appeasement,
        appeased_message, double_bookings, dispute_ground, disputed_message, own_appointments, movability, first_slot, moved_message,
    )
}  # fmt: skip


def _spoken(at: datetime) -> str:
    return at.strftime("%Y-%m-%d at %H:%M")
