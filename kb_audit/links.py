"""Internal links: which lead nowhere, and which articles nothing leads to. External links are counted, not followed.

Links may run in circles; each is looked at once.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from kb_audit.article import Article, Link

_WRITTEN = (".md", ".markdown", ".html", ".htm", ".txt", ".rst", ".docx", ".pdf")
_PAGE = ("", ".md", ".markdown", ".html", ".htm", ".rst")
_ESCAPED = re.compile(r"\\([()_*])")
_LABEL = "label:"  # a target of reStructuredText that may stand in any page


@dataclass(frozen=True)
class DeadLink:
    article: Article
    link: Link
    why: str


@dataclass(frozen=True)
class LinkReport:
    dead: tuple[DeadLink, ...]
    orphans: tuple[str, ...]
    external: int


def follow(articles: Sequence[Article], known_names: Iterable[str] = ()) -> LinkReport:
    """Resolve every internal link. `known_names` exist but were not read (so a link to them is not dead)."""
    places = _Places(articles, known_names)
    dead: list[DeadLink] = []
    reached: set[str] = set()
    external = 0
    for article in articles:
        for link in article.links:
            if _leaves(link.target, article):
                external += 1
                continue
            found, why = places.find(article, link.target)
            if why:
                dead.append(DeadLink(article, link, why))
            elif found and found != article.id:
                reached.add(found)
    lone = (a for a in articles if a.id not in reached and not _is_start(a.id) and a.form != "macro")
    orphans = tuple(a.id for a in lone) if reached else ()
    return LinkReport(tuple(dead), orphans, external)


def targets(articles: Sequence[Article]) -> Iterator[tuple[Article, Link, str]]:
    """Every internal link with the id of the article that it leads to; dead ones are left out."""
    places = _Places(articles, ())
    for article in articles:
        for link in article.links:
            found = "" if _leaves(link.target, article) else places.find(article, link.target)[0]
            if found:
                yield article, link, found


def _leaves(target: str, article: Article) -> bool:
    if "://" not in target and not target.startswith(("//", "mailto:", "tel:")):
        return False
    return not article.url or urlsplit(article.url).netloc != urlsplit(target).netloc


class _Places:
    """Every name under which a page may be linked: path with or without suffix, folder, aliases, URL path, title."""

    def __init__(self, articles: Sequence[Article], known_names: Iterable[str]) -> None:
        self.names: dict[str, str] = {name: "" for known in known_names for name in _spellings(known)} | {"": ""}
        self.anchors = {a.id: a.anchors() for a in articles}
        self.labels = {mark: a.id for a in articles for mark in a.marks}
        for article in articles:
            alias = [urlsplit(x).path for x in (*article.aliases, article.url) if x]
            for name in (article.id, *alias):
                for spelling in _spellings(name):
                    self.names[spelling] = article.id
            self.names.setdefault(article.title.replace(" ", "_").lower(), article.id)

    def find(self, article: Article, target: str) -> tuple[str, str]:
        """Id of the article ("" when it is known but not read) and, if the link is dead, why."""
        if target.startswith(_LABEL):
            label = target.removeprefix(_LABEL).lower()
            return self.labels.get(label, ""), "" if label in self.labels else f"no page has the label {label}"
        path, _, fragment = unquote(_ESCAPED.sub(r"\1", target)).partition("#")
        path = urlsplit(path).path.partition("?")[0] if "://" in path else path.partition("?")[0]
        if not path:
            known = self.anchors[article.id]
            gone = (
                fragment
                and article.sections
                and fragment not in known
                and letters(fragment) not in set(map(letters, known))
            )
            return article.id, f"the page has no heading #{fragment}" if gone and not _custom_anchor(
                article, fragment
            ) else ""
        suffix = posixpath.splitext(path)[1].lower()
        if "{" in path or (suffix not in _PAGE and len(suffix) <= 5):
            return "", ""  # a template's variable, a picture or a download
        for candidate in _candidates(article.id, path):
            if candidate in self.names:
                return self.names[candidate], ""
        if posixpath.normpath(posixpath.join(posixpath.dirname(article.id), path)).startswith(
            ".."
        ) and not path.startswith("/"):
            return "", ""  # out of what was handed in
        return "", f"there is no page {path}"


def letters(fragment: str) -> str:
    """A fragment without what generators treat differently: case, punctuation, `&` for `and`."""
    return re.sub(r"[^a-z0-9\u00e0-\uffff]|and", "", fragment.lower())


def _custom_anchor(article: Article, fragment: str) -> bool:
    return any(
        mark in article.body
        for mark in (f'id="{fragment}"', f'name="{fragment}"', f"{{#{fragment}}}", f"#{fragment}}}")
    )


def _candidates(here: str, path: str) -> Iterator[str]:
    base = posixpath.dirname(here)
    for start in (posixpath.join(base, path), posixpath.join(posixpath.splitext(here)[0], path), path):
        yield posixpath.normpath(start).strip("/").lower()
        yield posixpath.splitext(posixpath.normpath(start).strip("/"))[0].lower()


@lru_cache(maxsize=100_000)
def _spellings(name: str) -> frozenset[str]:
    whole = posixpath.normpath(name).strip("/").lower()
    bare = posixpath.splitext(whole)[0] if whole.endswith(_WRITTEN) else whole
    folder = re.sub(r"(?:^|/)(?:index|readme|home)$", "", bare)
    return frozenset({whole, bare, folder, f"pages/{bare}", f"pages/{whole}"})


def _is_start(name: str) -> bool:
    return posixpath.splitext(posixpath.basename(name))[0].lower() in (
        "index",
        "readme",
        "home",
        "main_page",
        "main page",
    )
