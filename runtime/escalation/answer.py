"""The way back: a typed decision by signed link, ticket field or own line of a reply; the first one wins, wrong ones
do nothing.

A decision is bound to the digest of the action that it is about, to a person and to a deadline. Looking at a link
changes nothing (mail scanners fetch links); only a POST decides. Free text never decides.
"""

from __future__ import annotations

import hashlib
import secrets as randomness
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from runtime.escalation.destinations.destination import Held
from runtime.escalation.form import Handoff
from runtime.escalation.reply_lines import option_of, options_in
from runtime.escalation.signed_link import opened, serializer
from runtime.storage.database import Connection

Way = Literal["link", "ticket_field", "reply", "console"]
CHOOSE = "*"


@dataclass(frozen=True)
class Rules:
    """Who may decide. `approvers` empty: nobody may; `agents` are ids of machine credentials, which never may."""

    approvers: frozenset[str]
    agents: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """`accepted` only for the one decision that counts; `why` is written for the person who tried."""

    accepted: bool
    why: str
    option: str = ""
    person: str = ""


def prepare(connection: Connection) -> None:
    """Creates the table; the primary key is what makes the first decision win."""
    connection.execute(
        "create table if not exists decisions (handoff_id text primary key, option text not null, person text not null,"
        " way text not null, action_digest text not null, at text not null, token text not null default '')"
    )


def link_token(handoff: Handoff, option: str, person: str, keys: Sequence[str]) -> str:
    """A signed token for one person and one option.

    Args:
        option: an option's id; `CHOOSE` leaves the choice to the page that the link opens.
        keys: signing keys, the newest last; older ones still verify (rotation).
    """
    payload = {
        "h": handoff.handoff_id,
        "d": handoff.action_digest(),
        "o": option,
        "p": person,
        "j": randomness.token_urlsafe(9),
    }
    return str(serializer(keys).dumps(payload))


def look(token: str, handoff: Handoff, keys: Sequence[str], *, now: datetime) -> Verdict:
    """What a GET shows: whether this link could decide, and what. Changes nothing."""
    payload = opened(token, keys, now)
    if isinstance(payload, str):
        return Verdict(False, payload)
    if payload["h"] != handoff.handoff_id or payload["d"] != handoff.action_digest():
        return Verdict(False, "this link is about an action that has changed since")
    return Verdict(True, "press the button to decide", str(payload["o"]), str(payload["p"]))


def handoff_of_link(token: str, keys: Sequence[str], *, now: datetime) -> str:
    """The handoff that a link is about; empty when it is none of ours or too old."""
    payload = opened(token, keys, now)
    return "" if isinstance(payload, str) else str(payload["h"])


def decide_by_link(
    connection: Connection,
    token: str,
    handoff: Handoff,
    keys: Sequence[str],
    rules: Rules,
    *,
    now: datetime,
    method: str = "POST",
    signed_in: str = "",
    option: str = "",
) -> Verdict:
    """Decides by a link's token.

    Args:
        option: pressed on the page, where the link leaves the choice open.
        handoff: as it stands now; a changed action has another digest and the link no longer fits.
        method: of the HTTP request; anything but POST only looks.
        signed_in: who pressed the button, where there is a login; must be the person of the link.
    """
    seen = look(token, handoff, keys, now=now)
    if not seen.accepted or method.upper() != "POST":
        return Verdict(False, seen.why, seen.option, seen.person)
    if signed_in and signed_in != seen.person:
        return Verdict(False, "this link is for another person")
    chosen = option if seen.option == CHOOSE else seen.option
    return _decide(connection, handoff, chosen, seen.person, "link", rules, now, token=token)


