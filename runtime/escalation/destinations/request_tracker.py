"""Request Tracker 5 through REST2: our key stands in a custom field and in the subject, since RT drops unknown fields
with a 201.

RT has no idempotency: two creates are two tickets. A search by custom field sees an own write at once.
Source: RT::REST2, https://docs.bestpractical.com/rt/5.0/RT/REST2.html
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from runtime.errors import CxreadyError
from runtime.escalation import routes
from runtime.escalation.destinations.destination import Alert, DeliveryFailed, Held, Message
from runtime.escalation.destinations.generic_rest import checked
from runtime.systems.exchange import Exchange, System, Why

KEY_FIELD, DECISION_FIELD = "Handoff-Key", "Decision"
FIELDS = "fields=Subject,Status,Queue,CustomFields,Created&fields[Queue]=Name"


class RequestTracker:
    """`settings.key_field` names the custom field (plain, not UniqueValues: that does not refuse a second ticket, it
    drops the key).
    """

    finds = reads = comments = True
    repeats = False

    def __init__(self, name: str, settings: routes.Destination, writer: System, cleaner: System | None = None) -> None:
        self.name, self.settings, self.writer = name, settings, writer
        self.cleaner = cleaner or writer
        self.field = settings.key_field if settings.key_field != "handoff_key" else KEY_FIELD
        paths = [operation.path for operation in writer.surface.operations.values()]
        self.base = "/REST/2.0" if any(path.startswith("/REST/2.0") for path in paths) else ""

    def create(self, message: Message) -> str:
        subject = message.subject if message.key in message.subject else f"{message.subject} [cx:{message.key}]"
        body = {
            "Queue": message.queue or self.settings.queue or "General",
            "Subject": " ".join(subject.split()),
            "Content": message.text,
            "ContentType": "text/plain",  # RT keeps a script in an HTML body as it is
            "CustomFields": {self.field: message.key},
        }
        answer = self._request(self.writer, "POST", "/ticket", body, "deliver a handoff").body
        return str(answer.get("id", "")) if isinstance(answer, Mapping) else ""

    def find(self, key: str) -> list[Held]:
        return self._search(f"'CF.{{{self.field}}}' = '{key}' OR Subject LIKE '[cx:{key}]'")

    def find_all(self, start: str) -> list[Held]:
        """Every handoff whose key begins so, in one request; deleted ones are found by no search."""
        return self._search(f"'CF.{{{self.field}}}' LIKE '{start}' OR Subject LIKE '[cx:{start}'")

    def read(self, id: str) -> Held:
        record = self._request(self.cleaner, "GET", f"/ticket/{quote(id)}", None, "read a handoff back").body
        held = self._held(record if isinstance(record, Mapping) else {})
        return Held(
            id=held.id or id,
            key=held.key,
            subject=held.subject,
            text=self._content(id),
            queue=held.queue,
            status=held.status,
            decision=held.decision,
            decided_by=self._decider(id, held.decision) if held.decision else "",
            made_by=held.made_by,
            record=held.record,
        )

    def close(self, id: str) -> None:
        """Deletes (softly) where `close` names the operation that deletes, else resolves."""
        named = self.writer.surface.operations.get(self.settings.close or "")
        path = f"/ticket/{quote(id)}"
        if named is not None and named.method == "DELETE":
            self._request(self.cleaner, "DELETE", path, None, "close a handoff")
        else:
            self._request(self.cleaner, "PUT", path, {"Status": "resolved"}, "close a handoff")

    def comment(self, id: str, text: str, key: str) -> None:
        body = {"Content": f"{text}\n\n[cx:{key}]", "ContentType": "text/plain"}
        self._request(self.writer, "POST", f"/ticket/{quote(id)}/comment", body, "write the result of a handoff")

    def noted(self, id: str, key: str) -> bool | None:
        return any(f"[cx:{key}]" in text for text in self._texts(id, most=100))

    def alerts(self, id: str) -> list[Alert] | None:
        """Outgoing mail that RT's history records for the ticket (transactions of type EmailRecord)."""
        answer = self._request(
            self.cleaner,
            "GET",
            f"/ticket/{quote(id)}/history?fields=Type,Created,Data&per_page=50",
            None,
            "see who was told about a handoff",
        ).body
        items = answer.get("items", []) if isinstance(answer, Mapping) else []
        return [
            Alert("queue watchers", "mail", str(item.get("Created", "")))
            for item in items
            if isinstance(item, Mapping) and item.get("Type") == "EmailRecord"
        ]

    def _search(self, query: str) -> list[Held]:
        path = f"/tickets?query={quote(query)}&orderby=id&order=ASC&per_page=100&{FIELDS}"
        answer = self._request(self.cleaner, "GET", path, None, "find a handoff by its key").body
        items = answer.get("items", []) if isinstance(answer, Mapping) else []
        return [self._held(item) for item in items if isinstance(item, Mapping)]

    def _content(self, id: str) -> str:
        """Text of the creating transaction."""
        return next(iter(self._texts(id, most=5)), "")

    def _texts(self, id: str, *, most: int) -> list[str]:
        """Plain texts of the ticket's transactions, the creating one first."""
        answer = self._request(
            self.cleaner,
            "GET",
            f"/ticket/{quote(id)}/attachments?fields=ContentType,Content&per_page={most}",
            None,
            "read a handoff back",
        ).body
        items = answer.get("items", []) if isinstance(answer, Mapping) else []
        return [
            _decoded(str(item["Content"]))
            for item in items
            if isinstance(item, Mapping)
            and str(item.get("ContentType", "")).startswith("text/plain")
            and item.get("Content")
        ]

    def _decider(self, id: str, decision: str) -> str:
        """Who set the decision field to what it says: the creator of the last such line of RT's own history."""
        answer = self._request(
            self.cleaner,
            "GET",
            f"/ticket/{quote(id)}/history?fields=Type,Field,NewValue,Creator&fields[Creator]=Name&per_page=100",
            None,
            "see who decided about a handoff",
        ).body
        items = answer.get("items", []) if isinstance(answer, Mapping) else []
        set_by = [
            _name(item.get("Creator"))
            for item in items
            if isinstance(item, Mapping) and item.get("Type") == "CustomField" and item.get("NewValue") == decision
        ]
        return set_by[-1] if set_by else ""

    def _held(self, record: Mapping[str, Any]) -> Held:
        fields = {
            str(f.get("name")): f.get("values") for f in record.get("CustomFields") or [] if isinstance(f, Mapping)
        }
        queue = record.get("Queue")
        return Held(
            id=str(record.get("id", "")),
            key=_first(fields.get(self.field)),
            subject=str(record.get("Subject", "")),
            queue=str(queue.get("Name") or "")
            if isinstance(queue, Mapping)
            else "",  # one ticket names its queue by number only
            status=str(record.get("Status", "")),
            decision=_first(fields.get(DECISION_FIELD)),
            made_by=_name(record.get("Creator")),
            record=dict(record),
        )

    def _request(self, system: System, method: str, path: str, body: Any, why: str) -> Exchange:
        try:
            return checked(
                system.request(method, self.base + path, body=body, why=Why(purpose=why, probe="escalation"))
            )
        except CxreadyError as error:
            raise DeliveryFailed(str(error), doubt=False) from None


def _decoded(content: str) -> str:
    """Lists give attachments as text, single attachments as base64."""
    try:
        return base64.b64decode("".join(content.split()), validate=True).decode("utf-8")
    except ValueError:
        return content


def _name(user: Any) -> str:
    """A user of REST2: its name is its id."""
    return str(user.get("Name") or user.get("id") or "") if isinstance(user, Mapping) else str(user or "")


def _first(values: Any) -> str:
    return str(values[0]) if isinstance(values, list) and values else str(values or "")
