"""Where a list goes on: a Link header, a link or a token in the body, MediaWiki's `continue`, or a count of what was met.

Links are asked at the system's own address, whatever host they name: behind a gateway many systems build them from an
address that nobody outside reaches, and credentials go nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from probes.gather.envelope import identity_of, plain
from probes.gather.read_choice import page_parameters
from probes.gather.samples import records_of
from runtime.systems.exchange import Exchange
from runtime.systems.origins import origin
from runtime.systems.surface import Operation

Following = str | dict[str, Any] | None
_LINKS = {"next", "nextlink", "nextpage", "nexturl", "odatanextlink"}
_TOKENS = {"nextcursor", "cursor", "nextpagetoken", "nexttoken", "continuationtoken", "after", "next", "skiptoken"}
_HEADERS = {"nextpage", "xnextpage", "nextlink", "xnextlink", "xnextcursor", "xnexttoken", "xcontinuationtoken"}
_TOTALS = ("total", "totalcount", "count", "totalresults")
_AROUND = ("data", "query", "result", "response", "payload", "embedded")  # what wraps a list, one level up


def following(page: Exchange, operation: Operation, size: int, met: int) -> Following:
    """A whole link, or the parameters of the next page; None at the end. `met`: records of this walk so far."""
    _, name = page_parameters(operation)
    body = page.body if isinstance(page.body, Mapping) else {}
    if link := _link_header(page):
        return link
    if (led := _led_by_header(page)) is not None:
        return led if "/" in led or "?" in led else {name: led} if name and led else None
    if isinstance(body.get("continue"), Mapping):  # MediaWiki: every entry goes into the next request
        return dict(body["continue"])
    flat = {plain(str(k)): v for k, v in _envelope(body)}
    url = next((flat[n] for n in _LINKS if isinstance(flat.get(n), str) and ("/" in flat[n] or "?" in flat[n])), None)
    if url:
        return str(url)
    token = next((flat[n] for n in _TOKENS if flat.get(n) not in (None, "", False)), None)
    if token is not None and name:
        return {name: token}
    if any(n in flat for n in _TOKENS | _LINKS) or not name:
        return None
    return _counted(page, name, flat, size, met)


def _counted(page: Exchange, name: str, flat: Mapping[str, Any], size: int, met: int) -> Following:
    """Nothing in the answer leads on: the parameter is counted up until the list is known to end."""
    here = len(ids_of(page))
    if plain(name) in ("offset", "skip", "start", "startat", "pageoffset"):
        total = _total(flat, here)
        at_end = met >= total if total is not None and met else here < size
        return None if at_end else {name: met}
    if plain(name) in ("page", "pagenumber", "pageno"):
        current = next((flat[n] for n in ("page", "currentpage", "pagenumber", "number") if n in flat), 1)
        last = next((flat[n] for n in ("pages", "totalpages", "pagecount") if isinstance(flat.get(n), int)), None)
        at_end = current >= last if last is not None and isinstance(current, int) else here < size
        return None if at_end else {name: (current if isinstance(current, int) else met // size) + 1}
    if plain(name) in ("startingafter", "after") and here == size and flat.get("hasmore") is not False:
        return {name: ids_of(page)[-1]}
    return None


def on_own_address(link: str, page: Exchange, base: str) -> tuple[str, bool]:
    """The link as a path below the system's address, and whether it named another one.

    Args:
        base: the system's own address; its path is taken off, since connectors put it in front again.
    """
    whole = urljoin(page.url, link)
    parts, own = urlsplit(whole), urlsplit(base)
    lead = own.path.rstrip("/")
    path = parts.path.removeprefix(lead) if parts.path.startswith(lead + "/") else parts.path
    return path + (f"?{parts.query}" if parts.query else ""), origin(whole) != origin(base)


def ids_of(page: Exchange) -> list[str]:
    """Identities of the records on a page, in order."""
    return [i for i in (identity_of(r) for r in _listed(page.body)) if i is not None]


def way_of(page: Exchange, operation: Operation) -> str:
    """How the list leads on, in a word."""
    _, name = page_parameters(operation)
    led = _next_header(page)
    return "link header" if page.header("Link") else f"header {led}" if led else str(name)


def _listed(body: Any) -> list[Any]:
    found = records_of(body)
    if found is not None or not isinstance(body, Mapping):
        return found or []
    inner = (records_of(v) for k, v in body.items() if plain(str(k)) in _AROUND and isinstance(v, Mapping))
    return next((records for records in inner if records is not None), [])


def _total(flat: Mapping[str, Any], here: int) -> int | None:
    """Length of the whole list; a figure that only repeats how many are on this page says nothing about it."""
    named = ((n, flat[n]) for n in _TOTALS if isinstance(flat.get(n), int))
    return next((figure for name, figure in named if name != "count" or figure != here), None)


def _envelope(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in body.items():
        yield name, value
        if isinstance(value, Mapping) and plain(name) in ("meta", "links", "paging", "pagination", "page"):
            yield from _inside(value)


def _inside(envelope: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a list says about itself; a next page may be an object: `{href}` (HAL), `{after, link}` (HubSpot)."""
    for name, value in envelope.items():
        yield name, value if not isinstance(value, Mapping) else value.get("href") or value.get("link")
        if isinstance(value, Mapping) and plain(str(name)) == "next":
            yield from value.items()


def leads_on(page: Exchange) -> bool:
    """Whether anything in an answer speaks of a next page, if only to say that there is none."""
    body = page.body if isinstance(page.body, Mapping) else {}
    said = {plain(str(k)) for k, _ in _envelope(body)}
    told = _LINKS | _TOKENS | set(_TOTALS) | {"hasmore", "more", "continue", "totalpages", "pages", "pagecount"}
    return bool(said & told) or page.header("Link") is not None or _next_header(page) is not None


def _next_header(page: Exchange) -> str | None:
    """The name of a header that leads on: Kinto's `Next-Page`, GitLab's `X-Next-Page`."""
    return next((name for name in page.headers if plain(name) in _HEADERS), None)


def _led_by_header(page: Exchange) -> str | None:
    name = _next_header(page)
    return (page.header(name) or "").strip() if name else None


def _link_header(page: Exchange) -> str | None:
    from requests.utils import parse_header_links

    header = page.header("Link")
    links = parse_header_links(header) if header else []
    return next((link["url"] for link in links if link.get("rel") == "next"), None)
