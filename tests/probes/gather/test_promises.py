"""What counts as a promise of a document, and what only looks like one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from probes.gather.promises import Promises, promises_of
from runtime.systems.openapi import surface_of_openapi
from runtime.systems.surface import Operation, Parameter, Surface

CORPUS = Path(os.environ.get("CXREADY_CORPUS", Path(__file__).parents[3].parent / "shared" / "corpus")) / "openapi"


def made(*operations: Operation, text: str = "", **more: Any) -> Promises:
    surface = Surface("shop", "openapi 3.1", "", {op.id: op for op in operations}, **more)
    return promises_of(surface, operations, [], limits="", events=(), document="shop.yaml", text=text)


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("Responses come within 500 ms.", "500"),
        ("The API answers reads in less than 2 seconds.", "2000"),
        ("Latency: p95 300 milliseconds for reads.", "300"),
        ("Your endpoint must respond within 5 seconds.", None),
        ("Webhooks: a listener that does not answer within 10 seconds is tried again.", None),
        ("Responses are cached for up to 60 seconds.", None),
        ("Respond to disputes within 10 days.", None),
        ("The request times out: a timeout answers within 30 s.", None),
        ("Reads are fast.", None),
    ],
)
def test_a_promise_of_speed_is_the_systems_own_and_has_a_figure(text: str, figure: str | None) -> None:
    found = made(text=text).of("latency")
    assert (found.values[0] if found else None) == figure


@pytest.mark.parametrize(
    ("header", "promised"),
    [("Idempotency-Key", True), ("X-Idempotency-Key", True), ("PayPal-Request-Id", True), ("X-Request-Id", False)],
)
def test_a_key_is_promised_by_its_header_and_a_trace_is_no_key(header: str, promised: bool) -> None:
    write = Operation("pay", "POST", "/pay", reads=False, parameters=(Parameter(header, "header"),))
    assert (made(write).of("repeat", "pay") is not None) == promised


@pytest.mark.parametrize(
    ("text", "promised"),
    [("This call is idempotent.", True), ("This call is not idempotent.", False), ("A non-idempotent write.", False)],
)
def test_a_text_promises_only_what_it_affirms(text: str, promised: bool) -> None:
    write = Operation("pay", "POST", "/pay", reads=False, description=text)
    assert (made(write).of("repeat", "pay") is not None) == promised


def test_silence_promises_nothing() -> None:
    assert made(Operation("pay", "POST", "/pay", reads=False), Operation("get", "GET", "/get")).promises == ()


def test_what_was_called_once_promises_nothing() -> None:
    seen = Operation("get", "GET", "/get", answers={"200": {"type": "object"}})
    surface = Surface("shop", "examples", "", {"get": seen}, security_schemes={"a": {"type": "apiKey"}})
    found = promises_of(
        surface, [seen], ["get"], limits="600 requests a minute", events=("x",), document="", text="429"
    )
    assert found.promises == () and found.described == ("get",)


def test_an_error_promises_its_required_fields_and_a_status_its_own() -> None:
    error = {"allOf": [{"required": ["code"], "properties": {"code": {}, "hint": {}}}, {"properties": {"more": {}}}]}
    op = Operation("get", "GET", "/get", answers={"404": error, "4XX": {"properties": {"message": {}}}})
    found = made(op).of("errors", "get")
    assert found is not None and found.fields == {"404": ("code",), "4XX": ("message",)}


def test_soap_speaks_of_faults_and_not_of_statuses() -> None:
    op = Operation("Port.get", "POST", "/get", answers={"200": {"type": "object"}, "500": {}})
    surface = Surface("shop", "wsdl 1.1", "", {"Port.get": op})
    found = promises_of(surface, [op], ["Port.get"], limits="", events=(), document="a.wsdl", text="")
    assert not found.of_http and found.of("status", "Port.get") is None
    assert found.of("errors", "Port.get") is not None and found.of("schema", "Port.get") is not None


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real descriptions is not here (CXREADY_CORPUS)")
@pytest.mark.parametrize(
    "name", ["adyen/CheckoutService-v72.yaml", "intercom/2.14.yaml", "paypal/checkout_orders_v2.json"]
)
def test_promises_of_real_descriptions_stay_with_what_they_say(name: str) -> None:
    path = CORPUS / name
    surface = surface_of_openapi("x", path.read_bytes(), path, path.parent)
    text = " ".join([surface.text, *(op.description for op in surface.operations.values())])
    found = promises_of(
        surface, surface.operations.values(), [], limits="", events=surface.events, document="", text=text
    )
    assert found.of("latency") is None
    assert all(p.says and len(p.says) <= 400 for p in found.promises)
    assert found.of("auth") is not None
