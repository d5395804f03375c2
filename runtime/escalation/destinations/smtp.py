"""Mail by SMTP (RFC 5321): a fixed Message-ID made of our key, the same bytes on every try; read back by IMAP where a mailbox is named.

`250` after the message's end means that the server took responsibility for it (RFC 5321 section 6.1), not that a person
saw it: without a mailbox the outbox says "accepted". A connection that breaks before that answer leaves a doubt, since
many servers then deliver all the same (RFC 1047), and mail systems do not drop a second one.
"""

from __future__ import annotations

import contextlib
import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from runtime.errors import BadInput
from runtime.escalation import routes
from runtime.escalation.answer_settings import Server
from runtime.escalation.destinations.destination import Alert, DeliveryFailed, Held, Message
from runtime.escalation.destinations.way import Way
from runtime.escalation.mailbox import ImapMailbox, MailboxFailed
from runtime.systems.network import tls_context
from runtime.systems.references import resolve

TIMEOUT_S = 30.0
MOST_SUBJECT = 200


class Smtp:
    """`to` is the team's address (several with commas), `sender` ours."""

    repeats, comments = False, True

    def __init__(self, name: str, settings: routes.Destination, way: Way) -> None:
        self.where = f"escalation.yaml: destinations.{name}"
        if not settings.server or not settings.sender or not settings.to:
            raise BadInput("a destination of kind smtp needs `server`, `sender` and `to`", self.where, "add all three")
        self.name, self.settings, self.way = name, settings, way
        try:
            self.server = Server(
                server=settings.server, tls=settings.tls, user=settings.user, password=settings.password
            )
        except ValueError as error:
            raise BadInput(
                str(error).split("Value error, ")[-1].split(" [")[0], self.where, "mend `server`, `tls` or `user`"
            ) from None
        self.mailbox = ImapMailbox(settings.mailbox, way, self.where) if settings.mailbox else None
        self.finds = self.reads = self.mailbox is not None

    def create(self, message: Message) -> str:
        return self.send(message, self.settings.to or "")

    def send(self, message: Message, to: str, *, reply_to: str = "") -> str:
        """Sends to an address; the Message-ID is the record's id."""
        mail = self.mail(message, to, reply_to)
        try:
            server = self._connected()
            try:
                self._hand_over(server, mail)
            finally:
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    server.quit()  # whatever it says to that: the message was accepted before
        except smtplib.SMTPException as error:
            raise DeliveryFailed(_said(error), doubt=False, by_system=True) from None
        except OSError as error:
            raise DeliveryFailed(f"no connection to the mail server ({type(error).__name__})", doubt=False) from None
        return self.message_id(message.key)

    def mail(self, message: Message, to: str, reply_to: str = "") -> EmailMessage:
        """The mail: plain text, one line of subject, no automatic answer wanted (RFC 3834)."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self.settings.sender or ""
        mail["To"] = to
        mail["Subject"] = " ".join(message.subject.split())[:MOST_SUBJECT]
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = self.message_id(message.key)
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Cxready-Key"] = message.key
        if reply_to:
            mail["Reply-To"] = reply_to
        if message.priority in ("high", "urgent"):
            mail["Importance"] = "high"
        mail.set_content(message.text, charset="utf-8", cte="quoted-printable")
        return mail

    def message_id(self, key: str) -> str:
        host = (self.settings.sender or "").rpartition("@")[2].strip(">") or "localhost"
        return f"<{key}@{host}>"

    def find(self, key: str) -> list[Held]:
        return self._mails("Message-ID", self.message_id(key), key)

    def read(self, id: str) -> Held:
        key = id.strip("<>").rpartition("@")[0]
        found = self._mails("Message-ID", id, key)
        if not found:
            raise DeliveryFailed(f"the mailbox does not hold {id} yet", doubt=True)
        return found[0]

    def close(self, id: str) -> None:
        """Moves nothing away from people: a mail that was read cannot be taken back."""
        raise DeliveryFailed("a mail cannot be taken back", doubt=False)

    def comment(self, id: str, text: str, key: str) -> None:
        self.send(Message(key, f"Re: [cx:{id.strip('<>').rpartition('@')[0]}]", text), self.settings.to or "")

    def noted(self, id: str, key: str) -> bool | None:
        return bool(self.find(key)) if self.finds else None

    def alerts(self, id: str) -> list[Alert] | None:
        return None

    def _mails(self, header: str, value: str, key: str) -> list[Held]:
        if self.mailbox is None:
            raise DeliveryFailed(f"{self.name} names no `mailbox`, so nothing can be looked up", doubt=True)
        try:
            found = self.mailbox.with_header(header, value)
        except MailboxFailed as failed:
            raise DeliveryFailed(str(failed), doubt=True) from None
        return [Held(id=value, key=key, subject=str(m["Subject"] or ""), text=text, status="open") for m, text in found]

    def _connected(self) -> smtplib.SMTP:
        own, way = self.server, self.way
        if own.tls == "tls":
            context = tls_context(way.network, way.folder)
            server: smtplib.SMTP = smtplib.SMTP_SSL(own.host, own.port, timeout=TIMEOUT_S, context=context)
        else:
            server = smtplib.SMTP(own.host, own.port, timeout=TIMEOUT_S)
        try:
            if own.tls == "starttls":
                server.starttls(context=tls_context(way.network, way.folder))
            if own.user:
                server.login(own.user, resolve(own.password or "", way.secrets, self.where))
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, mail: EmailMessage) -> None:
        """Until DATA nothing is there; what breaks from its first byte on may have arrived.

        Raises:
            DeliveryFailed: refused (no doubt), or broken off in the middle (doubt).
        """
        recipients = [a.addr_spec for a in mail["To"].addresses]
        server.ehlo_or_helo_if_needed()
        answers = [server.mail(self.settings.sender or "")]
        answers += [server.rcpt(address) for address in recipients]
        for code, said in answers:
            if code not in (250, 251):
                raise DeliveryFailed(_line(code, said), doubt=False, by_system=True)
        try:
            code, said = server.data(mail.as_bytes(policy=SMTP))
        except smtplib.SMTPDataError as error:  # refused before the text was sent
            raise DeliveryFailed(_said(error), doubt=False, by_system=True) from None
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryFailed(f"the connection broke while sending ({type(error).__name__})", doubt=True) from None
        if code != 250:
            raise DeliveryFailed(_line(code, said), doubt=False, by_system=True)


def _line(code: int, said: bytes) -> str:
    return f"{code} {said.decode('utf-8', 'replace')[:120]}"


def _said(error: smtplib.SMTPException) -> str:
    code, text = getattr(error, "smtp_code", ""), getattr(error, "smtp_error", b"")
    says = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return f"{code} {says}".strip()[:160] or type(error).__name__
