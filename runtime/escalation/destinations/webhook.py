"""A signed webhook after Standard Webhooks: our key is `webhook-id`, the same on every retry, so the receiver takes it once.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md. A redirect is
never followed: the secret's signature and the handoff stay with the address that escalation.yaml names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from runtime.errors import BadInput
from runtime.escalation import routes
from runtime.escalation.answer_settings import LOOPBACK
from runtime.escalation.destinations.destination import Alert, DeliveryFailed, Held, Message
from runtime.escalation.destinations.foreign_records import error_in_body, id_of, value_of
from runtime.escalation.destinations.way import Way
from runtime.systems.network import open_session, proxies_for, user_agent
from runtime.systems.references import resolve

TIMEOUT_S = (5.0, 20.0)
LARGEST_ANSWER = 200_000
LARGEST_BODY = 20_000


class Webhook:
    """POSTs JSON; reads back from `receipt`, where there is one."""

    repeats = comments = True

    def __init__(self, name: str, settings: routes.Destination, way: Way) -> None:
        where = f"escalation.yaml: destinations.{name}"
        if not settings.url or not settings.secret:
            raise BadInput(
                "a webhook needs `url` and `secret`", where, "add both; the secret as ${NAME}, a value `whsec_…`"
            )
        self.name, self.settings, self.way, self.where = name, settings, way, where
        self.url = resolve(settings.url, way.secrets, where)
        self.receipt = resolve(settings.receipt, way.secrets, where) if settings.receipt else ""
        for address in filter(None, (self.url, self.receipt)):
            _check(address, where)
        self.finds = self.reads = bool(self.receipt)

    def create(self, message: Message) -> str:
        body = json.dumps(
            {
                "type": "handoff.created",
                "timestamp": datetime.now(UTC).isoformat(),
                "data": {
                    "key": message.key,
                    "subject": message.subject,
                    "text": message.text,
                    "queue": message.queue,
                    "priority": message.priority,
                    "test": message.test,
                },
            },
            ensure_ascii=False,
        )
        if len(body.encode()) > LARGEST_BODY * 2:
            raise DeliveryFailed(f"the message is larger than {LARGEST_BODY * 2:,} bytes", doubt=False)
        return id_of(self._sent("POST", self.url, message.key, body)) or message.key

    def find(self, key: str) -> list[Held]:
        if not self.receipt:
            raise DeliveryFailed(f"{self.name} names no `receipt`, so nothing can be looked up", doubt=True)
        record = self._sent("GET", self.receipt.replace("{key}", quote(key, safe="")), key, "")
        return [self._held(record)] if isinstance(record, Mapping) and record.get("key") == key else []

    def read(self, id: str) -> Held:
        """By key: the receiver's own number is not known to its receipt."""
        found = self.find(id)
        if not found:
            raise DeliveryFailed(f"the receipt knows no {id}", doubt=True)
        return found[0]

    def close(self, id: str) -> None:
        raise DeliveryFailed("a webhook closes nothing", doubt=False)

    def comment(self, id: str, text: str, key: str) -> None:
        data = {"key": key, "about": id, "text": text}
        self._sent("POST", self.url, key, json.dumps({"type": "handoff.note", "data": data}, ensure_ascii=False))

    def noted(self, id: str, key: str) -> bool | None:
        return False  # its own id: the receiver takes it once

    def alerts(self, id: str) -> list[Alert] | None:
        return None

    def _held(self, record: Mapping[str, Any]) -> Held:
        parts = {
            n: str(value_of(record, n) or "") for n in ("subject", "text", "queue", "status", "decision", "decided_by")
        }
        return Held(id=str(record["key"]), key=str(record["key"]), record=dict(record), **parts)

    def _sent(self, method: str, url: str, key: str, body: str) -> Any:
        """One signed request; a 404 of the receipt means that nothing arrived.

        Raises:
            DeliveryFailed: in doubt unless the receiver was never reached or said no.
        """
        import requests

        headers = {
            "User-Agent": user_agent(self.way.contact),
            "Content-Type": "application/json",
            **self._signed(key, body),
        }
        way = self.way
        with open_session(way.network, folder=way.folder, secrets=way.secrets) as session:
            try:
                answered = session.request(
                    method, url, data=body.encode(), headers=headers, auth=_no_netrc, timeout=TIMEOUT_S, allow_redirects=False, stream=True,
                    proxies=proxies_for(url, way.network, way.secrets),
                )  # fmt: skip
                raw = answered.raw.read(LARGEST_ANSWER, decode_content=True)
            except requests.ConnectTimeout:
                raise DeliveryFailed("no connection within the time-out", doubt=False) from None
            except (requests.RequestException, OSError) as error:
                never = isinstance(error, requests.ConnectionError) and "NewConnectionError" in repr(error)
                raise DeliveryFailed(f"no answer ({type(error).__name__})", doubt=not never) from None
        return _meant(method, answered.status_code, str(answered.headers.get("Location", "")), raw)

    def _signed(self, key: str, body: str) -> dict[str, str]:
        from standardwebhooks import Webhook as Signer

        now = datetime.now(UTC)
        try:
            signature = Signer(resolve(self.settings.secret or "", self.way.secrets, self.where)).sign(key, now, body)
        except (ValueError, RuntimeError):
            raise BadInput(
                "the webhook's secret is not base64", self.where, "take the `whsec_…` value that the receiver shows"
            ) from None
        return {"webhook-id": key, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}


def _meant(method: str, status: int, location: str, raw: bytes) -> Any:
    """The answer's body, or why it is none."""
    try:
        body: Any = json.loads(raw)
    except ValueError:
        body = raw[:2_000].decode("utf-8", "replace")
    if method == "GET" and status == 404:
        return None
    if 300 <= status < 400:
        elsewhere = urlsplit(location).hostname or location[:80] or "an address that it does not name"
        raise DeliveryFailed(
            f"{status}: it redirects to {elsewhere}; redirects are not followed", doubt=False, by_system=True
        )
    if not 200 <= status < 300:
        clear = 400 <= status < 500 and status not in (408, 409, 425, 429)
        raise DeliveryFailed(f"{status}", doubt=not clear and status != 429, by_system=clear)
    if error_in_body(body):
        raise DeliveryFailed(f"answered {status} with an error in the body", doubt=True, by_system=True)
    return body


def _check(address: str, where: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise BadInput(
            f"{parts.scheme or 'this'} address is not encrypted", where, "use https (http is for this machine only)"
        )
    if not parts.hostname or parts.username:
        raise BadInput("this is no plain address", where, "write https://host/path; secrets stand in `secret`")


def _no_netrc(request: Any) -> Any:
    """No credential of the machine goes along."""
    return request
