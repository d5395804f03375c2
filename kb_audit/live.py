"""Articles that stand behind an address: wikis, help centres and sites, each read through the same connector as every system.

A source is `mediawiki:<address of api.php>`, `sitemap:<address>`, or `<vendor>:<address or system>`: a system of the
engagement brings its credential, an address is read as anybody may read it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from kb_audit.sources.reading import Reading
from runtime.errors import BadInput, Unreachable

if TYPE_CHECKING:
    from runtime.systems.rest import RestSystem
    from runtime.systems.surface import Surface

WIKI, SITE = "mediawiki", "sitemap"
VENDORS = ("zendesk", "intercom", "confluence", "confluence-dc", "salesforce", "freshdesk")
KINDS = (WIKI, SITE, *VENDORS)
MOST_REQUESTS = {WIKI: 20, SITE: 90}
_OF_VENDORS = 60
_LISTS = 20
ANY_PAGE = "/{page}"

Ask = Callable[[str], Any]
"""Sends one GET and returns what is kept of its answer: JSON, or a page as a mapping."""
Answers = list[dict[str, Any]]


@dataclass(frozen=True)
class LiveSource:
    """`kind` of KINDS; `place`: an address, or the name of a system."""

    kind: str
    place: str

    @property
    def requests(self) -> int:
        """The most that one reading of it sends."""
        return MOST_REQUESTS.get(self.kind, _OF_VENDORS)

    @property
    def is_address(self) -> bool:
        return "://" in self.place or self.place.startswith("${")

    @property
    def paths(self) -> list[tuple[str, int]]:
        """Path templates with the most requests of each, for the plan; the last of a vendor's are the articles."""
        if self.kind == WIKI:
            return [(urlsplit(self.place).path or "/api.php", self.requests)]
        if self.kind == SITE:
            return [(ANY_PAGE, self.requests)]
        from kb_audit.sources.exports import CENTERS

        *lists, articles = CENTERS[self.kind].paths
        return [*((path, _LISTS // len(lists)) for path in lists), (articles, self.requests - (_LISTS if lists else 0))]

    def surface(self) -> Surface:
        """The vendor's paths as operations, so that each request is known by its template."""
        from runtime.systems.surface import Operation, Surface

        found = {f"GET {path}": Operation(f"GET {path}", "GET", path) for path, _ in self.paths}
        return Surface("knowledge", "none", "", found)


def live(source: str) -> LiveSource | None:
    """What a source of engagement.yaml or a command names; None for a path of this machine."""
    kind, colon, place = source.partition(":")
    if colon and kind in KINDS:
        return LiveSource(kind, place)
    return LiveSource(SITE, source) if source.startswith(("http://", "https://")) else None


def read(source: LiveSource, ask: Ask, *, wait: Callable[[float], None] = time.sleep) -> Reading:
    """The articles, by as many questions as it takes. Raises BadInput or Unreachable where the first one fails."""
    if source.kind == WIKI:
        from kb_audit.sources import mediawiki

        url = source.place.replace("/api.php", "/index.php")
        return mediawiki.read(lambda given: ask("?" + urlencode(given)), url=url, max_requests=source.requests)
    if source.kind == SITE:
        from kb_audit.sources import sitemap

        return sitemap.read(source.place, lambda at: sitemap.Page(**ask(at)), wait=wait, most=source.requests - 10)
    from kb_audit.sources import help_center
    from kb_audit.sources.exports import CENTERS

    return help_center.read(CENTERS[source.kind], lambda path: ask(path)["answer"])


def replay(source: LiveSource, answers: Iterable[Mapping[str, Any]]) -> Reading:
    """The same articles from kept answers, without a network."""
    kept = iter(answers)
    return read(source, lambda _: next(kept), wait=lambda seconds: None)


def asking(source: LiveSource, system: RestSystem, keep: Answers, why: Any, say: Callable[[str], None]) -> Ask:
    """Asks through a connected system and keeps every answer."""

    def ask(path: str) -> Any:
        say("reading articles")
        keep.append(_one(source, system, path, why))
        return keep[-1]

    return ask


def _one(source: LiveSource, system: RestSystem, path: str, why: Any) -> dict[str, Any]:
    if source.kind == SITE:
        return _page(system, path, why)
    if source.kind == WIKI:
        path = (urlsplit(source.place).path or "/api.php") + path
    exchange = system.request("GET", path, headers=_headers(source), why=why)
    wanted = dict if source.kind == WIKI else dict | list
    if not exchange.ok or not isinstance(exchange.body, wanted):
        raise Unreachable(
            f"it answered {exchange.seen} {exchange.status or exchange.error}".strip(),
            f"{source.kind}:{source.place}",
            "check its address and the reader's rights",
        )
    return exchange.body if source.kind == WIKI else {"answer": exchange.body}


def _page(system: RestSystem, address: str, why: Any) -> dict[str, Any]:
    """A page of a site; what the site refuses is an answer too."""
    from runtime.systems.outgoing import Outgoing

    out = Outgoing(
        "GET", address, ANY_PAGE, f"GET {ANY_PAGE}", why, {"Accept": "text/html, application/xml;q=0.9, */*;q=0.1"}, reads=True, wants_data=False
    )  # fmt: skip
    exchange = system.transport.send(out, system.auth)
    if exchange.status is None:
        raise Unreachable(exchange.error or str(exchange.seen), address, "check the address and the way to it")
    kind = (exchange.header("Content-Type") or "").partition(";")[0].strip().lower()
    return {
        "status": exchange.status,
        "kind": kind,
        "text": exchange.body if isinstance(exchange.body, str) else "",
        "address": exchange.url,
    }


def _headers(source: LiveSource) -> dict[str, str]:
    from kb_audit.sources.exports import CENTERS

    return dict(CENTERS[source.kind].headers) if source.kind in CENTERS else {}


def address_of(source: LiveSource) -> str:
    """Scheme and host. Raises BadInput for what is no address."""
    url = urlsplit(source.place)
    if url.scheme not in ("http", "https") or not url.netloc:
        raise BadInput(
            f"{source.place} is no address", f"{source.kind}:{source.place}", f"write {source.kind}:https://host/…"
        )
    return f"{url.scheme}://{url.netloc}"


def alone(source: LiveSource, *, most: int, say: Callable[[str], None]) -> Reading:
    """Reads a source without an engagement, anonymously, in at most `most` requests."""
    import os
    from pathlib import Path

    from runtime.systems.connect import connect
    from runtime.systems.exchange import Why
    from runtime.systems.request_budget import RequestBudget
    from runtime.systems.settings import Network, SystemSettings
    from runtime.systems.trace import Trace

    settings = SystemSettings.model_validate(
        {"role": "knowledge", "environments": {"staging": {"url": address_of(source)}}}
    )
    system: Any = connect(
        "knowledge", settings, holder="agent", network=Network(), folder=Path(), budget=RequestBudget(most, system="knowledge"),
        trace=Trace.memory(), secrets=os.environ, anonymous=True, surface=source.surface(),
    )  # fmt: skip
    return read(source, asking(source, system, [], Why("read the articles", "knowledge"), say))
