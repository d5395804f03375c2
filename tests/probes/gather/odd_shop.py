"""A small order system on a loopback port with defects and oddities that a test switches on, one by one."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml

from runtime.estate import Estate
from tests.probes.gather.odd_shop_estate import DESCRIPTION, estate_of


class Shop:
    """State and switches. Switches: skips, repeats, oversized, html_errors, wall, slow_to_settle, trims, soft,
    forbidden_when_gone, drops, lost_updates, etag_by_the_second, etag_for_good, weak_etag, strict_on_weak,
    open, keyless, racy_keys, slow_index, short_count, links_elsewhere, fails_after_storing, removes_with_fault (done, and a 500 each time); and, on the way rather than in the
    shop: busy (a colleague adds an order during the first walk), repeat_blocked, undo_blocked, undo_forbidden,
    locked (each removal fails twice with a 500), search_blocked, anonymous_login, gateway_down, error_blocked.
    """

    def __init__(self, *switches: str) -> None:
        self.on = set(switches)
        self.orders: dict[str, dict[str, Any]] = {
            f"O-{n}": {"id": f"O-{n}", "text": f"order {n}", "state": "open"} for n in range(1, 12)
        }
        self.keys: dict[str, str] = {}
        self.visible_from: dict[str, float] = {}
        self.indexed_from: dict[str, float] = {}
        self.blocked: dict[str, int] = {}
        self.changed_at: dict[str, int] = {}
        self.lock = threading.Lock()

    def answer(
        self, method: str, path: str, query: dict[str, str], headers: Any, body: Any
    ) -> tuple[int, Any, dict[str, str]]:
        if blocked := self._on_the_way(method, path, query, headers):
            return blocked
        if headers.get("Authorization") != "Bearer token-of-the-agent" and "open" not in self.on:
            return self._error(401, "no valid token")
        if "wall" in self.on and method == "GET" and "mozilla" not in headers.get("User-Agent", "").lower():
            return (
                403,
                "<html><title>Just a moment...</title></html>",
                {"cf-mitigated": "challenge", "Content-Type": "text/html"},
            )
        name = path.removeprefix("/orders").strip("/")
        looked_up = headers.get("Idempotency-Key", "") in self.keys
        if "racy_keys" in self.on and method == "POST":
            time.sleep(0.2)  # between looking the key up and keeping it
        with self.lock:
            if method == "GET":
                return self._list(query) if not name else self._one(name)
            if method == "POST":
                return self._create(body, headers, looked_up)
            return self._delete(name) if method == "DELETE" else self._change(name, body, headers)

    def _on_the_way(
        self, method: str, path: str, query: dict[str, str], headers: Any
    ) -> tuple[int, Any, dict[str, str]] | None:
        """What a proxy or a gateway answers in the shop's place."""
        page = {"Content-Type": "text/html"}
        proxy = (407, "<html><h1>Proxy authentication required</h1></html>", page)
        again = headers.get("Idempotency-Key", "") in self.keys
        met = {
            "repeat_blocked": method == "POST" and again,
            "undo_blocked": method == "DELETE" and self._blocks_once("undo"),
            "search_blocked": method == "GET" and "reference" in query,
            "error_blocked": "no-such" in path or query.get("limit") == "many",
        }
        if any(switch in self.on and here for switch, here in met.items()):
            return proxy
        if "undo_forbidden" in self.on and method == "DELETE" and self._blocks_once("undo"):
            return 403, {"title": "not allowed", "status": 403}, {"Content-Type": "application/problem+json"}
        if "locked" in self.on and method == "DELETE" and self._locked(path):
            return self._error(500, "the database is locked")
        if "anonymous_login" in self.on and not headers.get("Authorization"):
            return 302, None, {"Location": "/login?next=orders"}
        return (502, "<html><h1>Bad gateway</h1></html>", page) if "gateway_down" in self.on else None

    def _blocks_once(self, what: str) -> bool:
        """Three times, so that the next run can clean up."""
        self.blocked[what] = self.blocked.get(what, 0) + 1
        return self.blocked[what] <= 3

    def _locked(self, path: str) -> bool:
        self.blocked[path] = self.blocked.get(path, 0) + 1
        return self.blocked[path] <= 2

    def _list(self, query: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        if not query.get("limit", "10").isdigit():
            return self._error(400, "limit is not a number")
        size, start = int(query.get("limit", "10")), int(query.get("offset", "0"))
        if "busy" in self.on and size == 3 and start == 3:
            self.on.remove("busy")
            self.orders = {"O-0": {"id": "O-0", "text": "a colleague's", "state": "open"}, **self.orders}
        rows = [o for o in self.orders.values() if query.get("reference") in (None, o.get("reference"))]
        if "slow_index" in self.on and "reference" in query:
            rows = [o for o in rows if self.indexed_from.get(o["id"], 0) < time.monotonic()]
        start += 1 if "skips" in self.on and start else 0
        start -= 1 if "repeats" in self.on and start else 0
        size += 4 if "oversized" in self.on else 0
        page = rows[start : start + size]
        if "short_count" in self.on:  # the page's own length, which says nothing about the list's
            return 200, {"items": page, "count": len(page)}, {}
        if "links_elsewhere" in self.on and start + size < len(rows):  # as it stands behind a gateway
            link = f"http://orders.internal:8080/orders?limit={size}&offset={start + size}"
            return 200, {"items": page, "next": link}, {}
        return (
            200,
            {"items": page, "total": len(rows)} if "links_elsewhere" not in self.on else {"items": page, "next": None},
            {},
        )

    def _one(self, name: str) -> tuple[int, Any, dict[str, str]]:
        order = self.orders.get(name)
        if order is None or self.visible_from.get(name, 0) > time.monotonic():
            return self._error(403 if "forbidden_when_gone" in self.on else 404, "there is no such order")
        return 200, order, {"ETag": self._etag(name, order)}

    def _etag(self, name: str, order: dict[str, Any]) -> str:
        if self.on & {"weak_etag", "strict_on_weak"}:
            return f'W/"{hash(json.dumps(order, sort_keys=True)) & 0xFFFFFF:x}"'
        if "etag_by_the_second" in self.on:
            return f'"{name}-{self.changed_at.setdefault(name, int(time.time()))}"'
        return (
            f'"{name}"' if "etag_for_good" in self.on else f'"{hash(json.dumps(order, sort_keys=True)) & 0xFFFFFF:x}"'
        )

    def _create(self, body: dict[str, Any], headers: Any, looked_up: bool) -> tuple[int, Any, dict[str, str]]:
        key = headers.get("Idempotency-Key", "")
        known = looked_up if "racy_keys" in self.on else key in self.keys
        if key and known and "keyless" not in self.on:
            return 201, self.orders[self.keys[key]], {}
        made = {"id": f"O-{len(self.orders) + 1}", **body, "state": "open"}
        if "trims" in self.on:
            made["text"] = str(made["text"]).strip().upper()
        self.orders[made["id"]], self.keys[key] = made, made["id"]
        self.indexed_from[made["id"]] = time.monotonic() + 3.0
        if "slow_to_settle" in self.on:
            self.visible_from[made["id"]] = time.monotonic() + 0.6
        return self._error(502, "bad gateway") if "fails_after_storing" in self.on else (201, made, {})

    def _change(self, name: str, body: dict[str, Any], headers: Any) -> tuple[int, Any, dict[str, str]]:
        _, order, got = self._one(name)
        matches = (None,) if "strict_on_weak" in self.on else (None, got.get("ETag"))
        if "lost_updates" not in self.on and headers.get("If-Match") not in matches:
            return self._error(412, "the order has changed")
        if "drops" not in self.on:
            self.orders[name] = {**self.orders[name], **body}
            self.changed_at[name] = int(time.time())
        return 200, {**order, **body}, {}

    def _delete(self, name: str) -> tuple[int, Any, dict[str, str]]:
        if name not in self.orders:
            return self._error(404, "there is no such order")
        if "soft" in self.on:
            self.orders[name] = {**self.orders[name], "state": "deleted"}
            if "removes_with_fault" in self.on:
                return self._error(500, "something went wrong")
        else:
            del self.orders[name]
        return 204, None, {}

    def _error(self, status: int, says: str) -> tuple[int, Any, dict[str, str]]:
        if "html_errors" in self.on:
            return status, f"<html><body><h1>{says}</h1></body></html>", {"Content-Type": "text/html"}
        return status, {"title": says, "status": status}, {"Content-Type": "application/problem+json"}

    def own(self) -> list[dict[str, Any]]:
        """Orders that a test made and that are not over."""
        return [o for o in self.orders.values() if o.get("reference") and o["state"] != "deleted"]


@contextmanager
def shop(folder: Path, *switches: str, kept_as: type[Shop] = Shop) -> Iterator[tuple[Shop, Estate]]:
    """A running shop and the estate that names it; `folder` gets the description."""
    state = kept_as(*switches)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        (folder / "shop.yaml").write_text(yaml.safe_dump(DESCRIPTION), encoding="utf-8")
        yield state, estate_of(folder, f"http://127.0.0.1:{server.server_address[1]}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _handler(state: Shop) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            place = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            form = "form-urlencoded" in self.headers.get("Content-Type", "")
            sent = dict(parse_qsl(raw.decode())) if form else json.loads(raw) if raw else {}
            status, body, headers = state.answer(
                self.command, place.path, dict(parse_qsl(place.query)), self.headers, sent
            )
            data = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if status != 204:
                self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = _serve

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    return Handler
