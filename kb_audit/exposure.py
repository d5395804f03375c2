"""Internal articles that public ones lead to: whoever reads the public page, an agent included, is sent inside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from kb_audit.article import Article, Link, once
from kb_audit.links import targets

_INTERNAL = re.compile(
    r"\b(?:internal|staff|agents? only|employees?|confidential|back ?office|restricted|user segment)\b", re.I
)
_PUBLIC = re.compile(
    r"\b(?:public|external|customers?|everyone|everybody|consumers?|end users?|visitors?|private customers)\b", re.I
)
_SAYS = re.compile(
    r"\b(?:internal use only|for internal use|not for customers|do not share with customers|staff only|confidential)\b",
    re.I,
)


@dataclass(frozen=True)
class Exposure:
    """A link from a public article into an internal one; `link` None: a public page that says of itself that it is internal."""

    article: Article
    link: Link | None
    inside: Article


def exposures(articles: Sequence[Article]) -> Iterator[Exposure]:
    """By what the pages' fields say of their audience, and by the words "internal use only" in the text."""
    inside = {a.id: a for a in articles if is_internal(a)}
    for article in articles:
        if article.id in inside and is_public(article) and once(article, "for_staff", partial(for_staff, article)):
            yield Exposure(article, None, article)
    if not inside:
        return
    for article, link, found in targets(articles):
        if found in inside and article.id not in inside and (is_public(article) or not article.audience):
            yield Exposure(article, link, inside[found])


def for_staff(article: Article) -> bool:
    """Whether the text itself says at its beginning that it is not for customers."""
    return bool(_SAYS.search(article.body[:2000]))


def is_internal(article: Article) -> bool:
    return bool(_INTERNAL.search(article.audience)) or once(article, "for_staff", partial(for_staff, article))


def is_public(article: Article) -> bool:
    return bool(_PUBLIC.search(article.audience)) and not _INTERNAL.search(article.audience)
