"""A help site by its sitemap, within one host: robots.txt is kept to, requests are counted and spaced out.

Sitemaps: https://www.sitemaps.org/protocol.html; robots: RFC 9309. Without a sitemap, links are followed from the given page.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urldefrag, urljoin, urlsplit

from kb_audit.article import Article
from kb_audit.sources import html
from kb_audit.sources.front_matter import as_date
from kb_audit.sources.reading import NotRead, Reading
from runtime.errors import BadInput, Refused

AGENT = "cxready"
MOST_MAPS = 20
LONGEST_WAIT = 10.0
_PAUSE = 0.2
_NOT_PAGES = (
    ".pdf",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".svg",
    ".zip",
    ".css",
    ".js",
    ".xml",
    ".mp4",
    ".webp",
    ".ico",
    ".json",
)


@dataclass(frozen=True)
class Page:
    """An answer: status, content type, text, and the address after redirects."""

    status: int
    kind: str
    text: str
    address: str


Get = Callable[[str], Page]


@dataclass
class _Crawl:
    start: str
    get: Get
    wait: Callable[[float], None]
    articles: dict[str, Article] = field(default_factory=dict)
    missing: list[NotRead] = field(default_factory=list)
    pause: float = _PAUSE

    @property
    def host(self) -> str:
        return urlsplit(self.start).netloc


def read(start: str, get: Get, *, wait: Callable[[float], None], most: int = 90) -> Reading:
    """Articles of a site.

    Args:
        start: address of a sitemap, or of the page where the articles begin.
        get: sends one GET; may raise Refused when its budget is spent.
        wait: sleeps between requests (seconds; the site's Crawl-delay, at most ten).
        most: pages that are read.

    Raises BadInput where robots.txt closes the whole site, or `start` is not there.
    """
    from protego import Protego

    crawl = _Crawl(start, get, wait)
    answer = get(urljoin(start, "/robots.txt"))
    rules = Protego.parse(answer.text if answer.status == 200 and "html" not in answer.kind else "")
    if not rules.can_fetch(start, AGENT):
        raise BadInput(
            "robots.txt closes this address to us", start, "ask the site's owner to allow the user agent cxready"
        )
    crawl.pause = min(LONGEST_WAIT, float(rules.crawl_delay(AGENT) or _PAUSE))
    try:
        _pages(crawl, rules, most)
    except Refused as error:
        crawl.missing.append(NotRead(name=start, why=f"not all pages could be fetched: {error.what}"))
    if not crawl.articles and not crawl.missing:
        crawl.missing.append(NotRead(name=start, why="the site holds no page with text"))
    return Reading(tuple(crawl.articles[name] for name in sorted(crawl.articles)), tuple(crawl.missing))


def _pages(crawl: _Crawl, rules: object, most: int) -> None:
    named = list(_listed(crawl, list(getattr(rules, "sitemaps", ()))))
    waiting = deque(named or [(crawl.start, None)])
    seen = {address for address, _ in waiting}
    read_so_far = 0
    while waiting:
        address, changed = waiting.popleft()
        if not rules.can_fetch(address, AGENT):  # type: ignore[attr-defined]
            crawl.missing.append(NotRead(name=address, why="robots.txt closes it to us"))
            continue
        if read_so_far >= most:
            crawl.missing.append(NotRead(name=crawl.start, why=f"{len(waiting) + 1} more pages; {most} were read"))
            return
        read_so_far += 1
        found = _page(crawl, address, changed)
        if found is not None and not named:
            for link in _onward(found, crawl.start):
                if link not in seen:
                    seen.add(link)
                    waiting.append((link, None))


def _listed(crawl: _Crawl, told: list[str]) -> Iterator[tuple[str, date | None]]:
    """Addresses of the sitemaps: the given one, else those that robots.txt names, else /sitemap.xml."""
    own = crawl.start if urlsplit(crawl.start).path.endswith(".xml") else ""
    waiting = deque([own] if own else told or [urljoin(crawl.start, "/sitemap.xml")])
    seen: set[str] = set()
    given: set[str] = set()
    folder = "/" if own else urlsplit(crawl.start).path.rsplit("/", 1)[0] + "/"
    while waiting and len(seen) < MOST_MAPS:
        address = waiting.popleft()
        if address in seen or urlsplit(address).netloc != crawl.host:
            continue
        seen.add(address)
        if address.endswith(".gz"):
            crawl.missing.append(NotRead(name=address, why="is a packed sitemap; give the unpacked one"))
            continue
        for kind, place, changed in _entries(crawl, address, own):
            if kind == "sitemap":
                waiting.append(place)
            elif (
                urlsplit(place).netloc == crawl.host and urlsplit(place).path.startswith(folder) and place not in given
            ):
                given.add(place)
                yield place, changed


def _entries(crawl: _Crawl, address: str, own: str) -> list[tuple[str, str, date | None]]:
    from lxml import etree

    answer = crawl.get(address)
    if answer.status != 200:
        if own:
            raise BadInput(
                f"there is no sitemap ({answer.status})", address, "give the address of the sitemap or of a page"
            )
        return []
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        tree = etree.fromstring(answer.text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        if own:
            crawl.missing.append(NotRead(name=address, why=f"is no sitemap: {error}"))
        return []
    found = []
    for entry in tree:
        place = next((c.text or "" for c in entry if c.tag.endswith("}loc") or c.tag == "loc"), "").strip()
        changed = next((c.text for c in entry if c.tag.endswith("lastmod")), None)
        if place:
            found.append(
                ("sitemap" if entry.tag.endswith("sitemap") else "url", urljoin(address, place), as_date(changed))
            )
    return found


def _page(crawl: _Crawl, address: str, changed: date | None) -> Article | None:
    crawl.wait(crawl.pause)
    answer = crawl.get(address)
    why = ""
    if answer.status != 200:
        why = f"the site answers {answer.status or 'nothing'}"
    elif "html" not in answer.kind:
        why = f"is {answer.kind or 'of no stated kind'}, no page"
    elif urlsplit(answer.address).netloc != crawl.host:
        why = f"leads to another host ({urlsplit(answer.address).netloc})"
    if why:
        crawl.missing.append(NotRead(name=address, why=why))
        return None
    name = urlsplit(address).path.strip("/") or "index"
    try:
        article = html.parse(name, answer.text, crawl.start)
    except (ValueError, RecursionError) as error:
        crawl.missing.append(NotRead(name=address, why=f"cannot be parsed: {error}"))
        return None
    if not article.sections:
        crawl.missing.append(NotRead(name=address, why="holds no text (perhaps it is written by a script)"))
        return article
    crawl.articles[name] = replace(article, url=address, updated=article.updated or changed)
    return crawl.articles[name]


def _onward(article: Article, start: str) -> Iterator[str]:
    """Links to pages of the same host below the folder where we began."""
    folder = urlsplit(start).path.rsplit("/", 1)[0] + "/"
    for link in article.links:
        target = urldefrag(urljoin(article.url or start, link.target)).url
        parts = urlsplit(target)
        if (
            parts.scheme in ("http", "https")
            and parts.netloc == urlsplit(start).netloc
            and parts.path.startswith(folder)
            and not parts.path.lower().endswith(_NOT_PAGES)
        ):
            yield target
