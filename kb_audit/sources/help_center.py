"""Help centres: how their articles are listed, page by page, and how one record becomes an article.

One file a vendor gives a `HelpCenter`; API and export share the records. The shapes follow the vendors' documentation (the
`source` of each); none was tried against the live service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kb_audit.article import Article
from kb_audit.sources.front_matter import PageFields
from kb_audit.sources.reading import NotRead, Reading
from runtime.errors import BadInput, Refused

Record = Mapping[str, Any]
Fetch = Callable[[str], Any]
"""Sends one GET for a path (or a whole link on the same host) and returns the decoded JSON."""


@dataclass(frozen=True)
class HelpCenter:
    """One vendor.

    Attributes:
        walk: lists every record through `fetch`.
        listed: the records of one answer or export file; None where the shape is another's.
        article: a record as an article, or why it is none.
        paths: path templates that `walk` asks, for the plan.
        headers: what the vendor wants beside the usual.
    """

    name: str
    title: str
    source: str
    walk: Callable[[Fetch], Iterator[Record]]
    listed: Callable[[Any], list[Record] | None]
    article: Callable[[Record], Article | NotRead]
    paths: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)


def read(center: HelpCenter, fetch: Fetch) -> Reading:
    """All articles that the credential may see; drafts and empty ones are named, a budget that runs out too.

    Raises BadInput when an answer is not the vendor's.
    """
    articles: dict[str, Article] = {}
    missing: list[NotRead] = []
    try:
        for record in center.walk(fetch):
            _sort_in(center.article(record), articles, missing)
    except Refused as error:
        missing.append(NotRead(name=center.title, why=f"not all articles could be fetched: {error.what}"))
    return Reading(tuple(articles[name] for name in sorted(articles)), tuple(missing))


def from_records(center: HelpCenter, records: list[Record]) -> Reading:
    """Articles of an export."""
    articles: dict[str, Article] = {}
    missing: list[NotRead] = []
    for record in records:
        _sort_in(center.article(record), articles, missing)
    return Reading(tuple(articles.values()), tuple(missing))


def _sort_in(made: Article | NotRead, articles: dict[str, Article], missing: list[NotRead]) -> None:
    if isinstance(made, NotRead):
        missing.append(made)
    else:
        articles.setdefault(made.id, made)


def pages(center: str, fetch: Fetch, start: str, onward: Callable[[Any], str]) -> Iterator[Any]:
    """Answers from `start` on, over the vendor's links to the next page; a link that comes back ends it."""
    path, seen = start, set[str]()
    while path and path not in seen:
        seen.add(path)
        answer = fetch(path)
        if not isinstance(answer, dict | list):
            raise not_theirs(center, path)
        yield answer
        path = onward(answer)


def not_theirs(center: str, where: str) -> BadInput:
    return BadInput(
        f"the answer is not {center}'s", where, "give the address of the help centre and a reader's credential"
    )


def records(center: str, answer: Any, key: str) -> list[Record]:
    """The list under `key`; BadInput where there is none."""
    found = answer.get(key) if isinstance(answer, Mapping) else None
    if not isinstance(found, list):
        raise not_theirs(center, key)
    return [each for each in found if isinstance(each, Mapping)]


def made(name: str, markup: object, fields: PageFields, source: str) -> Article | NotRead:
    """An article from a vendor's HTML."""
    try:
        from kb_audit.sources import html  # its parser takes long to load

        article = html.parse(name, markup if isinstance(markup, str) else "", source, fields)
    except (ValueError, RecursionError) as error:
        return NotRead(name=name, why=f"cannot be parsed: {error}")
    return article if article.sections else NotRead(name=name, why=f"“{fields.title}” holds no text")


def text_of(value: object) -> str:
    return "" if value is None else str(value).strip()
