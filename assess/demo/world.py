"""Northwind Telecom's records: customers, contracts, invoices, charges, usage sessions and the logger's outages.

The named customers stand in `templates/demo/world/customers.json`, days counted in the billing month (the calendar
month before `today`); some more are added by a seeded draw so that lists have pages. Amounts are EUR text, times UTC.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

Record = dict[str, Any]
PLANS = {"mobile-s": "14.99", "mobile-m": "24.99", "mobile-l": "39.99", "home-100": "34.99", "business-flex": "59.99"}
ADDED = 48
OUTAGE = (13.25, 18.25)
"""Days of the billing month between which the usage logger recorded nothing: 120 hours from the 13th, 06:00."""


@dataclass
class World:
    """Everything that the systems start from; each system copies what it owns."""

    month: date
    customers: list[Record] = field(default_factory=list)
    contracts: dict[str, Record] = field(default_factory=dict)
    interactions: dict[str, list[Record]] = field(default_factory=dict)
    invoices: list[Record] = field(default_factory=list)
    charges: list[Record] = field(default_factory=list)
    sessions: dict[str, list[Record]] = field(default_factory=dict)
    outages: list[Record] = field(default_factory=list)
    past_tickets: list[Record] = field(default_factory=list)
    past_messages: list[Record] = field(default_factory=list)

    def at(self, day: float) -> str:
        """The instant at `day` of the billing month (1.5 is the 1st at noon), ISO 8601 with Z."""
        start = datetime.combine(self.month, time(), UTC)
        return (start + timedelta(days=day - 1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def end(self) -> str:
        return datetime.combine(next_month(self.month), time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def build(data: Path, today: date, seed: int = 20) -> World:
    """The world as of `today`, from the folder that holds `world/customers.json`."""
    first = today.replace(day=1)
    world = World(month=(first - timedelta(days=1)).replace(day=1))
    named = json.loads((data / "world" / "customers.json").read_text(encoding="utf-8"))
    world.outages.append({"from": world.at(OUTAGE[0]), "to": world.at(OUTAGE[1]), "reason": "usage logger down"})
    draw = random.Random(seed)  # noqa: S311 - made-up customers, no secret
    for person in [*named, *(_added(draw, number) for number in range(ADDED))]:
        _add(world, person, today, draw)
    _add_past(world)
    return world


def next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _add(world: World, person: Record, today: date, draw: random.Random) -> None:
    account = person["account_id"]
    contract_id = f"CT-{account[2:]}"
    delivered = (today - timedelta(days=person.get("device_days", 200))).isoformat()
    world.customers.append(
        {
            "id": f"CU-{account[2:]}",
            "account_id": account,
            "name": person["name"],
            "email": person["email"],
            "phone": person["phone"],
            "date_of_birth": person["date_of_birth"],
            "language": person.get("language", "en"),
            "contract_id": contract_id,
            "orders": [
                {
                    "order_id": f"OR-{account[2:]}",
                    "device": person.get("device", "handset"),
                    "delivered": delivered,
                    "state": "delivered",
                }
            ],
        }
    )
    world.contracts[account] = {
        "contract_id": contract_id,
        "account_id": account,
        "plan": person["plan"],
        "status": person.get("status", "active"),
        "start": (world.month - timedelta(days=400)).isoformat(),
        "end": None,
        "currency": "EUR",
        "unrecorded_usage": "not_billable",
        "return_days": 14,
        "channel": person.get("bought", "online"),
    }
    world.interactions[account] = [
        {"id": f"IN-{account[2:]}-{n}", "channel": channel, "at": world.at(day), "summary": summary}
        for n, (channel, day, summary) in enumerate(person.get("history", _history(draw)), 1)
    ]
    _add_billing(world, person, account, contract_id)
    _add_sessions(world, account, contract_id, draw)


def _history(draw: random.Random) -> list[tuple[str, int, str]]:
    topics = ["Asked about roaming", "Reported slow data", "Asked for an invoice copy", "Changed the address"]
    channels = draw.sample(["phone", "email", "chat"], 2)
    return [(channel, day, draw.choice(topics)) for channel, day in zip(channels, (4, 19), strict=True)]


def _add_billing(world: World, person: Record, account: str, contract_id: str) -> None:
    invoice_id = f"INV-{account[2:]}"
    plan_fee = Decimal(PLANS[person["plan"]])
    lines: list[Record] = [
        {
            "kind": "plan_fee",
            "amount": str(plan_fee),
            "from": world.at(1),
            "to": world.end,
            "text": f"Plan {person['plan']}",
        }
    ]
    lines += [
        {
            "kind": extra["kind"],
            "amount": extra["amount"],
            "from": world.at(extra["days"][0]),
            "to": world.at(extra["days"][1]),
            "text": extra["text"],
        }
        for extra in person.get("charges", [])
    ]
    for number, line in enumerate(lines, 1):
        world.charges.append(
            {
                "charge_id": f"CH-{account[2:]}-{number}",
                "account_id": account,
                "invoice_id": invoice_id,
                "contract_id": contract_id,
                "currency": "EUR",
                **line,
            }
        )
    total = sum((Decimal(line["amount"]) for line in lines), Decimal("0.00"))
    paid = [
        {"payment_id": f"PAY-{account[2:]}-{n}", "amount": str(total), "at": world.at(20 + n)}
        for n in range(1, person.get("payments", 1) + 1)
    ]
    world.invoices.append(
        {
            "invoice_id": invoice_id,
            "account_id": account,
            "contract_id": contract_id,
            "from": world.at(1),
            "to": world.end,
            "total": str(total),
            "currency": "EUR",
            "payments": paid,
        }
    )


def _add_sessions(world: World, account: str, contract_id: str, draw: random.Random) -> None:
    down_from, down_to = OUTAGE
    days = [1 + number * 1.5 + draw.random() * 0.4 for number in range(18)]
    world.sessions[account] = [
        {
            "start": world.at(day),
            "end": world.at(day + 0.08),
            "megabytes": f"{draw.uniform(20, 900):.1f}",
            "contract_id": contract_id,
        }
        for day in days
        if not down_from <= day + 0.08 or day >= down_to
    ]


def _add_past(world: World) -> None:
    """Closed tickets and archived messages of the billing month, one of each for every customer."""
    for number, customer in enumerate(world.customers, 1):
        account, at = customer["account_id"], world.at(1 + number * 0.4)
        said = {"account_id": account, "subject": f"Invoice copy for {account}"}
        world.past_tickets.append(
            {
                "id": f"TK-{100 + number}",
                **said,
                "body": "Asked for a copy of the invoice; sent.",
                "queue": "billing-desk",
                "priority": "low",
                "handoff_key": "",
                "context": {},
                "status": "closed",
                "decision": None,
                "decided_by": None,
                "created_at": at,
                "created_by": "ticketing-desk",
            }
        )
        world.past_messages.append(
            {
                "id": f"MS-{100 + number}",
                **said,
                "to": f"{customer['email'][0]}***@example.com",
                "status": "archived",
                "text": "Here is the copy of your invoice.",
                "reference": f"past-{number}",
                "at": at,
            }
        )


def _added(draw: random.Random, number: int) -> Record:
    first = draw.choice(
        ["Anna", "Ben", "Clara", "David", "Eva", "Felix", "Greta", "Hugo", "Ida", "Karl", "Lena", "Paul"]
    )
    last = draw.choice(["Albers", "Bergmann", "Conrad", "Dietz", "Engel", "Faber", "Graf", "Haas", "Jansen", "Kurz"])
    return {
        "account_id": f"A-{20001 + number}",
        "name": f"{first} {last}",
        "email": f"{first}.{last}{number}@example.com".lower(),
        "phone": f"+49301555{number:04d}",
        "date_of_birth": f"{draw.randint(1950, 2004)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}",
        "plan": draw.choice(list(PLANS)),
    }
