"""Telling people that something waits: at once, before the deadline, and then the deputy as well. Without any customer data.

A notice says workflow, since when, until when, and where to open it: nothing else, since mail and chat are read on
locked screens. Each goes out once; what fails is tried again until the deadline is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from runtime.escalation import answer
from runtime.escalation.destinations.destination import DeliveryFailed, Destination, Message
from runtime.escalation.destinations.smtp import Smtp
from runtime.escalation.form import Handoff
from runtime.escalation.outbox_rows import text_of
from runtime.escalation.routes import EscalationFile
from runtime.storage.database import Connection

Kind = Literal["opened", "reminder", "deputy"]
TITLES: Mapping[Kind, str] = {
    "opened": "A decision waits",
    "reminder": "Reminder: a decision still waits",
    "deputy": "A decision waits and nobody has answered",
}
RETRY_S = 60


@dataclass(frozen=True)
class Notice:
    """`to`: a person's id, or a destination's name with `@` before it."""

    handoff: Handoff
    kind: Kind
    to: str

    @property
    def key(self) -> str:
        return f"{self.handoff.handoff_id}.{self.kind}.{self.to.lstrip('@')}"[:120]


@dataclass(frozen=True)
class Post:
    """What sending needs: destinations by name, addresses from escalation.yaml, keys for personal links."""

    destinations: Mapping[str, Destination]
    escalation: EscalationFile
    keys: Sequence[str]
    titles: Mapping[str, str]  # workflow → its title


def prepare(connection: Connection) -> None:
    """Creates the table; harmless when it is there."""
    connection.execute(
        "create table if not exists notices (key text primary key, handoff_id text not null, kind text not null, recipient"
        " text not null, next_at text not null, sent_at text, error text not null default '')"
    )


def tell(
    connection: Connection,
    waiting: Sequence[Handoff],
    post: Post,
    *,
    approvers: Callable[[Handoff], Sequence[str]],
    now: datetime,
) -> int:
    """Sends every notice that is due about handoffs that nobody has decided; gives how many went out. Safe in several
    processes at once.
    """
    for handoff in waiting:
        with connection:
            for notice in _due(handoff, post.escalation, approvers(handoff), now):
                connection.execute(
                    "insert into notices (key, handoff_id, kind, recipient, next_at) values (?, ?, ?, ?, ?) on conflict (key)"
                    " do nothing",
                    (notice.key, handoff.handoff_id, notice.kind, notice.to, text_of(now)),
                )
    by_id = {handoff.handoff_id: handoff for handoff in waiting}
    return sum(_sent(connection, notice, post, now) for notice in _taken(connection, by_id, now))


def unsent(connection: Connection) -> list[tuple[str, str, str]]:
    """Handoff, kind and error of notices that have not gone out."""
    return connection.execute(
        "select handoff_id, kind, error from notices where sent_at is null and error <> '' order by key"
    ).fetchall()


def text_for(notice: Notice, title: str, link: str, now: datetime) -> Message:
    """The message: built of these parts alone, so that nothing of the customer can be in it."""
    handoff = notice.handoff
    until = handoff.ask.decide_by
    lines = [
        f"{TITLES[notice.kind]}.",
        "",
        f"Workflow: {title}",
        f"Waits since: {handoff.created:%Y-%m-%d %H:%M} UTC ({_age(now - handoff.created)})",
        f"Decide until: {until:%Y-%m-%d %H:%M} UTC ({_age(until - now)} left)" if until else "No deadline.",
        f"Open: {link}" if link else "Open it in your ticket system.",
        "",
        "Opening the link decides nothing. Without an answer nothing is done.",
    ]
    subject = f"{TITLES[notice.kind]}: {title}"
    return Message(notice.key, subject, "\n".join(lines), priority="high" if notice.kind == "deputy" else "normal")


def _due(handoff: Handoff, escalation: EscalationFile, approvers: Sequence[str], now: datetime) -> Iterator[Notice]:
    route, settings, until = escalation.routes.get(handoff.route.id), escalation.answers, handoff.ask.decide_by
    if route is None or (until and now > until):
        return
    told = [*_reached(escalation, approvers), *(f"@{name}" for name in route.notify)]
    yield from (Notice(handoff, "opened", to) for to in told)
    over = (now - handoff.created) / (until - handoff.created) if until and until > handoff.created else 0.0
    if over >= settings.remind_at:
        yield from (Notice(handoff, "reminder", to) for to in told)
    if over >= settings.deputy_at and route.deputy:
        yield Notice(handoff, "deputy", f"@{route.deputy}")


def _reached(escalation: EscalationFile, approvers: Sequence[str]) -> list[str]:
    """Approvers whom we can write to."""
    if not escalation.answers.send_by:
        return []
    return [person for person in approvers if person in escalation.people and escalation.people[person].mail]


def _taken(connection: Connection, waiting: Mapping[str, Handoff], now: datetime) -> Iterator[Notice]:
    """Due notices, each taken by one worker: the time of the next try is moved on before anything is sent."""
    found = connection.execute(
        "select key, handoff_id, kind, recipient from notices where sent_at is null and next_at <= ?", (text_of(now),)
    ).fetchall()
    for key, handoff_id, kind, recipient in found:
        if handoff_id not in waiting:
            continue
        with connection:
            taken = connection.execute(
                "update notices set next_at = ? where key = ? and sent_at is null and next_at <= ?",
                (text_of(now + timedelta(seconds=RETRY_S)), key, text_of(now)),
            ).rowcount
        if taken:
            yield Notice(waiting[handoff_id], kind, recipient)


def _sent(connection: Connection, notice: Notice, post: Post, now: datetime) -> bool:
    error = _try(notice, post, now)
    sets, values = ("sent_at = ?", (text_of(now),)) if not error else ("error = ?", (error[:200],))
    with connection:
        connection.execute(f"update notices set {sets} where key = ?", (*values, notice.key))  # noqa: S608
    return not error


def _try(notice: Notice, post: Post, now: datetime) -> str:
    """Sends one; the reason when it did not go out."""
    settings = post.escalation.answers
    name = notice.to.removeprefix("@") if notice.to.startswith("@") else settings.send_by or ""
    destination = post.destinations.get(name)
    if destination is None:
        return f"the destination {name!r} is not connected"
    title = post.titles.get(notice.handoff.workflow) or notice.handoff.workflow or "a case"
    message = text_for(notice, title, _link(notice, post), now)
    try:
        if notice.to.startswith("@"):
            destination.create(message)
        elif isinstance(destination, Smtp):
            destination.send(message, post.escalation.people[notice.to].mail or "", reply_to=_reply_to(post))
        else:
            return f"answers.send_by: {name} is no destination of kind smtp"
    except DeliveryFailed as failed:
        return "" if failed.doubt else failed.says  # it may have gone out: a notice is not worth a second one
    return ""


def _link(notice: Notice, post: Post) -> str:
    """A person's own link; for teams and chats the address that needs a sign-in."""
    address = post.escalation.answers.address
    if not address or not any(option.effect for option in notice.handoff.ask.options):
        return ""
    if notice.to.startswith("@"):
        return f"{address}/h/{notice.handoff.handoff_id}" if post.escalation.answers.signed_in_header else ""
    return f"{address}/d/{answer.link_token(notice.handoff, answer.CHOOSE, notice.to, post.keys)}"


def _reply_to(post: Post) -> str:
    """Replies are taken where there is a mailbox for them: its user, when that is an address."""
    replies = post.escalation.answers.replies
    return replies.user if replies and replies.user and "@" in replies.user else ""


def _age(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
