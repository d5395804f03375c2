"""Reading what a write left in the system of record: by its id, or by our own reference.

Read twice, a second apart, before a difference counts: many systems settle. A search is asked a third time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from probes.gather.envelope import field_of, identity_of, record_in
from probes.gather.guarded import find_operation
from probes.gather.samples import records_of
from probes.gather.session import Session
from runtime.guardrails.effects import Effect
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.surface import Operation

SETTLE_S = 1.0
PAUSES_S = (SETTLE_S,)
INDEX_S = 8.0  # search indexes are refreshed within seconds: Elasticsearch's default is one, others take several


@dataclass(frozen=True)
class ReadBack:
    """What was read. `readable`: the effects file or the description offers a way; `answered`: the system did answer
    it.
    """

    readable: bool
    exchanges: tuple[Exchange, ...] = ()
    records: tuple[Any, ...] = ()
    settle_s: float = 0.0
    unproved: int = 0  # records that a query found and that do not show our reference: perhaps ours, perhaps not

    @property
    def answered(self) -> bool:
        if not self.exchanges or self.unproved:
            return False
        last = self.exchanges[-1]
        return last.ok or (last.seen is Seen.REFUSED and last.status in (404, 410))

    @property
    def record(self) -> Any:
        return self.records[0] if self.records else None

    @property
    def gone(self) -> bool:
        """The system said that there is no such record: 404 or 410, or an empty search."""
        return self.readable and self.answered and not self.records


def read_back(
    session: Session,
    system: str,
    operation: str,
    effect: Effect,
    arguments: Mapping[str, Any],
    answer: Any,
    reference: str | None,
    *,
    by_find: bool = False,
    until: Callable[[ReadBack], bool] | None = None,
) -> ReadBack:
    """Reads a written record; where `until` is not yet true once more a second later, and by a search, whose index may
    lag behind, a third time.

    Args:
        reference: our own reference, for `by_find`; the record's id leads otherwise.
        until: what the record should show; without it one read is enough.
    """
    reader = _reader(session, system, effect, by_find)
    if reader is None:
        return ReadBack(False)
    asked = _asked(reader, effect, arguments, answer, reference, by_find)
    if asked is None:
        return ReadBack(False)
    started = time.monotonic()
    exchanges: list[Exchange] = []
    for pause in (0.0, *((*PAUSES_S, INDEX_S) if by_find else PAUSES_S)) if until else (0.0,):
        time.sleep(pause)
        exchange = session.cleaner(system).call(
            reader.id, asked, why=Why(f"read back {operation}", "writes_stick", session.run)
        )
        exchanges.append(exchange)
        records = tuple(_records(reader, exchange, answer, reference, arguments, effect))
        found = ReadBack(
            True,
            tuple(exchanges),
            records,
            time.monotonic() - started if pause else 0.0,
            _unproved(exchange, effect, by_find) if not records else 0,
        )
        if until is None or until(found):
            break
    return found


def reader_of(session: Session, system: str, effect: Effect) -> Operation | None:
    """The operation that reads a written record."""
    return _reader(session, system, effect, False)


def _reader(session: Session, system: str, effect: Effect, by_find: bool) -> Operation | None:
    finder = effect.repeat.find if effect.repeat else None
    name = finder if by_find else effect.read_back or finder
    return find_operation(session.surface(system), name) if name else None


def _asked(
    reader: Operation, effect: Effect, arguments: Mapping[str, Any], answer: Any, reference: str | None, by_find: bool
) -> dict[str, Any] | None:
    asked: dict[str, Any] = {}
    for parameter in reader.parameters:
        if parameter.where != "path" and not (parameter.where == "body" and parameter.required):
            continue  # protocols without paths (SOAP, GraphQL, JSON-RPC, MCP) carry the id as an argument
        value = next(
            (
                v
                for v in (
                    field_of(answer, parameter.name),
                    field_of(record_in(answer), parameter.name),
                    field_of(arguments, parameter.name),
                    identity_of(answer),
                )
                if v is not None
            ),
            None,
        )
        if value is None:
            return None
        asked[parameter.name] = value
    if effect.repeat and (by_find or not asked):
        value = reference or _reference_in(answer, effect) or _reference_in(arguments, effect)
        if value:
            asked |= effect.repeat.asked(str(value))
    return asked or None


def _records(
    reader: Operation,
    exchange: Exchange,
    answer: Any,
    reference: str | None,
    arguments: Mapping[str, Any],
    effect: Effect,
) -> list[Any]:
    if exchange.seen is not Seen.OK:
        return []
    listed = None if _is_record(reader, exchange.body) else records_of(exchange.body)
    if listed is None:
        return [exchange.body] if isinstance(exchange.body, Mapping) else []
    own = reference or identity_of(answer) or _reference_in(arguments, effect)
    depth = 4 if reference or str(own).startswith("cxready-") else 1
    return [r for r in listed if isinstance(r, Mapping) and own and _shows(r, str(own), depth)]


def _unproved(exchange: Exchange, effect: Effect, by_find: bool) -> int:
    """What a search by query found and does not show our reference: nobody may take that away, or call it nothing."""
    asked_by_query = by_find and effect.repeat is not None and bool(effect.repeat.find_with)
    return len(records_of(exchange.body) or ()) if asked_by_query and exchange.seen is Seen.OK else 0


def _reference_in(record: Any, effect: Effect) -> Any:
    if effect.repeat is None:
        return None
    return effect.repeat.reference_in(record) or field_of(record, effect.repeat.reference)


def _shows(value: Any, own: str, depth: int) -> bool:
    """Whether a record carries a text of ours, also inside a list of custom fields."""
    if isinstance(value, Mapping):
        return depth > 0 and any(_shows(v, own, depth - 1) for v in value.values())
    if isinstance(value, list):
        return depth > 0 and any(_shows(v, own, depth - 1) for v in value[:100])
    return not isinstance(value, bool) and isinstance(value, str | int) and str(value) == own


def _is_record(reader: Operation, body: Any) -> bool:
    """A single record and not a page: it is read by its path, or has an identity of its own."""
    if not isinstance(body, Mapping):
        return False
    named = {str(k).lower() for k in record_in(body)}
    return reader.one_by_path or "id" in named or records_of(body) is None
