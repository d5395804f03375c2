"""External links, followed only when asked: one request each within a budget, spaced out per host; only a clear no is dead.

404 and 410 (RFC 9110) and a host name that does not exist are a clear no; a refusal, a bot wall, a fault or silence is not.
"""

from __future__ import annotations

import socket
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit

from kb_audit.article import Article, Link
from kb_audit.artifact import KnowledgeFinding
from kb_audit.sides import side

MOST = 200
PAUSE = 0.5
_GONE = (404, 410)
_NO_HEAD = (400, 403, 405, 501)


@dataclass(frozen=True)
class Followed:
    """What came of it: `dead` address → why; how many were asked and how many the budget left out."""

    dead: dict[str, str]
    asked: int
    left: int


def external(articles: Sequence[Article]) -> dict[str, list[tuple[Article, Link]]]:
    """Address without fragment → where it stands; addresses of the articles' own hosts are internal."""
    own = {urlsplit(a.url).netloc for a in articles if a.url}
    found: dict[str, list[tuple[Article, Link]]] = defaultdict(list)
    for article in articles:
        for link in article.links:
            address = urldefrag(link.target).url
            parts = urlsplit(address)
            if parts.scheme in ("http", "https") and parts.hostname and parts.netloc not in own and "{" not in address:
                found[address].append((article, link))
    return dict(found)


def follow_external(
    addresses: Sequence[str],
    *,
    most: int = MOST,
    private: bool = False,
    wait: Callable[[float], None] = time.sleep,
    say: Callable[[int, int], None] = lambda done, of: None,
) -> Followed:
    """Asks for each address once, hosts in turn.

    Args:
        private: also hosts with addresses that are not public; a link in an article must not make us knock there.
    """
    dead: dict[str, str] = {}
    chosen = list(_in_turn(addresses))[:most]
    before = ""
    for number, address in enumerate(chosen, start=1):
        say(number, len(chosen))
        host = urlsplit(address).hostname or ""
        if host == before:
            wait(PAUSE)
        before = host
        why = _why_dead(address, host, private)
        if why:
            dead[address] = why
    return Followed(dead, len(chosen), len(addresses) - len(chosen))


def findings(articles: Sequence[Article], followed: Followed) -> Iterator[KnowledgeFinding]:
    """One for each place where a dead address stands."""
    places = external(articles)
    for address, why in followed.dead.items():
        for article, link in places.get(address, ()):
            yield KnowledgeFinding(
                probe="knowledge.links_alive",
                verdict="dead_external",
                sides=(side(article, link.start, min(len(article.body), link.start + 200), link.target),),
                why=f"{address} {why}",
                suggestion="find the page's new place, or take the link out",
            )


def _in_turn(addresses: Sequence[str]) -> Iterator[str]:
    """One of each host, then the second of each."""
    by_host: dict[str, list[str]] = defaultdict(list)
    for address in sorted(addresses):
        by_host[urlsplit(address).netloc].append(address)
    waiting = list(by_host.values())
    while waiting:
        for each in waiting:
            yield each.pop(0)
        waiting = [each for each in waiting if each]


def _why_dead(address: str, host: str, private: bool) -> str:
    from runtime.systems.addresses import kind_of

    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None, 0, socket.SOCK_STREAM)}
    except socket.gaierror as error:
        return "has a host name that does not exist" if error.errno == socket.EAI_NONAME else ""
    except (OSError, UnicodeError):
        return ""
    if not private and any(kind_of(each) != "public" for each in found):
        return ""
    return _asked(address)


def _asked(address: str) -> str:
    from pathlib import Path

    from runtime.errors import CxreadyError
    from runtime.systems.connect import connect
    from runtime.systems.exchange import Why
    from runtime.systems.outgoing import Bounds
    from runtime.systems.request_budget import RequestBudget
    from runtime.systems.settings import Network, SystemSettings
    from runtime.systems.trace import Trace

    parts = urlsplit(address)
    settings = SystemSettings.model_validate(
        {"role": "knowledge", "environments": {"staging": {"url": f"{parts.scheme}://{parts.netloc}"}}}
    )
    why = Why("follow a link", "knowledge.links_alive")
    try:
        system = connect(
            "links", settings, holder="agent", network=Network(), folder=Path(), budget=RequestBudget(4), trace=Trace.memory(), secrets={},
            anonymous=True, bounds=Bounds(connect_s=5, read_s=10, whole_s=15, body=200_000, wait_s=0),
        )  # fmt: skip
        answer = system.request("HEAD", address, why=why)
        if answer.status in _NO_HEAD:
            answer = system.request("GET", address, why=why)
    except CxreadyError:
        return ""
    return f"answers {answer.status}" if answer.status in _GONE else ""
