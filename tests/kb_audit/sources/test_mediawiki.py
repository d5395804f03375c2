"""MediaWiki: pages over `continue`, dates from revisions, wikitext as Markdown – against a real server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import pytest

from kb_audit.sources import mediawiki
from runtime.errors import BadInput

PAGES = [
    {
        "pageid": 1,
        "title": "Returns",
        "text": "'''Returns''' are free.\n== Time ==\nWithin 14 days, see [[Fees|the fees]].\n* phones\n{{b|x={{y}}}}",
    },
    {"pageid": 2, "title": "Fees", "text": "A return costs 5 EUR.<ref>x</ref>"},
    {"pageid": 3, "title": "Empty", "text": ""},
]


class _Wiki(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        query = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
        at = int(query.get("gapcontinue", "0"))
        page = PAGES[at]
        revision = {
            "timestamp": "2026-03-04T05:06:07Z",
            "slots": {"main": {"contentmodel": "wikitext", "content": page["text"]}},
        }
        answer: dict[str, Any] = {
            "query": {"pages": [{"pageid": page["pageid"], "title": page["title"], "revisions": [revision]}]}
        }
        if at + 1 < len(PAGES):
            answer["continue"] = {"gapcontinue": str(at + 1), "continue": "gapcontinue||"}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def fetch() -> Iterator[mediawiki.Fetch]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Wiki)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def get(params: Mapping[str, str]) -> Mapping[str, Any]:
        with urlopen(f"http://127.0.0.1:{server.server_port}/api.php?{urlencode(params)}") as answer:
            found: Mapping[str, Any] = json.load(answer)
            return found

    yield get
    server.shutdown()
    server.server_close()


def test_all_pages_are_read_over_continue_with_their_dates(fetch: mediawiki.Fetch) -> None:
    reading = mediawiki.read(fetch, url="http://wiki.example/index.php")
    assert [a.title for a in reading.articles] == ["Fees", "Returns"]
    assert {a.updated for a in reading.articles} == {date(2026, 3, 4)}
    assert reading.articles[0].url == "http://wiki.example/index.php?title=Fees"
    assert [n.name for n in reading.not_read] == ["Empty"]


def test_wikitext_becomes_sections_links_and_lists(fetch: mediawiki.Fetch) -> None:
    page = mediawiki.read(fetch).articles[1]
    assert [s.path for s in page.sections] == [("Returns",), ("Returns", "Time")]
    assert [(link.target, link.text) for link in page.links] == [("Fees", "the fees")]
    assert "x=" not in page.body and "**Returns** are free." in page.body


def test_a_spent_budget_is_named(fetch: mediawiki.Fetch) -> None:
    reading = mediawiki.read(fetch, max_requests=1)
    assert len(reading.articles) == 1 and "1 requests" in reading.not_read[0].why


def test_an_answer_that_is_not_mediawikis_is_refused() -> None:
    with pytest.raises(BadInput, match="not MediaWiki"):
        mediawiki.read(lambda _: {"query": {"pages": {"1": {}}}})
    with pytest.raises(BadInput, match="refuses"):
        mediawiki.read(lambda _: {"error": {"info": "readapidenied"}})
