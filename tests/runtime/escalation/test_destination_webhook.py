"""A signed webhook against a receiver that checks it with the reference library and takes each id once."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from runtime.errors import BadInput
from runtime.escalation import outbox
from runtime.escalation.destinations.destination import DeliveryFailed, Message
from runtime.escalation.destinations.way import Way
from runtime.escalation.destinations.webhook import Webhook
from runtime.escalation.routes import Destination
from tests.runtime.escalation.test_outbox import database, put

SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, 32 bytes!").decode()
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Receiver(BaseHTTPRequestHandler):
    """Verifies every request; `server.told` by id, `server.answers` says what goes wrong with the next ones."""

    server: Any

    def log_message(self, format: str, *args: object) -> None: ...

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        fault = self.server.answers.pop(0) if self.server.answers else ""
        try:
            value = Verifier(SECRET).verify(raw, dict(self.headers))
        except WebhookVerificationError:
            return self._say(401, {})
        if fault not in ("error in body", "redirect", "down"):
            self.server.told.setdefault(self.headers["webhook-id"], []).append(value["data"])
        if fault == "answer lost":
            self.connection.close()
        elif fault == "redirect":
            self._say(302, {}, Location="https://elsewhere.example/take")
        else:
            self._say({"down": 503}.get(fault, 200), {"error": "not saved"} if fault == "error in body" else {})

    def do_GET(self) -> None:
        try:
            Verifier(SECRET).verify(b"", dict(self.headers), json_parse=False)
        except WebhookVerificationError:
            return self._say(401, {})
        found = self.server.told.get(self.path.rsplit("/", 1)[-1])
        self._say(200 if found else 404, found[0] if found else {})

    def _say(self, status: int, value: Any, **headers: str) -> None:
        raw = json.dumps(value).encode()
        self.send_response(status)
        for name, said in {"Content-Length": str(len(raw)), **headers}.items():
            self.send_header(name, said)
        self.end_headers()
        self.wfile.write(raw)


@pytest.fixture
def receiver() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.told, server.answers = {}, []
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def webhook(receiver: Any, *, reads: bool = True, secret: str = SECRET, **more: str) -> Webhook:
    base = f"http://127.0.0.1:{receiver.server_address[1]}"
    given = {"kind": "webhook", "url": f"{base}/take", "secret": "${HOOK_SECRET}"}
    given |= {"receipt": f"{base}/told/{{key}}"} if reads else {}
    return Webhook("desk", Destination.model_validate({**given, **more}), Way(secrets={"HOOK_SECRET": secret}))


def test_it_is_signed_taken_once_and_read_back(receiver: Any) -> None:
    desk, message = webhook(receiver), Message("h_1111", "Approve?", "74,50 € für A-1", queue="desk")
    for _ in range(2):
        desk.create(message)
    assert desk.read("h_1111").digest == message.digest and desk.read("h_1111").queue == "desk"
    assert desk.find("h_9999") == [] and list(receiver.told) == ["h_1111"]


def test_a_wrong_secret_is_refused_and_no_doubt(receiver: Any) -> None:
    other = "whsec_" + base64.b64encode(b"another secret, also 32 bytes!!!").decode()
    with pytest.raises(DeliveryFailed, match="401") as failed:
        webhook(receiver, secret=other).create(Message("h_1111", "s", "t"))
    assert not failed.value.doubt and receiver.told == {}


def test_a_redirect_is_named_and_not_followed(receiver: Any) -> None:
    receiver.answers.append("redirect")
    with pytest.raises(DeliveryFailed, match=r"redirects to elsewhere\.example; redirects are not followed") as failed:
        webhook(receiver).create(Message("h_1111", "s", "t"))
    assert not failed.value.doubt


@pytest.mark.parametrize("reads", [True, False])
@pytest.mark.parametrize("fault", ["answer lost", "error in body", "down", "redirect"])
def test_after_a_fault_it_is_sent_again_under_the_same_id(
    receiver: Any, tmp_path: Path, fault: str, reads: bool
) -> None:
    connection = database(tmp_path / "o.sqlite")
    receiver.answers.append(fault)
    put(connection, "h_1111")
    for hours in range(4):
        outbox.deliver(
            connection, {"desk": webhook(receiver, reads=reads)}, now=lambda h=hours: NOW + timedelta(hours=h)
        )  # type: ignore[misc]
    (row,) = outbox.rows(connection)
    assert row.state == ("delivered" if reads else "accepted") and list(receiver.told) == ["h_1111"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"url": "http://hooks.example/x"}, "not encrypted"),
        ({"url": "https://me:secret@hooks.example/x"}, "no plain address"),
        ({"receipt": "ftp://hooks.example/{key}"}, "not encrypted"),
    ],
)
def test_addresses_that_would_leak_are_refused_before_anything_is_sent(
    receiver: Any, change: dict[str, str], says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        webhook(receiver, **change)


def test_a_secret_that_is_none_is_named(receiver: Any) -> None:
    with pytest.raises(BadInput, match="base64"):
        webhook(receiver, secret="whsec_a").create(Message("h_1111", "s", "t"))
