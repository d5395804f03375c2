"""A site by its sitemap: one host, robots.txt, a budget, and pages that are none – against a server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kb_audit import live
from kb_audit.live import LiveSource
from kb_audit.sources import sitemap
from kb_audit.sources.reading import Reading
from runtime.errors import BadInput, Refused

PAGES = {
    "/help/a": "<html lang=en><h1>Returns</h1><p>Within 14 days. <a href=/help/b>Fees</a> <a href=/private/x>x</a></p>",
    "/help/b": "<h1>Fees</h1><p>A return costs nothing. <a href=/help/a>Returns</a></p>",
    "/help/empty": "<div id=app></div><script>draw()</script>",
    "/private/x": "<p>Not for robots.</p>",
}
ROBOTS = "User-agent: *\nDisallow: /private/\nCrawl-delay: 0.01\n"


class _Site(BaseHTTPRequestHandler):
    robots = ROBOTS
    listed = True
    asked: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.asked.append(self.path)
        here = f"http://{self.headers['Host']}"
        if self.path == "/robots.txt":
            return self.give(200, "text/plain", self.robots)
        if self.path == "/sitemap.xml" and self.listed:
            entries = [f"{here}{path}" for path in PAGES] + ["http://elsewhere.example/help/z", f"{here}/help/gone"]
            urls = "".join(f"<url><loc>{at}</loc><lastmod>2026-02-03</lastmod></url>" for at in entries)
            return self.give(
                200,
                "application/xml",
                f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>',
            )
        if self.path == "/index.xml":
            return self.give(
                200,
                "application/xml",
                f"<sitemapindex><sitemap><loc>{here}/sitemap.xml</loc></sitemap><sitemap><loc>{here}/index.xml</loc></sitemap></sitemapindex>",
            )
        if self.path == "/bomb.xml":
            return self.give(
                200,
                "application/xml",
                '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>',
            )
        if self.path in PAGES:
            return self.give(200, "text/html; charset=utf-8", PAGES[self.path])
        return self.give(404, "text/html", "<p>gone</p>")

    def give(self, status: int, kind: str, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(_Site, "asked", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def read(address: str, most: int = 50) -> Reading:
    return live.alone(LiveSource("sitemap", address), most=most, say=lambda says: None)


def test_pages_of_the_sitemap_are_read_with_their_dates_and_the_rest_is_named(site: str) -> None:
    reading = read(f"{site}/sitemap.xml")
    assert [(a.id, a.updated) for a in reading.articles] == [("help/a", date(2026, 2, 3)), ("help/b", date(2026, 2, 3))]
    why = {n.name.removeprefix(site): n.why for n in reading.not_read}
    assert set(why) == {"/help/empty", "/private/x", "/help/gone"} and "robots.txt" in why["/private/x"]
    assert "/private/x" not in _Site.asked and not any("elsewhere" in path for path in _Site.asked)


def test_an_index_that_names_itself_ends(site: str) -> None:
    assert len(read(f"{site}/index.xml").articles) == 2


def test_without_a_sitemap_links_are_followed_within_the_folder(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Site, "listed", False)
    assert [a.id for a in read(f"{site}/help/a").articles] == ["help/a", "help/b"]


def test_robots_that_close_the_site_are_kept_to(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Site, "robots", "User-agent: cxready\nDisallow: /\n")
    with pytest.raises(BadInput, match="robots"):
        read(f"{site}/help/a")
    assert _Site.asked == ["/robots.txt"]


def test_a_spent_budget_keeps_what_came(site: str) -> None:
    reading = read(f"{site}/sitemap.xml", most=3)
    assert len(reading.articles) == 1 and any("not all pages" in n.why for n in reading.not_read)


def test_entities_of_a_sitemap_are_not_expanded(site: str) -> None:
    assert all("aaaa" not in path for path in [*_Site.asked, *(n.name for n in read(f"{site}/bomb.xml").not_read)])


def test_the_crawl_delay_is_waited_for_and_bounded() -> None:
    waited: list[float] = []
    pages = {
        "http://x.example/robots.txt": ROBOTS.replace("0.01", "600"),
        "http://x.example/a": "<p>Words of a page.</p>",
    }

    def get(at: str) -> sitemap.Page:
        return sitemap.Page(
            200 if at in pages else 404, "text/plain" if at.endswith("txt") else "text/html", pages.get(at, ""), at
        )

    assert sitemap.read("http://x.example/a", get, wait=waited.append).articles
    assert waited == [sitemap.LONGEST_WAIT]


def test_a_refusal_in_the_middle_is_no_crash() -> None:
    def get(at: str) -> sitemap.Page:
        if at.endswith("/a"):
            raise Refused("the budget is spent", "knowledge", "")
        return sitemap.Page(404, "", "", at)

    assert "budget" in sitemap.read("http://x.example/a", get, wait=lambda s: None).not_read[0].why
