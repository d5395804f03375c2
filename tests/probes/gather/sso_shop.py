"""A shop behind single sign-on: whoever has no session, or one that ended, is sent to a person's login page."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

DESCRIPTION = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/orders": {"get": {"operationId": "listOrders", "responses": {"200": {"description": "orders"}}}},
        "/orders/{id}": {
            "get": {
                "operationId": "getOrder",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"200": {"description": "an order"}},
            },
            "delete": {
                "operationId": "deleteOrder",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"204": {"description": "gone"}},
            },
        },
    },
}
ENGAGEMENT = """format: 1
organisation: Shop
systems:
  shop:
    role: logistics
    description: shop.json
    environments: {{staging: {{url: "{url}"}}}}
    credentials:
      agent: {{scheme: session, header: Cookie, token: "${{SHOP_COOKIE}}", obtained: {{by: Ada, at: "2026-11-23T08:00:00Z"}}}}
"""


class SsoShop:
    """`sessions`: cookie → how many requests it still lives for; `seen`: every request's method and cookie."""

    def __init__(self) -> None:
        self.sessions: dict[str, int] = {}
        self.seen: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        shop = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                cookie = self.headers.get("Cookie", "")
                if not shop.lives(self.command, cookie):
                    return self._answer(302, {"Location": "/sso/login?next=%2Forders"}, None)
                order = {"id": "O-1", "state": "open"}
                self._answer(200, {}, order if self.path.startswith("/orders/") else {"items": [order]})

            do_POST = do_DELETE = do_PATCH = do_GET

            def _answer(self, status: int, headers: dict[str, str], body: Any) -> None:
                data = json.dumps(body).encode() if body is not None else b""
                self.send_response(status)
                for name, value in {
                    "Content-Type": "application/json",
                    **headers,
                    "Content-Length": str(len(data)),
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def lives(self, method: str, cookie: str) -> bool:
        with self._lock:
            self.seen.append((method, cookie))
            left = self.sessions.get(cookie, 0)
            self.sessions[cookie] = left - 1
            return left > 0

    def folder(self, place: Path) -> Path:
        place.mkdir(parents=True)
        (place / "engagement.yaml").write_text(ENGAGEMENT.format(url=self.url), encoding="utf-8")
        (place / "shop.json").write_text(json.dumps(DESCRIPTION), encoding="utf-8")
        return place

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
