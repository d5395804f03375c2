"""Menu items that are gone: paths that one article calls removed, renamed or moved, and articles that still send people there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from kb_audit.article import Article
from kb_audit.menu_paths import MenuPath, menu_paths, written
from kb_audit.retired import GoneReference, Retired, is_about_the_past, is_past, speaks_of_the_end

_BEEN = r"(?:was|were|has been|have been|(?:is|are) now)\s+(?:since\s+|already\s+)?"
_OVER = r"(?:retired|discontinued|withdrawn|removed|taken out|abolished|replaced|superseded|renamed|moved)"
_AFTER = re.compile(
    r"[\"'”’)]*(?:\s+(?:menu|item|tab|page|option|section|command|button|entry|screen))?\s+"
    rf"(?:{_BEEN}(?:{_OVER}|called|under|found (?:under|in|at))\b|no longer exists?\b|(?:is|are) (?:no longer available|gone)\b"
    r"|(?:has |have )?moved (?:to|into|under|below)\b)(?!.{0,40}\b(?:when|if|while|unless|where)\b)"
)
_BEFORE = re.compile(
    r"\b(?:removed|retired|withdrawn|(?:was|were|has been|have been|is|are) gone|moved|disappeared)\s+(?:away\s+)?from\s+(?:the\s+)?[\"'“‘]?$"
)
_WILL = re.compile(rf"[\"'”’)]*(?:\s+\w+)?\s+(?:will be|is being|are being|is going to be)\s+{_OVER}\b|\s+will move\b")
_INSTEAD = re.compile(r"\b(?:to|into|under|by|with|as|at|in|called)\s+(?:the\s+)?[\"'“‘]?$")

Key = tuple[str, ...]


def gone_paths(articles: Sequence[Article], as_of: date) -> list[GoneReference]:
    """One for each article and path: the first sentence that leads to what is gone, or to what lay below it."""
    gone = retired_paths(articles, as_of)
    if not gone:
        return []
    found: dict[tuple[str, Key], GoneReference] = {}
    for article in articles:
        if is_about_the_past(article):
            continue
        for path in menu_paths(article):
            for key, one in gone.items():
                if path.key[: len(key)] != key or one.article is article or speaks_of_the_end(article, path.sentence):
                    continue
                found.setdefault((article.id, key), GoneReference(article, path.sentence, one))
    return list(found.values())


def retired_paths(articles: Sequence[Article], as_of: date) -> dict[Key, Retired]:
    """Every menu path that the corpus calls gone, by its steps; `new`: the path that the same sentence names in its place."""
    found: dict[Key, Retired] = {}
    for article in articles:
        paths = list(menu_paths(article))
        for path in paths:
            if _is_gone(path, as_of):
                found.setdefault(path.key, Retired(str(path), article, path.sentence, _new(path, paths)))
    return found


def _is_gone(path: MenuPath, as_of: date) -> bool:
    text = path.sentence.text
    if _AFTER.match(text, path.end) or _BEFORE.search(text[: path.start]):
        return True
    return bool(_WILL.match(text, path.end)) and is_past(text, as_of)


def _new(path: MenuPath, paths: Sequence[MenuPath]) -> str:
    return next((written(other.steps) for other in _behind(path, paths)), "")


def _behind(path: MenuPath, paths: Sequence[MenuPath]) -> Iterator[MenuPath]:
    text = path.sentence.text
    for other in paths:
        if (
            other.sentence is path.sentence
            and other.start >= path.end
            and _INSTEAD.search(text[path.end : other.start])
        ):
            yield other
