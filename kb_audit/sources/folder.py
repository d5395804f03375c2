"""A folder of Markdown and HTML files, read in a stable order; what cannot be read is named and skipped.

What a page does not say about itself (dates, owner) comes from the history of its repository, where there is one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from kb_audit.article import Article
from kb_audit.sources import html, markdown
from kb_audit.sources.git_history import PageHistory, history_of
from kb_audit.sources.reading import NotRead, Reading
from runtime.errors import BadInput

MAX_BYTES = 5_000_000
_PARSERS: dict[str, Callable[[str, str, str], Article]] = {
    ".md": markdown.parse, ".markdown": markdown.parse, ".txt": markdown.parse, ".html": html.parse, ".htm": html.parse,
}  # fmt: skip
_SKIP = {".git", "node_modules", ".venv", "__pycache__", "_site"}
_DOCUMENTS = {".rst", ".docx", ".doc", ".pdf", ".adoc", ".odt", ".rtf", ".mdx"}


def read(path: Path) -> Reading:
    """Articles of a folder, or of one file. Ids are paths relative to the folder, with `/` on every platform.

    Raises BadInput when the path does not exist.
    """
    if not path.exists():
        raise BadInput("there is no such folder or file", str(path), "give the path of the articles")
    root = path if path.is_dir() else path.parent
    articles: list[Article] = []
    missing: list[NotRead] = []
    history = history_of(root)
    for file in _files(path):
        name = file.relative_to(root).as_posix()
        found = _read(file, name, str(root))
        if isinstance(found, NotRead):
            missing.append(found)
        else:
            articles.append(_dated(found, history.get(name)))
    if not articles and not missing:
        missing.append(NotRead(name=path.as_posix(), why="the folder holds no Markdown or HTML file"))
    return Reading(tuple(articles), tuple(missing))


def _dated(article: Article, history: PageHistory | None) -> Article:
    """The page's own fields win over its history."""
    if history is None:
        return article
    return replace(
        article,
        created=article.created or history.created,
        updated=article.updated or history.updated,
        owner=article.owner or history.owner,
    )


def _files(path: Path) -> Iterator[Path]:
    """Files worth a word, links into folders not followed (a link to a parent would never end)."""
    if path.is_file():
        yield path
        return
    for here, folders, names in os.walk(path, followlinks=False):
        folders[:] = sorted(f for f in folders if f not in _SKIP and not f.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in _PARSERS.keys() | _DOCUMENTS:
                yield Path(here) / name


def _read(file: Path, name: str, root: str) -> Article | NotRead:
    parser = _PARSERS.get(file.suffix.lower())
    if parser is None:
        return NotRead(name=name, why=f"{file.suffix} files are not read yet; export them as Markdown or HTML")
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            return NotRead(
                name=name, why=f"{size / 1e6:.0f} MB is more than the {MAX_BYTES / 1e6:.0f} MB that one page may have"
            )
        raw = file.read_bytes()
    except OSError as error:
        return NotRead(name=name, why=f"cannot be opened: {error.strerror or error}")
    text = decode(raw)
    if isinstance(text, str):
        return _parse(parser, text, name, root)
    return NotRead(name=name, why=text.why)


class _Undecodable:
    def __init__(self, why: str) -> None:
        self.why = why


def decode(raw: bytes) -> str | _Undecodable:
    """UTF-8 (with or without mark) or UTF-16 with mark, line ends as LF; nothing is guessed beyond that."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif b"\x00" in raw[:8192]:
        return _Undecodable("is a binary file, not text")
    else:
        encoding = "utf-8-sig"
    try:
        return raw.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        return _Undecodable(
            f"is not valid {encoding.removesuffix('-sig').upper()} (byte {error.start}); save it as UTF-8"
        )


def _parse(parser: Callable[[str, str, str], Article], text: str, name: str, root: str) -> Article | NotRead:
    try:
        article = parser(name, text, root)
    except (RecursionError, ValueError) as error:
        return NotRead(name=name, why=f"cannot be parsed: {error}")
    return article if article.sections else NotRead(name=name, why="holds no text")
