"""`escalation.yaml`: routes, staff, hours and destinations: who gets a case, when, through what, and who is next."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field, field_validator, model_validator

from runtime.escalation.answer_settings import Answers, Mailbox, Person, Tls
from runtime.systems.settings import Secret
from runtime.written import Strict

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAYS = 7  # stands for a public holiday beside the weekdays 0–6


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
    words: bool | None = Field(
        None, description="whether customers' own words may go there; default: yes, except to a webhook"
    )
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
    days: str = Field("mon-sun", description="mon-fri, sat,sun; `holidays` for public holidays, where these are named")
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


class Holidays(Strict):
    """On a public holiday only hours whose `days` name `holidays` hold."""

    country: str | None = Field(None, pattern=r"^[A-Z]{2}$", description="ISO 3166-1 code: DE, ES, FR, GB …")
    region: str | None = Field(None, description="the country's subdivision: HE, NW, ENG …")
    also: list[date] = Field(default_factory=list, description="further days off: a staff day, a local feast")
    not_on: list[date] = Field(default_factory=list, description="holidays on which people work")


class Live(Strict):
    """People answer while the customer waits (chat, telephone): who waits too long leaves."""

    answer_within_seconds: int = Field(120, ge=1)
    share: float = Field(0.8, gt=0, lt=1, description="of the customers that are answered in this time")
    patience_minutes: float = Field(5.0, gt=0, description="after which half of the waiting have left, by and large")


class Route(Strict):
    workflows: list[str] = Field(default_factory=list)
    categories: list[str] = Field(default_factory=list)
    languages: list[str] = Field(
        default_factory=list, description="customers' languages that this route is for; empty: all"
    )
    value_from: str | None = Field(
        None, pattern=r"^\d{1,9}(\.\d{1,3})?$", description='only cases about this amount or more: "500.00"'
    )
    language: str = Field("en", description="of the people who decide: handoffs are written in it (de, en, es, fr)")
    destination: str
    deputy: str | None = Field(
        None, description="destination that is used when the first one fails or answers too late"
    )
    hours: list[Hours] = Field(default_factory=lambda: [Hours()])
    outside_hours: str | None = Field(None, description="route that takes over outside these hours")
    time_to_human_minutes: int = Field(240, ge=1)
    live: Live | None = Field(None, description="named where people answer at once; else handoffs wait as tickets")
    interface: str | None = Field(None, description="what the person works in, like `Zendesk agent workspace`")
    team: str | None = None
    approvers: list[str] = Field(default_factory=list, description="ids of people who may decide")
    notify: list[str] = Field(
        default_factory=list, description="destinations that are told that something waits; without any customer data"
    )
    sensitive: bool = False

    def takes(self, language: str, value: Decimal | None) -> bool:
        """Whether a case in this language and about this amount may come here; what is not known excludes nothing."""
        if self.languages and language and language not in self.languages:
            return False
        return self.value_from is None or (value is not None and value >= Decimal(self.value_from))

    def rank(self, language: str) -> tuple[Decimal, bool]:
        """The higher, the more particular: by amount, then for the language; one that is not known goes to the route for all."""
        return Decimal(self.value_from or -1), bool(self.languages) == bool(language)


class Today(Strict):
    """The handoffs that a bot in use today makes; the last 50 of an export are scored."""

    tag: str | None = Field(None, description="tag that such tickets carry in the export; none: every ticket of `file`")
    file: str | None = Field(None, description="export that holds them; default: the tickets of engagement.yaml")

    @model_validator(mode="after")
    def _told_apart(self) -> Today:
        if not self.tag and not self.file:
            raise ValueError("name the `tag` of these tickets, or a `file` that holds nothing else")
        return self


class EscalationFile(Strict):
    format: Literal[1] = 1
    zone: str = "UTC"
    today: Today | None = Field(None, description="handoffs of the bot that is in use; leave away where there is none")
    holidays: Holidays | None = None
    destinations: dict[str, Destination] = Field(default_factory=dict)
    routes: dict[str, Route] = Field(default_factory=dict)
    people: dict[str, Person] = Field(default_factory=dict, description="those who may decide, by id")
    answers: Answers = Field(default_factory=Answers)
    acknowledge: str = Field(
        "A colleague takes over from here and will reply to you.",
        description="what the customer reads when a person takes over",
    )

    def route_of(
        self, workflow: str, category: str | None = None, *, language: str = "", value: Decimal | None = None
    ) -> str | None:
        """The route of a case. A category's own route wins over the workflow's; among several that take the language
        and the amount, the more particular one: with an amount, then with a language, then in the order of the file.
        """
        by_category = [n for n, r in self.routes.items() if category and category in r.categories]
        by_workflow = [n for n, r in self.routes.items() if workflow in r.workflows]
        for named in (by_category, by_workflow):
            taking = [n for n in named if self.routes[n].takes(language, value)]
            if taking:
                return max(taking, key=lambda n: self.routes[n].rank(language))
        return None


def shows_words(escalation: EscalationFile, route: Route) -> bool:
    """Whether a route's handoffs may hold the customer's own words: by default not where a webhook may get them."""
    places = [escalation.destinations.get(name or "") for name in (route.destination, route.deputy)]
    return all(place.words if place.words is not None else place.kind != "webhook" for place in places if place)


def open_days(text: str) -> frozenset[int]:
    """`mon-fri`, `sat,sun` → weekday numbers, Monday 0; `holidays` → 7.

    Raises:
        ValueError: a part is no day of the week.
    """
    found: set[int] = set()
    for part in text.split(","):
        if part.strip() == "holidays":
            found.add(HOLIDAYS)
            continue
        first, _, last = part.strip().partition("-")
        if first not in DAYS or (last and last not in DAYS):
            raise ValueError(f"{part.strip()!r} is no day; write mon-fri or sat,sun or holidays")
        start, end = DAYS.index(first), DAYS.index(last or first)
        found |= {d % 7 for d in range(start, end + 1 if end >= start else end + 8)}
    return frozenset(found)
