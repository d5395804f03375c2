"""`escalation.yaml`: routes, staff, hours and destinations: who gets a case, when, through what, and who is next."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from runtime.escalation.answer_settings import Answers, Mailbox, Person, Tls
from runtime.systems.settings import Secret
from runtime.written import Strict

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Destination(Strict):
    """Where a handoff is delivered."""

    kind: Literal["ticket", "mail", "smtp", "webhook", "queue"]
    system: str | None = Field(None, description="system of the engagement (kind ticket or mail)")
    connector: str | None = Field(
        None, description="`generic_rest` (default), `request_tracker`, or an entry point's name"
    )
    queue: str | None = None
    create: str | None = Field(None, description="operation that creates the record")
    find: str | None = Field(None, description="operation that finds it by our key")
    read: str | None = Field(None, description="operation that reads it back")
    close: str | None = None
    comment: str | None = None
    alerts: str | None = Field(None, description="operation that lists who was told about a record")
    to: str | None = None
    url: str | None = Field(None, description="kind webhook: where it is posted to (Standard Webhooks)")
    secret: Secret | None = Field(None, description="kind webhook: signing secret, `whsec_…`")
    receipt: str | None = Field(
        None,
        description="kind webhook: address that tells what arrived, with {key}; without it nothing can be read back",
    )
    server: str | None = Field(None, description="kind smtp: host:port of the submission server")
    tls: Tls = Field("starttls", description="kind smtp: `none` for a server on this machine only")
    user: str | None = Field(None, description="kind smtp")
    password: Secret | None = Field(None, description="kind smtp")
    sender: str | None = Field(None, description="kind smtp: address that it is sent from")
    mailbox: Mailbox | None = Field(
        None, description="kind smtp: mailbox in which it is read back; without it nothing can be read back"
    )
    key_field: str = "handoff_key"


class Hours(Strict):
    days: str = "mon-sun"
    hours: str = "00:00-24:00"
    staff: int = Field(1, ge=0, description="people on duty for this route in these hours")

    @field_validator("days")
    @classmethod
    def _days(cls, value: str) -> str:
        open_days(value)
        return value

    @field_validator("hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        if not re.fullmatch(r"([01]\d|2[0-4]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d", value):
            raise ValueError('write hours like "08:00-18:00"; "22:00-06:00" runs over midnight')
        return value


class Route(Strict):
    workflows: list[str] = Field(default_factory=list)
    categories: list[str] = Field(default_factory=list)
    destination: str
    deputy: str | None = Field(
        None, description="destination that is used when the first one fails or answers too late"
    )
    hours: list[Hours] = Field(default_factory=lambda: [Hours()])
    outside_hours: str | None = Field(None, description="route that takes over outside these hours")
    time_to_human_minutes: int = Field(240, ge=1)
    interface: str | None = Field(None, description="what the person works in, like `Zendesk agent workspace`")
    team: str | None = None
    approvers: list[str] = Field(default_factory=list, description="ids of people who may decide")
    notify: list[str] = Field(
        default_factory=list, description="destinations that are told that something waits; without any customer data"
    )
    sensitive: bool = False


class EscalationFile(Strict):
    format: Literal[1] = 1
    zone: str = "UTC"
    destinations: dict[str, Destination] = Field(default_factory=dict)
    routes: dict[str, Route] = Field(default_factory=dict)
    people: dict[str, Person] = Field(default_factory=dict, description="those who may decide, by id")
    answers: Answers = Field(default_factory=Answers)
    acknowledge: str = Field(
        "A colleague takes over from here and will reply to you.",
        description="what the customer reads when a person takes over",
    )

    def route_of(self, workflow: str, category: str | None = None) -> str | None:
        """A category's own route wins over the workflow's."""
        by_category = next((n for n, r in self.routes.items() if category and category in r.categories), None)
        return by_category or next((n for n, r in self.routes.items() if workflow in r.workflows), None)


def open_days(text: str) -> frozenset[int]:
    """`mon-fri`, `sat,sun` → weekday numbers, Monday 0.

    Raises:
        ValueError: a part is no day of the week.
    """
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if first not in DAYS or (last and last not in DAYS):
            raise ValueError(f"{part.strip()!r} is no day; write mon-fri or sat,sun")
        start, end = DAYS.index(first), DAYS.index(last or first)
        found |= {d % 7 for d in range(start, end + 1 if end >= start else end + 8)}
    return frozenset(found)
