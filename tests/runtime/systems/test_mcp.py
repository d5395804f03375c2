"""A real MCP server (the protocol's own Python library) behind the same interface, with streams and with plain JSON."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from loopback import WHY, system

from runtime.systems.exchange import Seen
from runtime.systems.mcp_surface import surface_of_mcp

uvicorn = pytest.importorskip("uvicorn")
mcp = pytest.importorskip("mcp.server.mcpserver")


@contextmanager
def running(folder: Path, **options: Any) -> Iterator[str]:
    """A server with three tools on a free port; its `tools/list` lies in the folder."""
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.types import ToolAnnotations

    server = mcp.MCPServer("Credits")

    @server.tool(annotations=ToolAnnotations(readOnlyHint=True))
    def find_credit(account: str) -> dict[str, str]:
        """Finds the last credit of an account."""
        return {"id": "K-1", "account": account}

    @server.tool()
    def create_credit(account: str, amount: str) -> dict[str, str]:
        """Books a credit."""
        if amount == "0":
            raise ToolError("amount must be positive")
        return {"id": "K-2", "amount": amount}

    tools = asyncio.run(server.list_tools())
    listed = {"tools": [t.model_dump(mode="json", by_alias=True, exclude_none=True) for t in tools]}
    (folder / "tools.json").write_text(json.dumps(listed), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = server.streamable_http_app(**options)
    running_app = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=running_app.run, daemon=True)
    thread.start()
    while not running_app.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        running_app.should_exit = True
        thread.join(5)


@pytest.mark.parametrize(
    "options", [{}, {"json_response": True}, {"stateless_http": True}], ids=["stream", "json", "stateless"]
)
def test_tools_are_operations_of_a_real_server(tmp_path: Path, options: dict[str, Any]) -> None:
    with running(tmp_path, **options) as url:
        credits = system(url, tmp_path, protocol="mcp", description="tools.json")
        found = credits.call("find_credit", {"account": "A-1"}, why=WHY)
        made = credits.call("create_credit", {"account": "A-1", "amount": "1.00"}, why=WHY)
        refused = credits.call("create_credit", {"account": "A-1", "amount": "0"}, why=WHY)
        wrong = credits.call("create_credit", {"account": "A-1"}, why=WHY)

    assert credits.surface.operations["find_credit"].reads and not credits.surface.operations["create_credit"].reads
    assert found.ok and found.body == {"id": "K-1", "account": "A-1"}
    assert made.ok and made.body["amount"] == "1.00"
    assert refused.seen is Seen.REFUSED and "positive" in json.dumps(refused.body)
    assert wrong.seen is Seen.REFUSED


def test_the_handshake_is_sent_once_and_every_message_is_counted(tmp_path: Path) -> None:
    with running(tmp_path) as url:
        credits = system(url, tmp_path, protocol="mcp", description="tools.json", budget=10)
        for _ in range(3):
            credits.call("find_credit", {"account": "A-1"}, why=WHY)

    assert credits.transport.budget.used == 5


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"tools": 3}', '{"tools": []}', "\x00"])
def test_what_is_no_list_of_tools_is_a_problem(text: str, tmp_path: Path) -> None:
    found = surface_of_mcp("credits", text.encode(), tmp_path / "t.json")
    assert not found.operations and found.problems[0].grade == "blocker"
