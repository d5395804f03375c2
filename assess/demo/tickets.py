"""Two thousand support tickets of three months, drawn with a seed: the export that a ticket system would give.

Layout as in Zendesk's ticket export (Id, Subject, Created at, Via …) with the columns that a contact centre adds. The
subjects are drawn from phrases that people write; nobody real is in it.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from runtime.whole_file import write_text

HEADER = (
    "Id",
    "Subject",
    "Description",
    "Status",
    "Via",
    "Group",
    "Tags",
    "Requester id",
    "Created at",
    "Solved at",
    "Handle minutes",
    "Systems touched",
    "Reopens",
    "Repeat contact",
)
COUNT = 2000
DAYS = 91


@dataclass(frozen=True)
class Kind:
    """One kind of request: its share of all tickets, minutes and systems of a usual case, and how people put it."""

    tag: str
    share: float
    minutes: float
    systems: tuple[int, int]
    group: str
    subjects: tuple[str, ...]


KINDS = (
    Kind(
        "billing-dispute",
        0.345,
        14,
        (3, 5),
        "Billing desk",
        (
            "My bill is wrong",
            "Data charge I do not recognise",
            "Charged for data I did not use",
            "Flat rate data charge on my invoice",
            "I want to dispute a charge on my last bill",
            "Wrong amount on the {month} bill",
            "Please correct my bill",
            "Why was I billed {amount} EUR for data?",
            "Charge {charge} is not mine",
        ),
    ),
    Kind(
        "refund-overpayment",
        0.135,
        11,
        (2, 4),
        "Billing desk",
        (
            "I paid my invoice twice",
            "Double payment of the {month} invoice",
            "Please refund my second payment",
            "Debited two times for the same bill",
            "Paid too much, please send {amount} EUR back",
        ),
    ),
    Kind(
        "device-return",
        0.18,
        9,
        (2, 3),
        "Returns desk",
        (
            "I want to return my phone",
            "Return label for order {order}",
            "How long can I return a tablet?",
            "Sending back the handset, changed my mind",
            "Return of order {order}",
        ),
    ),
    Kind(
        "plan-change",
        0.15,
        8,
        (2, 4),
        "Plans desk",
        (
            "I want to change my plan",
            "Switch me to mobile-l please",
            "Need a plan with more data",
            "Move to a cheaper plan",
            "Downgrade to mobile-s from next month",
        ),
    ),
    Kind(
        "other",
        0.13,
        10,
        (1, 3),
        "General desk",
        (
            "How do I activate an eSIM?",
            "Voicemail does not answer",
            "SIM card is broken",
            "Slow wireless network at home",
            "What does roaming in Switzerland cost?",
            "I am moving house in {month}",
            "Cancel my contract",
            "Reset my password",
            "Keep my number",
        ),
    ),
    Kind(
        "outage", 0.025, 7, (1, 2), "Network desk", ("No network since this morning", "Internet is down in our street")
    ),
    Kind(
        "fraud",
        0.015,
        26,
        (3, 6),
        "Fraud team",
        (
            "Someone ordered a phone in my name",
            "My number was taken over, this is fraud",
            "There is a contract in my name that I never made",
        ),
    ),
    Kind(
        "medical_billing",
        0.008,
        22,
        (2, 4),
        "Care team",
        ("Bill for the line of my dialysis monitor", "Medical alert line was charged wrongly"),
    ),
    Kind(
        "bereavement",
        0.007,
        18,
        (2, 3),
        "Care team",
        ("My father has died, what about his contract?", "My mother passed away, please end her contract"),
    ),
    Kind("vulnerable", 0.005, 20, (1, 3), "Care team", ("I depend on my line and cannot pay this month",)),
)
HOURS = (1, 1, 1, 1, 1, 2, 5, 12, 28, 42, 48, 45, 38, 36, 38, 40, 38, 36, 34, 30, 22, 14, 7, 3)
WEEKDAYS = (1.25, 1.15, 1.05, 1.0, 0.95, 0.5, 0.35)


def write_tickets(path: Path, *, today: date, seed: int = 7, count: int = COUNT) -> None:
    """Write the export as UTF-8 CSV; the same day and seed give the same bytes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows(today=today, seed=seed, count=count))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, text.getvalue())


def rows(*, today: date, seed: int = 7, count: int = COUNT) -> Iterator[tuple[str, ...]]:
    """Tickets in order of creation, the last one on the day before `today`."""
    draw = random.Random(seed)  # noqa: S311 - made-up tickets, no secret
    shares = [kind.share for kind in KINDS]
    moments = sorted(_moment(draw, today) for _ in range(count))
    requesters: dict[str, list[str]] = {}
    for number, created in enumerate(moments, 1):
        kind = draw.choices(KINDS, shares)[0]
        earlier = requesters.setdefault(kind.tag, [])
        repeat = bool(earlier) and draw.random() < 0.14
        requester = draw.choice(earlier[-40:]) if repeat else f"R-{draw.randrange(10**6):06d}"
        earlier.append(requester)
        yield _row(draw, 480_000 + number, kind, created, requester=requester, repeat=repeat)


def _row(
    draw: random.Random, number: int, kind: Kind, created: datetime, *, requester: str, repeat: bool
) -> tuple[str, ...]:
    subject = draw.choice(kind.subjects).format(
        month=(created - timedelta(days=30)).strftime("%B"),
        amount=f"{draw.uniform(4, 140):.2f}",
        order=f"OR-{draw.randrange(10_000, 99_999)}",
        charge=f"CH-{draw.randrange(10_000, 99_999)}-{draw.randint(2, 4)}",
    )
    minutes = max(2.0, draw.lognormvariate(0, 0.4) * kind.minutes)
    solved = created + timedelta(minutes=minutes + draw.expovariate(1 / 300))
    via = draw.choices(("Chat", "Email", "Web form", "Phone"), (38, 27, 15, 20))[0]
    tags = f"{kind.tag} repeat" if repeat else kind.tag
    detail = draw.choice(
        ("Customer waits for an answer.", "Second message attached.", "Customer is friendly.", "Wants a call back.")
    )
    return (
        str(number),
        subject,
        f"{subject}. {detail}",
        "Closed",
        via,
        kind.group,
        tags,
        requester,
        _written(created),
        _written(solved),
        f"{minutes:.1f}",
        str(draw.randint(*kind.systems)),
        str(int(draw.random() < 0.06)),
        "yes" if repeat else "no",
    )


def _moment(draw: random.Random, today: date) -> datetime:
    days = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
    day = draw.choices(days, [WEEKDAYS[d.weekday()] for d in days])[0]
    hour = draw.choices(range(24), HOURS)[0]
    return datetime.combine(day, time(hour, draw.randrange(60), draw.randrange(60)), UTC)


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
