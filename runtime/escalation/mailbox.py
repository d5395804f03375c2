"""A mailbox by IMAP (RFC 9051): what arrived under a Message-ID, and replies that nobody has looked at yet."""

from __future__ import annotations

import contextlib
import imaplib
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import TYPE_CHECKING, Any

from runtime.escalation.answer_settings import Mailbox
from runtime.systems.network import tls_context
from runtime.systems.references import resolve

if TYPE_CHECKING:
    from runtime.escalation.destinations.way import Way

TIMEOUT_S = 20.0
LARGEST_MAIL = 200_000
MOST_MAILS = 50


class MailboxFailed(Exception):
    """The mailbox could not be asked; the message says why, without any value."""


class ImapMailbox:
    """Opened for each look: mail servers close idle connections."""

    def __init__(self, settings: Mailbox, way: Way, where: str) -> None:
        self.settings, self.way, self.where = settings, way, where

    def with_header(self, name: str, value: str) -> list[tuple[EmailMessage, str]]:
        """Mails with exactly this header, oldest first, each with its plain text; the mailbox stays as it was.

        Raises:
            MailboxFailed: no answer, or refused.
        """
        with self._opened(readonly=True) as box:
            numbers = _ok(box.uid("SEARCH", "HEADER", name, _quoted(value)))[0].split()
            mails = [_fetched(box, number) for number in numbers[:MOST_MAILS]]
        return [(mail, text_of(mail)) for mail in mails if mail and str(mail[name] or "").strip() == value]

    def unseen(self) -> list[tuple[bytes, EmailMessage]]:
        """Mails that are not marked as seen; looking does not mark them."""
        with self._opened(readonly=True) as box:
            numbers = _ok(box.uid("SEARCH", "UNSEEN"))[0].split()
            found = [(number, _fetched(box, number)) for number in numbers[:MOST_MAILS]]
        return [(number, mail) for number, mail in found if mail is not None]

    def mark_seen(self, numbers: list[bytes]) -> None:
        if numbers:
            with self._opened(readonly=False) as box:
                _ok(box.uid("STORE", b",".join(numbers).decode(), "+FLAGS", r"(\Seen)"))

    @contextlib.contextmanager
    def _opened(self, *, readonly: bool) -> Iterator[imaplib.IMAP4]:
        try:
            box = self._connected()
            try:
                _ok(box.select(_quoted(self.settings.folder), readonly=readonly))
                yield box
            finally:
                with contextlib.suppress(imaplib.IMAP4.error, OSError):
                    box.logout()
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxFailed(f"the mailbox does not answer as it should ({type(error).__name__})") from None

    def _connected(self) -> imaplib.IMAP4:
        own, way = self.settings, self.way
        if own.tls == "tls":
            context = tls_context(way.network, way.folder)
            box: imaplib.IMAP4 = imaplib.IMAP4_SSL(own.host, own.port, ssl_context=context, timeout=TIMEOUT_S)
        else:
            box = imaplib.IMAP4(own.host, own.port, timeout=TIMEOUT_S)
            if own.tls == "starttls":
                box.starttls(tls_context(way.network, way.folder))
        if own.user:
            box.login(own.user, resolve(own.password or "", way.secrets, self.where))
        return box


def text_of(mail: EmailMessage) -> str:
    """The plain text part, or empty."""
    part = mail.get_body(("plain",))
    try:
        return str(part.get_content()) if part is not None else ""
    except (LookupError, ValueError):  # a charset that nobody knows
        return ""


def _fetched(box: imaplib.IMAP4, number: bytes) -> EmailMessage | None:
    answer = _ok(box.uid("FETCH", number.decode(), f"(BODY.PEEK[]<0.{LARGEST_MAIL}>)"))
    raw = next((part[1] for part in answer if isinstance(part, tuple)), None)
    found = message_from_bytes(raw, policy=default) if raw else None
    return found if isinstance(found, EmailMessage) else None


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(answer[0])
    return [part if part is not None else b"" for part in answer[1]]


def _quoted(text: str) -> str:
    """A quoted string of IMAP: no line breaks, quotes and backslashes escaped."""
    plain = "".join(c for c in text if c.isprintable())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
