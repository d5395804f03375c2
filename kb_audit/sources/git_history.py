"""Dates and owners of pages from the history of their repository, where the folder lies in one.

Renames are followed; commits that touch many files at once (a reformatting, a move) date nothing. A page that only such
commits touched has no date: unknown is better than wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kb_audit.kept import Kept
from kb_audit.sources.git_log import COMMIT, PART, log_of

BULK_FILES = 25
OWNER_WITHIN = timedelta(days=365)


@dataclass(frozen=True)
class PageHistory:
    """When a page was made and last really changed, and who changed it most in the year before its repository's last
    change; None and "" where the history does not tell. `changed`: the days of all real changes.
    """

    created: date | None = None
    updated: date | None = None
    owner: str = ""
    changed: tuple[date, ...] = ()


@dataclass
class _Page:
    created: date | None = None
    updated: date | None = None
    authors: Counter[str] = field(default_factory=Counter)
    changed: set[date] = field(default_factory=set)


@dataclass(frozen=True)
class _Commit:
    at: date
    author: str
    changes: tuple[tuple[str, ...], ...]  # (status, path) or (R…, old path, new path)


def history_of(root: Path, kept: Kept | None = None) -> Mapping[str, PageHistory]:
    """Path relative to `root` → its history; empty where there is no repository, or git is not installed."""
    told = log_of(root, kept)
    if told is None:
        return {}
    commits = list(_commits(told))
    newest = max((commit.at for commit in commits), default=date.min)
    pages: dict[str, _Page] = {}
    now_called: dict[str, str] = {}
    for commit in commits:  # the newest first
        for change in commit.changes:
            _note(commit, change, pages, now_called, newest)
    return {
        name: PageHistory(
            page.created,
            page.updated,
            page.authors.most_common(1)[0][0] if page.authors else "",
            tuple(sorted(page.changed)),
        )
        for name, page in pages.items()
    }


def _note(
    commit: _Commit, change: Sequence[str], pages: dict[str, _Page], now_called: dict[str, str], newest: date
) -> None:
    status, written = change[0], change[-1]
    name = now_called.get(written, written)
    if status.startswith("R"):
        now_called[change[1]] = name
    page = pages.setdefault(name, _Page())
    if status == "A" and page.created is None:
        page.created = commit.at
    is_mere_move = status == "R100"
    if len(commit.changes) > BULK_FILES or is_mere_move:
        return
    page.updated = page.updated or commit.at
    page.changed.add(commit.at)
    if newest - commit.at <= OWNER_WITHIN:
        page.authors[commit.author] += 1


def _commits(told: str) -> Iterator[_Commit]:
    for block in told.split(COMMIT)[1:]:
        head, *lines = block.split("\n")
        seconds, _, author = head.partition(PART)
        changes = tuple(tuple(line.split("\t")) for line in lines if "\t" in line)
        if seconds.strip().lstrip("-").isdigit():
            yield _Commit(datetime.fromtimestamp(int(seconds), UTC).date(), author.strip(), changes)
