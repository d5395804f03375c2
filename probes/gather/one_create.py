"""One create as a trial sends it: with our reference, an idempotency key where one is offered, and a line in the ledger."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from probes.gather.envelope import identity_of
from probes.gather.key_header import key_header
from probes.gather.session import Session
from probes.gather.undo import TakenBack, undo_of
from runtime.guardrails.effects import Effect, Repeat
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.surface import Operation


@dataclass
class Trial:
    """One create on its way: what was sent, what came back, what the ledger calls it."""

    operation: Operation
    effect: Effect
    name: str
    arguments: dict[str, Any]
    reference: str | None
    headers: dict[str, str]
    header: str | None
    entries: list[tuple[int, Any]] = field(default_factory=list)
    taken: list[TakenBack] = field(default_factory=list)

    def said(self) -> dict[str, Any]:
        """What the record should show. Our own reference is not part of the business; `repeat_safe` asks about it."""
        return {k: v for k, v in self.arguments.items() if self.reference is None or self.reference not in str(v)}


def prepared(
    session: Session, system: str, name: str, operation: Operation, effect: Effect, arguments: dict[str, Any]
) -> Trial:
    """The example with a reference and a key of its own."""
    reference = session.reference()
    field_name = effect.repeat.reference if effect.repeat else "reference"
    known = {*operation.body_schema.get("properties", {}), *(p.name for p in operation.parameters)}
    carries = field_name.partition(".")[0] in known or (effect.repeat is not None and not known)
    if carries:
        arguments = (effect.repeat or Repeat()).carried(arguments, reference)
    header = key_header(session.estate, system, operation, effect)
    arguments = {k: v for k, v in arguments.items() if header is None or k.lower() != header.lower()}
    key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"cxready:{reference}"))
    return Trial(
        operation, effect, name, arguments, reference if carries else None, {header: key} if header else {}, header
    )


def send(session: Session, system: str, trial: Trial) -> Exchange:
    """Sends it once; what comes to be is in the ledger and in `trial.entries`."""
    entry, exchange = asked(session, system, trial)
    note(session, trial, entry, exchange)
    return exchange


def asked(session: Session, system: str, trial: Trial) -> tuple[int, Exchange]:
    """The ledger's entry and the answer, not yet put together; safe between threads."""
    undo = undo_of(session, system, trial.name, trial.effect)
    entry = session.ledger.intend(
        system, trial.name, trial.arguments, undo=undo.id if undo else None, undo_arguments={}, run=session.run
    )
    exchange = session.write(
        entry,
        session.writer(system),
        trial.operation.id,
        trial.arguments,
        headers=trial.headers,
        why=Why(f"write: try {trial.name}", "writes_stick", session.run),
    )
    return entry, exchange


def note(session: Session, trial: Trial, entry: int, exchange: Exchange) -> None:
    """The ledger learns what an answer made: a record, the first one again, or nothing."""
    if exchange.seen is Seen.OK:
        body = _made(exchange)
        known = {identity_of(answer) for _, answer in trial.entries}
        if identity_of(body) is not None and identity_of(body) in known:
            session.ledger.nothing(entry)  # the first record again: no second one came to be
        else:
            session.ledger.created(entry, body)
            trial.entries.append((entry, body))
    elif exchange.seen in (Seen.REFUSED, Seen.THROTTLED, Seen.CHALLENGE, Seen.LOGIN_PAGE):
        session.ledger.nothing(entry)


def _made(exchange: Exchange) -> dict[str, Any]:
    """The record that came to be; of an answer that names none, the one that its Location leads to (RFC 9110, 15.3.2)."""
    body = dict(exchange.body) if isinstance(exchange.body, Mapping) else {}
    if identity_of(body) is not None or not exchange.location:
        return body
    last = unquote(urlsplit(exchange.location).path.rstrip("/").rpartition("/")[2])
    inside = re.search(r"\(\W?([^()']+?)\W?\)$", last)  # OData: accounts(0d2f…), people('anna')
    return {**body, "id": inside[1] if inside else re.sub(r"\.(json|xml)$", "", last)}
