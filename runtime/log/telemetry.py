"""The decision log as OpenTelemetry spans: one trace a run, one span a step, for whatever tracing tool an organisation has.

Names of attributes: OpenTelemetry semantic conventions for generative AI, where the run is `invoke_agent` and a call of a
system `execute_tool`; what they have no name for stands under `cxready.`. The file is an ExportTraceServiceRequest in the
JSON encoding of OTLP 1.x (ids as hex, 64-bit integers as text). Spans tell; the chained log proves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from itertools import groupby
from typing import Any

from runtime.decision_log import Entry
from runtime.log import sealed

INTERNAL, ERROR = 1, 2
FAILED = ("escalate", "refuse", "blocked")


@dataclass(frozen=True)
class Span:
    """One span. Times are nanoseconds since 1970; ids are hex of 16 and 8 bytes."""

    trace: str
    id: str
    parent: str
    name: str
    start: int
    end: int
    attributes: Mapping[str, Any]
    error: str = ""


def spans_of(rows: Iterable[Entry]) -> Iterator[Span]:
    """For each run its own span, then one for each row, from the row before it until it was written."""
    ordered = sorted(rows, key=lambda row: row.run)  # stable: rows of a run keep their order
    for run, found in groupby(ordered, key=lambda row: row.run):
        steps = list(found)
        yield _whole(run, steps)
        before = _nanoseconds(steps[0].at)
        for row in steps:
            yield _step(row, before)
            before = _nanoseconds(row.at)


def request_of(spans: Sequence[Span]) -> dict[str, Any]:
    """The body of `POST /v1/traces`."""
    resource = {"attributes": _attributes({"service.name": "cxready", "service.version": _version()})}
    scope = {"name": "cxready.decision_log", "version": _version()}
    return {
        "resourceSpans": [
            {"resource": resource, "scopeSpans": [{"scope": scope, "spans": [_plain(span) for span in spans]}]}
        ]
    }


def _whole(run: str, steps: Sequence[Entry]) -> Span:
    last = steps[-1].detail
    said = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "cxready",
        "gen_ai.conversation.id": run,
        "cxready.outcome": last.get("outcome"),
        "cxready.reason": last.get("reason"),
    }
    start, end = _nanoseconds(steps[0].at), _nanoseconds(steps[-1].at)
    return Span(_id(run, 16), _id(f"{run} 0", 8), "", "invoke_agent cxready", start, end, said)


def _step(row: Entry, start: int) -> Span:
    calls = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": row.operation,
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": row.detail.get("key"),
        "gen_ai.tool.call.arguments": _arguments(row.arguments),
    }
    said = {
        **(calls if row.operation else {}),
        "gen_ai.conversation.id": row.run,
        "cxready.step": row.step,
        "cxready.decision": row.decision,
        "cxready.effect": row.effect,
        "cxready.rule": row.detail.get("rule"),
        "cxready.reason": row.detail.get("reason") or row.detail.get("says"),
        "cxready.policy": row.detail.get("policy"),
        "cxready.log.seq": row.seq,
        "cxready.log.hash": row.hash,
    }
    failed = row.decision if row.decision in FAILED else "unknown" if row.effect == "unknown" else ""
    said |= {"error.type": failed} if failed else {}
    name = f"execute_tool {row.operation}" if row.operation else row.step
    ids = _id(row.run, 16), _id(f"{row.run} {row.seq}", 8), _id(f"{row.run} 0", 8)
    return Span(*ids, name, min(start, _nanoseconds(row.at)), _nanoseconds(row.at), said, failed)


def _arguments(given: Mapping[str, Any]) -> str:
    """Empty, so left out, where they are sealed: what belongs to a customer does not go to a tracing tool."""
    return "" if sealed.MARK in given else json.dumps(dict(given), ensure_ascii=False, sort_keys=True)


def _plain(span: Span) -> dict[str, Any]:
    found: dict[str, Any] = {
        "traceId": span.trace,
        "spanId": span.id,
        "name": span.name,
        "kind": INTERNAL,
        "startTimeUnixNano": str(span.start),
        "endTimeUnixNano": str(span.end),
        "attributes": _attributes(span.attributes),
    }
    found |= {"parentSpanId": span.parent} if span.parent else {}
    return found | ({"status": {"code": ERROR, "message": span.error}} if span.error else {})


def _attributes(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Without the empty ones."""
    return [{"key": name, "value": _value(value)} for name, value in values.items() if value not in (None, "")]


def _value(value: Any) -> dict[str, Any]:
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": str(value)}


@cache
def _version() -> str:
    return version("cxready")


def _id(text: str, size: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[: 2 * size]


def _nanoseconds(at: str) -> int:
    moment = datetime.fromisoformat(at)
    return int(moment.timestamp()) * 10**9 + moment.microsecond * 1_000
