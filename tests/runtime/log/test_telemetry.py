"""The exported spans are what OpenTelemetry reads: its own message types parse them, its own names are used."""

from __future__ import annotations

import base64
from typing import Any

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
from opentelemetry.semconv.attributes import error_attributes

from runtime.decision_log import Entry
from runtime.log.telemetry import request_of, spans_of

ROWS = [
    Entry("r1", "00 understand", at="2026-11-23T08:00:00.500000+00:00", seq=1, hash="a"),
    Entry("r2", "00 understand", at="2026-11-23T08:00:00.600000+00:00", seq=1, hash="b"),
    Entry("r1", "proxy.decide", "billing.createCredit", {"amount": "12.40"}, "refuse", "", {"key": "k", "rule": "x"}, "2026-11-23T08:00:01+00:00", 2, "", "c"),
    Entry("r1", "99 outcome", detail={"outcome": "handed_off"}, at="2026-11-23T08:00:02+00:00", seq=3, hash="d"),
]  # fmt: skip


def test_the_file_is_an_export_request_with_a_trace_for_each_run() -> None:
    spans = parsed().resource_spans[0].scope_spans[0].spans
    assert len(spans) == 6 and len({span.trace_id for span in spans}) == 2
    assert all(len(span.trace_id) == 16 and len(span.span_id) == 8 for span in spans)
    roots = [span for span in spans if not span.parent_span_id]
    assert [span.name for span in roots] == ["invoke_agent cxready"] * 2
    children = [span for span in spans if span.parent_span_id == roots[0].span_id]
    assert [span.end_time_unix_nano - span.start_time_unix_nano for span in children] == [0, 500_000_000, 10**9]
    refused = children[1]
    assert refused.status.code == 2 and told(refused)["error.type"] == "refuse"


def test_names_are_those_of_the_conventions() -> None:
    standard = {
        value
        for holder in (gen_ai_attributes, error_attributes)
        for name, value in vars(holder).items()
        if name.isupper() and isinstance(value, str)
    }
    used = {name for span in spans_of(ROWS) for name in span.attributes if not name.startswith("cxready.")}
    assert used <= standard and {"gen_ai.tool.name", "gen_ai.conversation.id"} <= used
    operations = {span.attributes.get("gen_ai.operation.name") for span in spans_of(ROWS)} - {None}
    assert operations <= {one.value for one in gen_ai_attributes.GenAiOperationNameValues}


def parsed() -> ExportTraceServiceRequest:
    """OTLP's JSON writes ids as hex where the general mapping of Protocol Buffers writes base64."""
    plain = request_of(list(spans_of(ROWS)))
    for span in plain["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        for name in ("traceId", "spanId", "parentSpanId"):
            if name in span:
                span[name] = base64.b64encode(bytes.fromhex(span[name])).decode()
    return ParseDict(plain, ExportTraceServiceRequest())


def told(span: Any) -> dict[str, str]:
    return {one.key: one.value.string_value for one in span.attributes}
