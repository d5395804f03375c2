"""A MediaWiki knowledge base through api.php: all pages with text and time stamps, followed through `continue`.

Source: https://www.mediawiki.org/wiki/API:Query (generator=allpages, prop=revisions, formatversion=2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from kb_audit.article import Article
from kb_audit.sources import markdown
from kb_audit.sources.reading import NotRead, Reading
from runtime.errors import BadInput

Fetch = Callable[[Mapping[str, str]], Mapping[str, Any]]
"""Sends one GET to api.php with these parameters and returns the decoded JSON."""

# A wiki page has no fields; teams write "Owner: Returns desk. Applies to: private customers, Germany." instead.
_OWNER = re.compile(r"(?mi)^[ \t>*_-]*(?:page )?(?:owner|maintained by|responsible)\**:\**[ \t]*([^\n.;|]{2,60})")
_FOR = re.compile(r"(?mi)(?:^[ \t>*_-]*|[.;][ \t]+)(?:applies to|audience|valid for)\**:\**[ \t]*([^\n.;|]{2,80})")
_QUERY = {
    "action": "query", "format": "json", "formatversion": "2", "generator": "allpages", "gaplimit": "50",
    "gapfilterredir": "nonredirects", "prop": "revisions", "rvprop": "content|timestamp|user", "rvslots": "main",
}  # fmt: skip


def read(fetch: Fetch, *, url: str = "", namespace: int = 0, max_requests: int = 100) -> Reading:
    """Articles of one namespace. `url` is the address of index.php, for links to the pages.

    Raises BadInput when the answer is not MediaWiki's; a budget that runs out is named in `not_read`.
    """
    pages: dict[int, dict[str, Any]] = {}
    missing: list[NotRead] = []
    further: Mapping[str, str] = {}
    for _ in range(max_requests):
        answer = fetch({**_QUERY, "gapnamespace": str(namespace), **further})
        for page in _pages(answer):
            pages.setdefault(int(page["pageid"]), page).update({k: v for k, v in page.items() if k == "revisions"})
        if "continue" not in answer:
            break
        further = {str(k): str(v) for k, v in answer["continue"].items()}
    else:
        missing.append(NotRead(name=url or "api.php", why=f"more pages than {max_requests} requests can fetch"))
    articles: list[Article] = []
    for page in pages.values():
        made = _article(page, url)
        (articles if isinstance(made, Article) else missing).append(made)  # type: ignore[arg-type]
    return Reading(tuple(sorted(articles, key=lambda a: a.id)), tuple(missing))


def _pages(answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if "error" in answer:
        error = answer["error"]
        raise BadInput(
            f"MediaWiki refuses: {error.get('info', error)}", "api.php", "check the address and the reader's rights"
        )
    query = answer.get("query", {})
    if not isinstance(query, Mapping) or not isinstance(query.get("pages", []), list):
        raise BadInput("the answer is not MediaWiki's (formatversion=2)", "api.php", "give the address of api.php")
    yield from query.get("pages", [])


def _article(page: Mapping[str, Any], url: str) -> Article | NotRead:
    title = str(page.get("title", page.get("pageid")))
    revisions = page.get("revisions") or []
    slot = revisions[0].get("slots", {}).get("main", {}) if revisions else {}
    text = slot.get("content")
    if not isinstance(text, str):
        return NotRead(name=title, why="the wiki gave no text for this page")
    if slot.get("contentmodel", "wikitext") != "wikitext":
        return NotRead(name=title, why=f"is {slot['contentmodel']}, not wikitext")
    article = markdown.parse(title, as_markdown(text), "mediawiki")
    if not article.sections:
        return NotRead(name=title, why="holds no text")
    stamp = datetime.fromisoformat(str(revisions[0]["timestamp"]).replace("Z", "+00:00")).date()
    address = f"{url}?title={quote(title.replace(' ', '_'))}" if url else ""
    owner, audience = (
        match.group(1).strip() if (match := line.search(article.body)) else "" for line in (_OWNER, _FOR)
    )
    return replace(
        article,
        title=title,
        sections=_retitled(article, title),
        updated=stamp,
        url=address,
        owner=article.owner or owner,
        audience=article.audience or audience,
    )


def _retitled(article: Article, title: str) -> Any:
    return tuple(replace(s, path=(title, *s.path[1:])) for s in article.sections)


def as_markdown(wikitext: str) -> str:
    """Wikitext as Markdown: headings, lists, emphasis, links and simple tables; templates are left out."""
    text = wikitext.replace("\r\n", "\n")
    while (shorter := re.sub(r"\{\{[^{}]*\}\}", "", text)) != text:
        text = shorter
    for pattern, put in _RULES:
        text = pattern.sub(put, text)
    return text.strip() + "\n"


def _heading(match: re.Match[str]) -> str:
    return f"\n{'#' * len(match.group(1))} {match.group(2).strip()}\n"


def _internal(match: re.Match[str]) -> str:
    target = match.group(1).strip()
    return f"[{(match.group(2) or target).strip()}]({quote(target.replace(' ', '_'), safe='/:#')})"


_RULES: tuple[tuple[re.Pattern[str], Any], ...] = (
    (re.compile(r"<ref[^>]*/>|<ref[^>]*>.*?</ref>", re.S), ""),
    (re.compile(r"\[\[(?:File|Image|Category):[^\[\]]*\]\]", re.I), ""),
    (re.compile(r"(?m)^\*+[ \t]*"), "- "),
    (re.compile(r"(?m)^#+[ \t]*"), "1. "),
    (re.compile(r"(?m)^(={1,6})\s*(.+?)\s*\1[ \t]*$"), _heading),
    (re.compile(r"\[\[([^\[\]|]+)(?:\|([^\[\]]*))?\]\]"), _internal),
    (re.compile(r"\[(https?://\S+)\s+([^\]]+)\]"), r"[\2](\1)"),
    (re.compile(r"'''''(.+?)'''''"), r"***\1***"),
    (re.compile(r"'''(.+?)'''"), r"**\1**"),
    (re.compile(r"''(.+?)''"), r"*\1*"),
    (re.compile(r"(?m)^\{\|.*$|^\|\}.*$|^\|-.*$|^\|\+.*$"), "\n"),
    (re.compile(r"(?m)^[!|]\s*(?:[^|\n\[\]]*=\s*[^|\n]*\|)?"), "- "),
    (re.compile(r"__[A-Z]+__"), ""),
)
