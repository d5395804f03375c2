"""External links: only a clear no is dead, hosts are asked gently, and a link must not make us knock inside."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kb_audit.external_links import external, findings, follow_external
from kb_audit.sources import markdown


class _Web(BaseHTTPRequestHandler):
    asked: list[tuple[str, str]] = []  # noqa: RUF012

    def do_HEAD(self) -> None:
        self.asked.append((self.command, self.path))
        status = {"/gone": 404, "/never": 410, "/busy": 503, "/wall": 403, "/no-head": 405, "/moved": 301}.get(
            self.path, 200
        )
        if self.command == "GET" and self.path == "/no-head":
            status = 404
        self.send_response(status)
        if status == 301:
            self.send_header("Location", "http://elsewhere.example/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(_Web, "asked", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Web)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_only_a_clear_no_is_dead(web: str) -> None:
    links = " ".join(
        f"[x]({web}/{name}#part)" for name in ("gone", "never", "busy", "wall", "no-head", "moved", "fine")
    )
    page = markdown.parse("a.md", f"# A\n\n{links} [in](b.md) [gone]({web}/gone)\n")
    waited: list[float] = []
    followed = follow_external(list(external([page])), private=True, wait=waited.append)
    assert {at.rpartition("/")[2] for at in followed.dead} == {"gone", "never", "no-head"}
    assert followed.asked == 7 and len(waited) == 6, "one host: a pause before each further request"
    assert len([path for _, path in _Web.asked if path == "/gone"]) == 1
    assert len(list(findings([page], followed))) == 4, "one for each place"


def test_a_link_to_a_private_address_is_not_followed(web: str) -> None:
    assert follow_external([f"{web}/gone"]).dead == {} and _Web.asked == []


def test_the_budget_is_kept_and_what_is_left_is_counted(web: str) -> None:
    followed = follow_external([f"{web}/{n}" for n in range(5)], most=2, private=True, wait=lambda s: None)
    assert (followed.asked, followed.left) == (2, 3)
