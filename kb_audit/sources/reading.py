"""What a source hands over: the articles, and by name everything that it could not read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from kb_audit.article import Article


class NotRead(BaseModel):
    """A file or page that is not part of what was assessed, and why; `aliases`: other names that lead to it."""

    model_config = ConfigDict(frozen=True)

    name: str
    why: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """Articles of one or more sources, in a stable order (by id)."""

    articles: tuple[Article, ...]
    not_read: tuple[NotRead, ...] = ()

    @property
    def known_names(self) -> list[str]:
        """Names of what is there but was not read: a link to it is not dead."""
        return [name for each in self.not_read for name in (each.name, *each.aliases)]


def together(readings: Iterable[Reading]) -> Reading:
    """Join readings. Of two articles with one id the second is called after its folder too; the same one twice is named."""
    articles: dict[str, Article] = {}
    missing: list[NotRead] = []
    for reading in readings:
        missing.extend(reading.not_read)
        for article in reading.articles:
            known = articles.get(article.id)
            if known is not None and known.source != article.source:
                article = renamed(article, f"{Path(article.source).name}/{article.id}")  # noqa: PLW2901
            if article.id in articles:
                missing.append(NotRead(name=article.id, why="another source has an article of the same id"))
            else:
                articles[article.id] = article
    return Reading(tuple(articles[name] for name in sorted(articles)), tuple(missing))


def renamed(article: Article, name: str) -> Article:
    """The same article under another id, its sections too."""
    sections = tuple(replace(s, id=name + s.id.removeprefix(article.id), article=name) for s in article.sections)
    return replace(article, id=name, sections=sections)