def decide_by_field(connection: Connection, held: Held, handoff: Handoff, rules: Rules, *, now: datetime) -> Verdict:
    """Decides by the ticket's decision field; status and comments never decide.

    The ticket must carry the handoff's key. What is set free is bound by the handoff's own digest, so a text that
    somebody rewrote in the ticket changes nothing.
    """
    if held.key != handoff.handoff_id:
        return Verdict(False, "the ticket does not carry this handoff's key")
    option = option_of(held.decision, handoff)
    if not option:
        return Verdict(
            False, "the decision field is empty" if not held.decision else f"{held.decision!r} is none of the options"
        )
    if not held.decided_by:
        return Verdict(False, "the ticket does not say who decided")
    if held.decided_by == held.made_by:
        return Verdict(False, "the credential that wrote the ticket never decides")
    return _decide(connection, handoff, option, held.decided_by, "ticket_field", rules, now)


def decide_by_reply(
    connection: Connection,
    text: str,
    sender: str,
    handoff: Handoff,
    rules: Rules,
    *,
    now: datetime,
    authenticated: bool,
    headers: Mapping[str, str] | None = None,
) -> Verdict:
    """Decides by an own line `APPROVE <code>` of a mail reply, outside all quoted text.

    Args:
        authenticated: the mail passed DMARC, or came through an authenticated relay.
        headers: of the mail; an automatic answer (RFC 3834, Auto-Submitted) never decides.
    """
    automatic = {name.lower(): value.lower() for name, value in (headers or {}).items()}
    if automatic.get("auto-submitted", "no") != "no" or "x-autoreply" in automatic:
        return Verdict(False, "an automatic answer decides nothing")
    if not authenticated:
        return Verdict(False, "the sender is not authenticated")
    options = options_in(text, handoff)
    if len(options) != 1:
        return Verdict(False, "no own line with the code" if not options else "two different decisions in one reply")
    return _decide(connection, handoff, options.pop(), sender, "reply", rules, now)


def decide_in_console(
    connection: Connection,
    option: str,
    person: str,
    handoff: Handoff,
    action_digest: str,
    rules: Rules,
    *,
    now: datetime,
) -> Verdict:
    """Decides for a person who is signed in; `action_digest` is of the action that the page showed."""
    if action_digest != handoff.action_digest():
        return Verdict(False, "the action has changed since the page was shown")
    return _decide(connection, handoff, option, person, "console", rules, now)


def decision_of(connection: Connection, handoff_id: str) -> dict[str, Any] | None:
    """The decision that counts, or None while there is none."""
    row = connection.execute(
        "select option, person, way, action_digest, at from decisions where handoff_id = ?", (handoff_id,)
    ).fetchone()
    return dict(zip(("option", "person", "way", "action_digest", "at"), row, strict=True)) if row else None


def _decide(
    connection: Connection,
    handoff: Handoff,
    option: str,
    person: str,
    way: Way,
    rules: Rules,
    now: datetime,
    token: str = "",
) -> Verdict:
    refusal = _refusal(handoff, option, person, way, rules, now)
    if refusal:
        return Verdict(False, refusal)
    hashed = hashlib.sha256(token.encode()).hexdigest() if token else ""
    values = (handoff.handoff_id, option, person, way, handoff.action_digest(), now.astimezone(UTC).isoformat(), hashed)
    with connection:
        cursor = connection.execute(
            "insert into decisions values (?, ?, ?, ?, ?, ?, ?) on conflict (handoff_id) do nothing", values
        )
    if cursor.rowcount != 1:
        return Verdict(False, "it has been decided already")
    return Verdict(True, "decided", option, person)


def _refusal(handoff: Handoff, option: str, person: str, way: Way, rules: Rules, now: datetime) -> str:
    if person in rules.agents or not person:
        return "an agent's credential never decides"
    if person not in rules.approvers:
        return "this person may not decide here"
    if way not in handoff.return_.ways and way != "console":
        return "this way back is not open for this handoff"
    if option not in {o.id for o in handoff.ask.options}:
        return "this is none of the options"
    if handoff.ask.decide_by and now > handoff.ask.decide_by:
        return "the deadline has passed; nothing was done"
    return ""
