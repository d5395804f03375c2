"""Mail as a destination, with a real server: one Message-ID, read back by IMAP, and honest where nothing can be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime.errors import BadInput
from runtime.escalation import outbox
from runtime.escalation.destinations.destination import DeliveryFailed, Message
from runtime.escalation.destinations.local_queue import LocalQueue
from runtime.escalation.destinations.smtp import Smtp
from runtime.escalation.destinations.way import Way
from runtime.escalation.routes import Destination
from tests.harness.mail_server import PASSWORD, MailServer
from tests.runtime.escalation.test_outbox import database, put

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TEXT = "Approve or refuse 74,50 € für Konto A-1?\n\nWhy: over the limit. " + "a long line " * 40


@pytest.fixture(scope="module")
def running() -> Iterator[MailServer]:
    with MailServer() as found:
        yield found


@pytest.fixture
def mail(running: MailServer) -> MailServer:
    running.empty()
    return running


def smtp(mail: MailServer, *, reads: bool = True, to: str = "desk@desk.example") -> Smtp:
    box = {"server": mail.imap, "tls": "none", "user": "desk", "password": "${MAIL_PASSWORD}"}
    settings = Destination.model_validate(
        {"kind": "smtp", "server": mail.smtp, "tls": "none", "sender": "cx@desk.example", "to": to}
        | ({"mailbox": box} if reads else {})
    )
    return Smtp("desk", settings, Way(secrets={"MAIL_PASSWORD": PASSWORD}))


def test_a_mail_arrives_is_found_by_its_key_and_read_back_unchanged(mail: MailServer) -> None:
    desk, message = smtp(mail), Message("h_1111", "Approve?\r\nBcc: all@else.example", TEXT, priority="urgent")
    id = desk.create(message)
    found = desk.find("h_1111")
    assert [held.id for held in found] == [id] == ["<h_1111@desk.example>"]
    assert desk.read(id).digest == message.digest
    (arrived,) = mail.arrived()
    assert arrived["Bcc"] is None and "\n" not in str(arrived["Subject"])
    assert arrived["Auto-Submitted"] == "auto-generated" and arrived["Importance"] == "high"
    assert desk.find("h_111") == [] and desk.find('h" OR ALL "') == []


def test_a_lost_answer_is_searched_and_not_sent_again(mail: MailServer, tmp_path: Path) -> None:
    connection, desk, clock = database(tmp_path / "o.sqlite"), smtp(mail), NOW
    for n, fault in enumerate(("answer lost", "cut off", "busy", "refused", "")):
        mail.fail(fault)
        put(connection, f"h_{n:04d}")
        outbox.deliver(connection, {"desk": desk}, now=lambda: clock, settle=1)  # noqa: B023
        clock += timedelta(seconds=1)
    for _ in range(8):
        clock += timedelta(hours=1)
        outbox.deliver(connection, {"desk": desk}, now=lambda: clock, settle=1)  # noqa: B023
    assert {row.state for row in outbox.rows(connection)} == {"delivered"}
    assert sorted(str(m["X-Cxready-Key"]) for m in mail.arrived()) == [f"h_{n:04d}" for n in range(5)]


def test_without_a_mailbox_it_is_accepted_and_never_called_delivered(mail: MailServer, tmp_path: Path) -> None:
    connection = database(tmp_path / "o.sqlite")
    put(connection, "h_1111")
    (row,) = outbox.deliver(connection, {"desk": smtp(mail, reads=False)}, now=lambda: NOW)
    assert row.state == "accepted" and row.delivered_at is not None
    assert outbox.deliver(connection, {"desk": smtp(mail, reads=False)}, now=lambda: NOW + timedelta(days=1)) == []


def test_a_doubt_that_nobody_can_search_goes_to_the_deputy_and_says_so(mail: MailServer, tmp_path: Path) -> None:
    connection, clock = database(tmp_path / "o.sqlite"), NOW
    places = {"desk": smtp(mail, reads=False), "duty": LocalQueue("duty", tmp_path / "q.sqlite")}
    mail.fail("answer lost")
    put(connection, "h_1111")
    while clock < NOW + timedelta(hours=3):
        outbox.deliver(connection, places, now=lambda: clock, settle=1)  # noqa: B023
        clock += timedelta(minutes=5)
    (row,) = outbox.rows(connection)
    assert (row.state, row.delivered_to) == ("delivered", "duty")
    assert row.flaw == "it may lie at desk as well, where nothing can be searched" and len(mail.arrived()) == 1


def test_what_is_refused_is_no_doubt(mail: MailServer) -> None:
    for fault in ("refused", "busy"):
        mail.fail(fault)
        with pytest.raises(DeliveryFailed) as failed:
            smtp(mail).create(Message("h_1111", "s", "t"))
        assert not failed.value.doubt and failed.value.by_system


def test_a_server_that_is_not_there_is_no_doubt(mail: MailServer) -> None:
    desk = smtp(mail)
    desk.server = desk.server.model_copy(update={"server": "127.0.0.1:9"})
    with pytest.raises(DeliveryFailed, match="no connection") as failed:
        desk.create(Message("h_1111", "s", "t"))
    assert not failed.value.doubt


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"server": "mail.example:25", "tls": "none"}, "this machine only"),
        ({"server": "mail.example"}, "mail.example:587"),
        ({"to": None}, "`server`, `sender` and `to`"),
        ({"user": "x"}, "together"),
    ],
)
def test_settings_that_cannot_work_are_named(change: dict[str, str | None], says: str) -> None:
    given = {"kind": "smtp", "server": "mail.example:587", "sender": "a@b.example", "to": "c@d.example", **change}
    with pytest.raises(BadInput, match=says) as wrong:
        Smtp("desk", Destination.model_validate(given), Way())
    assert wrong.value.where == "escalation.yaml: destinations.desk"
