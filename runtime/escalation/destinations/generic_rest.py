"""A ticket or mail system behind operations that the engagement names; field names are taken from its description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.errors import BadInput, CxreadyError
from runtime.escalation import routes
from runtime.escalation.destinations.destination import Alert, DeliveryFailed, Held, Message
from runtime.escalation.destinations.foreign_records import error_in_body, field_of, id_of, records_of, value_of
from runtime.systems.exchange import Exchange, Seen, System, Why
from runtime.systems.surface import Operation, Surface

KEY_HEADERS = ("idempotency-key", "x-idempotency-key", "idempotent-key")


class RestDestination:
    """Writes as the pilot does; reads back and closes with `cleaner`, a credential that the agent does not have."""

    def __init__(self, name: str, settings: routes.Destination, writer: System, cleaner: System | None = None) -> None:
        if not settings.create:
            raise BadInput(
                "the destination names no operation that creates a record",
                f"escalation.yaml: destinations.{name}",
                "add `create: <operation>`",
            )
        self.name, self.settings, self.writer = name, settings, writer
        self.cleaner = cleaner or writer
        self.finds, self.reads, self.repeats = bool(settings.find), bool(settings.read), False
        self.comments = bool(settings.comment)

    def create(self, message: Message) -> str:
        operation = self.settings.create or ""
        exchange = self._call(
            self.writer,
            operation,
            self.arguments(message),
            headers=self._key_header(operation, message.key),
            why="deliver a handoff",
        )
        return id_of(exchange.body)

    def arguments(self, message: Message) -> dict[str, Any]:
        """The request's fields for a message."""
        known = self._properties(self.settings.create or "")
        given = {
            field_of("subject", known): message.subject,
            field_of("text", known): message.text,
            field_of("queue", known) if message.queue else "": message.queue,
            field_of("priority", known) if message.priority != "normal" else "": message.priority,
            field_of("to", known) if self.settings.to else "": self.settings.to,
            self.settings.key_field: message.key,
        }
        wanted = {"queue", "priority", "to"}
        return {
            name: value for name, value in given.items() if name and (not known or name in known or name not in wanted)
        }

    def find(self, key: str) -> list[Held]:
        if not self.settings.find:
            raise DeliveryFailed(f"{self.name} names no operation that finds a record", doubt=True)
        exchange = self._call(
            self.cleaner, self.settings.find, {self.settings.key_field: key}, why="find a handoff by its key"
        )
        held = [self._held(record) for record in records_of(exchange.body)]
        return [one for one in held if one.key == key or (not one.key and key in one.subject)]

    def read(self, id: str) -> Held:
        if not self.settings.read:
            raise DeliveryFailed(f"{self.name} names no operation that reads a record back", doubt=False)
        exchange = self._call(
            self.cleaner, self.settings.read, {self._id_name(self.settings.read): id}, why="read a handoff back"
        )
        record = exchange.body if isinstance(exchange.body, Mapping) else {}
        inner = next(
            (record[name] for name in ("ticket", "message", "result", "data") if isinstance(record.get(name), Mapping)),
            record,
        )
        return self._held(inner)

    def close(self, id: str) -> None:
        if not self.settings.close:
            raise DeliveryFailed(f"{self.name} names no operation that closes a record", doubt=False)
        self._call(self.cleaner, self.settings.close, {self._id_name(self.settings.close): id}, why="close a handoff")

    def comment(self, id: str, text: str, key: str) -> None:
        operation = self.settings.comment
        if not operation:
            raise DeliveryFailed(f"{self.name} names no operation that comments", doubt=False)
        known = self._properties(operation)
        arguments = {self._id_name(operation): id, field_of("text", known): text}
        if "reference" in known:
            arguments["reference"] = key
        self._call(
            self.writer,
            operation,
            arguments,
            headers=self._key_header(operation, key),
            why="write the result of a handoff",
        )

    def noted(self, id: str, key: str) -> bool | None:
        """Where the operation takes a key, a repeated note is none; else it cannot be seen."""
        return False if self._key_header(self.settings.comment or "", key) else None

    def alerts(self, id: str) -> list[Alert] | None:
        operation = alerts_operation(self.settings, self.writer.surface)
        if not operation:
            return None
        exchange = self._call(
            self.cleaner, operation, {self._id_name(operation): id}, why="see who was told about a handoff"
        )
        records = [r for r in records_of(exchange.body) if str(r.get(self._id_name(operation), id)) == id]
        return [
            Alert(
                str(r.get("team") or r.get("recipient") or r.get("to") or ""),
                str(r.get("channel", "")),
                str(r.get("at") or r.get("created_at") or ""),
            )
            for r in records
        ]

    def _held(self, record: Mapping[str, Any]) -> Held:
        return Held(
            id=id_of(record),
            key=str(record.get(self.settings.key_field) or ""),
            record=dict(record),
            **{
                name: str(value_of(record, name) or "")
                for name in ("subject", "text", "queue", "status", "decision", "decided_by", "made_by")
            },
        )

    def _call(
        self,
        system: System,
        operation: str,
        arguments: Mapping[str, Any],
        *,
        why: str,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        try:
            exchange = system.call(operation, arguments, headers=headers, why=Why(purpose=why, probe="escalation"))
        except BadInput:
            raise
        except CxreadyError as error:
            raise DeliveryFailed(str(error), doubt=False) from None
        return checked(exchange)

    def _operation(self, operation: str) -> Operation | None:
        return self.writer.surface.operations.get(operation)

    def _properties(self, operation: str) -> frozenset[str]:
        found = self._operation(operation)
        if found is None:
            return frozenset()
        schema = found.body_schema.get("properties")
        return frozenset(schema if isinstance(schema, Mapping) else ()) | {
            p.name for p in found.parameters if p.where == "body"
        }

    def _key_header(self, operation: str, key: str) -> dict[str, str]:
        found = self._operation(operation)
        names = (
            [p.name for p in found.parameters if p.where == "header" and p.name.lower() in KEY_HEADERS] if found else []
        )
        return {names[0]: key} if names else {}

    def _id_name(self, operation: str) -> str:
        found = self._operation(operation)
        if found is None:
            return "id"
        paths = [p.name for p in found.parameters if p.where == "path"]
        queries = [p.name for p in found.parameters if p.where == "query" and p.name.endswith("id")]
        return (paths or queries or ["id"])[-1 if paths else 0]


def alerts_operation(settings: routes.Destination, surface: Surface) -> str | None:
    """The operation that lists who was told; by default a GET of the description whose path speaks of notifications
    or alerts.
    """
    named = [
        op.id
        for op in surface.operations.values()
        if op.method == "GET" and any(word in op.path.lower() for word in ("notification", "alert"))
    ]
    return settings.alerts or (named[0] if named else None)


def checked(exchange: Exchange) -> Exchange:
    """An exchange that did what it says; else DeliveryFailed, in doubt unless the system clearly refused or was never
    reached.
    """
    if exchange.ok and not error_in_body(exchange.body):
        return exchange
    if exchange.ok:
        raise DeliveryFailed("answered 200 with an error in the body", doubt=True, by_system=True)
    says = f"{exchange.status or 'no answer'}: {exchange.error or exchange.seen.value}"
    raise DeliveryFailed(
        says,
        doubt=exchange.seen not in (Seen.REFUSED, Seen.THROTTLED, Seen.CHALLENGE, Seen.LOGIN_PAGE),
        by_system=exchange.seen is Seen.REFUSED,
    )
