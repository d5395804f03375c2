"""A reply to a notice: whose it is, whether that is certain, which handoff it is about, and what it decides.

Certain means: our own mail gateway wrote `dmarc=pass` for the sender's domain into the first Authentication-Results
header (RFC 8601; RFC 7489). Headers further down came with the mail and prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from runtime.escalation import answer, outbox
from runtime.escalation.form import Handoff
from runtime.escalation.mailbox import ImapMailbox, MailboxFailed, text_of
from runtime.escalation.routes import EscalationFile
from runtime.storage.database import Connection

_KEY = re.compile(r"<(h_[0-9a-f]{20})(?:\.[a-z]+(?:\.[^@>\s]{1,80})?)?@[^>\s]{1,190}>")
_DOMAIN = re.compile(r"header\.from=([A-Za-z0-9.-]{1,190})")


@dataclass(frozen=True)
class Taken:
    """A reply that was read: which handoff, and what came of it."""

    handoff: Handoff
    verdict: answer.Verdict


def take_replies(
    connection: Connection,
    mailbox: ImapMailbox,
    escalation: EscalationFile,
    *,
    rules: Callable[[Handoff], answer.Rules],
    now: datetime,
) -> list[Taken]:
    """Reads what nobody has seen yet and marks it as seen afterwards: a reply read twice decides once all the same.

    Raises:
        MailboxFailed: the mailbox does not answer.
    """
    found, numbers = [], []
    for number, mail in mailbox.unseen():
        numbers.append(number)
        row = outbox.row(connection, handoff_named_in(mail))
        if row is not None:
            verdict = decide(connection, mail, row.handoff, escalation, rules(row.handoff), now=now)
            found.append(Taken(row.handoff, verdict))
    mailbox.mark_seen(numbers)
    return found


def decide(
    connection: Connection,
    mail: EmailMessage,
    handoff: Handoff,
    escalation: EscalationFile,
    rules: answer.Rules,
    *,
    now: datetime,
) -> answer.Verdict:
    """What one reply decides."""
    settings = escalation.answers.replies
    sender = address_of(mail)
    person = next((id for id, p in escalation.people.items() if p.mail and p.mail.lower() == sender), "")
    if not person:
        return answer.Verdict(False, "the sender is nobody whom escalation.yaml names")
    is_certain = bool(settings and settings.authserv_id and passed_dmarc(mail, sender, settings.authserv_id))
    headers = {name.lower(): str(value) for name, value in mail.items()}
    return answer.decide_by_reply(
        connection, text_of(mail), person, handoff, rules, now=now, authenticated=is_certain, headers=headers
    )


def handoff_named_in(mail: EmailMessage) -> str:
    """The handoff that a reply answers, from In-Reply-To or References (RFC 5322 section 3.6.4); empty when none."""
    for header in ("In-Reply-To", "References"):
        if found := _KEY.search(str(mail[header] or "")[:4_000]):
            return found[1]
    return ""


def address_of(mail: EmailMessage) -> str:
    """The one sender's address; empty when there are several From headers or addresses."""
    headers = mail.get_all("From") or []
    if len(headers) != 1:
        return ""
    addresses = list(getattr(headers[0], "addresses", ()))
    return str(addresses[0].addr_spec).lower() if len(addresses) == 1 else ""


def passed_dmarc(mail: EmailMessage, sender: str, authserv_id: str) -> bool:
    """Whether our gateway's own header, the first one, says `dmarc=pass` for the sender's domain."""
    first = str((mail.get_all("Authentication-Results") or [""])[0])[:4_000]
    server, *results = re.sub(r"\([^()]*\)", " ", first).split(";")
    if (server.split() or [""])[0].lower() != authserv_id.lower():
        return False
    dmarc = [part.strip() for part in results if part.strip().lower().startswith("dmarc=")]
    if len(dmarc) != 1 or not re.match(r"dmarc\s*=\s*pass\b", dmarc[0], re.IGNORECASE):
        return False
    domain = _DOMAIN.search(dmarc[0])
    return domain is not None and domain[1].lower() == sender.rpartition("@")[2]


__all__ = ["MailboxFailed", "Taken", "address_of", "decide", "handoff_named_in", "passed_dmarc", "take_replies"]
