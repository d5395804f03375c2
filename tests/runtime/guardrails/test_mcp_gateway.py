"""An agent that speaks MCP has tools, and every call of one passes the same decision as any other write."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from probes.derive.stand_in import SECRETS, StandIn, estate_at, stand_in
from runtime.guardrails.case_context import CaseContext
from runtime.guardrails.proxy import RunningProxy, serve
from tests.runtime.guardrails.described import described_estate

pytest.importorskip("mcp")
ACCOUNT = "A-1"
CREDIT = {"account_id": ACCOUNT, "amount": "12.40", "currency": "EUR"}


@pytest.fixture
def system() -> Iterator[StandIn]:
    with stand_in() as running:
        yield running


@pytest.fixture
def proxy(system: StandIn, tmp_path: Path) -> Iterator[RunningProxy]:
    estate = estate_at(described_estate(tmp_path), system.url)
    running = serve(estate, folder=tmp_path / "state", secrets=SECRETS, mcp=True)
    yield running
    running.close()


def with_tools(proxy: RunningProxy, workflow: str, *calls: tuple[str, dict[str, Any]]) -> tuple[list[str], list[Any]]:
    """The reference client: tools it is offered, and what came of the calls."""
    import httpx2
    from mcp.client.session import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    headers = proxy.headers(CaseContext(workflow=workflow, case="case-1", customer=ACCOUNT))

    async def talk() -> tuple[list[str], list[Any]]:
        async with (
            httpx2.AsyncClient(headers=headers, timeout=20, trust_env=False) as http,
            streamable_http_client(f"{proxy.url}/mcp", http_client=http) as streams,
            ClientSession(streams[0], streams[1]) as session,
        ):
            await session.initialize()
            tools = [tool.name for tool in (await session.list_tools()).tools]
            return tools, [await session.call_tool(name, arguments) for name, arguments in calls]

    return asyncio.run(talk())


def test_tools_are_the_covered_writes_of_the_workflow(proxy: RunningProxy) -> None:
    assert with_tools(proxy, "dispute")[0] == ["billing__addNote", "billing__createCredit"]
    assert with_tools(proxy, "another")[0] == []


def test_a_call_is_decided_sent_once_and_answered(proxy: RunningProxy, system: StandIn) -> None:
    over = {**CREDIT, "amount": "50.01"}
    name = "billing__createCredit"
    _, (first, again, denied) = with_tools(proxy, "dispute", (name, CREDIT), (name, CREDIT), (name, over))
    assert not first.is_error and first.structured_content == {"id": "S-1"} == again.structured_content
    assert len(system.arrived) == 1, "the same call in the same case is one write"
    assert denied.is_error and denied.structured_content["decision"] == "escalate"
    assert denied.content[0].text == "escalate: 50.01 EUR is above the limit of 50.00 EUR for issue_credit"


def test_a_tool_that_is_not_offered_changes_nothing(proxy: RunningProxy, system: StandIn) -> None:
    calls = (("billing__getAccount", {"account_id": ACCOUNT}), ("no__tool", {}), ("billing__createCredit", {"a": 1}))
    _, found = with_tools(proxy, "another", *calls)
    assert all(one.is_error for one in found) and system.arrived == []


def message(arguments: str) -> bytes:
    return (
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"billing__createCredit","arguments":%s}}'
        % arguments.encode()
    )


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Authorization": "Bearer guessed"}, message(json.dumps(CREDIT)), 401),
        ({"X-Cxready-Context": "forged"}, message(json.dumps(CREDIT)), 403),
        ({}, message('{"account_id":"A-1","amount":"900.00","amount":"1.00","currency":"EUR"}'), 400),
        ({}, b"[" + message(json.dumps(CREDIT)) + b"]", 400),
        ({"X-HTTP-Method-Override": "GET"}, message(json.dumps(CREDIT)), 400),
        ({"Transfer-Encoding": "chunked"}, message(json.dumps(CREDIT)), 400),
    ],
)
def test_what_the_proxy_refuses_it_refuses_here(
    proxy: RunningProxy, system: StandIn, headers: dict[str, str], body: bytes, status: int
) -> None:
    about = proxy.headers(CaseContext(workflow="dispute", case="c", customer=ACCOUNT))
    fixed = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    answer = requests.post(f"{proxy.url}/mcp", data=body, headers={**fixed, **about, **headers}, timeout=20)
    assert answer.status_code == status and system.arrived == []


def test_http_goes_on_beside_it(proxy: RunningProxy, system: StandIn) -> None:
    about = proxy.headers(CaseContext(workflow="dispute", case="c", customer=ACCOUNT))
    assert requests.post(f"{proxy.url}/billing/credits", json=CREDIT, headers=about, timeout=20).status_code == 201
    assert len(system.arrived) == 1
