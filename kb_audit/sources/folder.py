"""A folder of Markdown, HTML, reStructuredText, Word, PDF files and help centres' exports, read in a stable order; what cannot be read is named and skipped.

What a page does not say about itself (dates, owner) comes from the history of its repository, where there is one.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from kb_audit.ahead import Ahead
from kb_audit.article import Article
from kb_audit.kept import Kept
from kb_audit.sources import exports, markdown
from kb_audit.sources.apart import Apart
from kb_audit.sources.git_history import PageHistory, history_of
from kb_audit.sources.reading import NotRead, Reading
from runtime.errors import BadInput

MAX_BYTES = 5_000_000
_Unread = tuple[str, str, tuple[str, ...]]  # name, why, aliases


def _html(name: str, text: str, root: str) -> Article:
    from kb_audit.sources import html  # its parser takes long to load

    return html.parse(name, text, root)


_PARSERS: dict[str, Callable[[str, str, str], Article]] = {
    ".md": markdown.parse, ".markdown": markdown.parse, ".txt": markdown.parse, ".html": _html, ".htm": _html,
}  # fmt: skip
_SPHINX = re.compile(rb"(?m)^\.\. (?:[\w:-]+::(?:\s|$)|_[^:\n]+:\s*$)")
"""A directive or a label of reStructuredText, which many a project keeps in .txt (Sphinx: `source_suffix`)."""
_SKIP = {".git", "node_modules", ".venv", "__pycache__", "_site"}
MAX_DOCUMENT = 50_000_000
_APART = {".rst", ".rest", ".docx", ".pdf"}
_EXPORTS = {".json", ".csv"}
_UNREAD = {".doc", ".adoc", ".odt", ".rtf", ".mdx", ".pages", ".pptx", ".xlsx", ".epub"}


def read(path: Path, kept: Kept | None = None) -> Reading:
    """Articles of a folder, or of one file. Ids are paths relative to the folder, with `/` on every platform.

    With `kept`, a file that did not change is not taken apart again.

    Raises BadInput when the path does not exist.
    """
    if not path.exists():
        raise BadInput("there is no such folder or file", str(path), "give the path of the articles")
    root = path if path.is_dir() else path.parent
    told = Ahead(lambda: history_of(root, kept))
    articles: list[Article] = []
    missing: list[NotRead] = []
    with Apart() as apart:

        def taken(file: Path) -> tuple[Article | _Unread, ...]:
            parts = _read(file, file.relative_to(root).as_posix(), str(root), apart, asked=file == path)
            return tuple((each.name, each.why, each.aliases) if isinstance(each, NotRead) else each for each in parts)

        files = list(_files(path))
        each = kept.each(files, [_digest(file, root, path) for file in files], taken) if kept else map(taken, files)
        history = told.result()
        for file, parts in zip(files, each, strict=True):
            for found in parts:
                if isinstance(found, tuple):
                    name, why, aliases = found
                    missing.append(NotRead(name=name, why=why, aliases=aliases))
                    continue
                articles.append(_dated(found, history.get(file.relative_to(root).as_posix())))
                missing += [NotRead(name=f"{found.id}, {what}", why=why) for what, why in found.unread]
    if not articles and not missing:
        missing.append(
            NotRead(
                name=path.as_posix(),
                why="the folder holds no article: no Markdown, HTML, reStructuredText, Word or PDF file",
            )
        )
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
        changed=history.changed,
    )


def _files(path: Path) -> Iterator[Path]:
    """Files worth a word, links into folders not followed (a link to a parent would never end)."""
    if path.is_file():
        yield path
        return
    for here, folders, names in os.walk(path, followlinks=False):
        folders[:] = sorted(f for f in folders if f not in _SKIP and not f.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in _WORTH_A_WORD:
                yield Path(here) / name


def _digest(file: Path, root: Path, path: Path) -> bytes:
    """Of all that a file's articles are made from; unreadable and oversized files by their size alone."""
    told = hashlib.sha256(
        repr((file.relative_to(root).as_posix(), str(root), file == path)).encode("utf-8", "surrogatepass")
    )
    try:
        told.update(_bytes_of(file, MAX_DOCUMENT))
    except ValueError as error:
        told.update(str(error).encode("utf-8", "surrogatepass"))
    return told.digest()


def _read(file: Path, name: str, root: str, apart: Apart, *, asked: bool) -> Iterator[Article | NotRead]:
    """What one file gives: an article, several (an export), or why not. `asked`: it was named, not found in a folder."""
    suffix = file.suffix.lower()
    try:
        raw = _bytes_of(file, MAX_DOCUMENT if suffix in _APART | _EXPORTS else MAX_BYTES)
    except ValueError as error:
        yield NotRead(name=name, why=str(error))
        return
    if suffix == ".txt" and _SPHINX.search(raw):
        suffix = ".rst"
    if suffix in _EXPORTS:
        yield from exports.read(name, raw, root) or ([NotRead(name=name, why=exports.UNKNOWN)] if asked else [])
    elif suffix in _APART:
        yield _with_text(apart.read(suffix, name, raw, root), name)
    elif suffix in _PARSERS:
        text = decode(raw)
        yield _parse(_PARSERS[suffix], text, name, root) if isinstance(text, str) else NotRead(name=name, why=text.why)
    else:
        yield NotRead(name=name, why=f"{suffix or 'such'} files are not read; save it as .docx, PDF, HTML or Markdown")


def _bytes_of(file: Path, most: int) -> bytes:
    """Raises ValueError with the reason where the file is too large or cannot be opened."""
    try:
        size = file.stat().st_size
        if not file.is_file():
            raise ValueError("is no regular file")
        if size > most:
            raise ValueError(f"{size / 1e6:.0f} MB is more than the {most / 1e6:.0f} MB that one page may have")
        return file.read_bytes()
    except OSError as error:
        raise ValueError(f"cannot be opened: {error.strerror or error}") from None


def _with_text(found: Article | str, name: str) -> Article | NotRead:
    if isinstance(found, str):
        return NotRead(name=name, why=found)
    return found if found.sections else NotRead(name=name, why="holds no text", aliases=found.aliases)


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
        return _with_text(parser(name, text, root), name)
    except (RecursionError, ValueError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else error
        return NotRead(name=name, why=f"cannot be parsed: {why}")


_WORTH_A_WORD = _PARSERS.keys() | _APART | _EXPORTS | _UNREAD
