"""Dates and owners from a real repository: renames, bulk commits, and a repository that wants to run something."""

from __future__ import annotations

import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kb_audit.sources import folder
from kb_audit.sources.git_history import BULK_FILES, PageHistory, history_of


def git(root: Path, *arguments: str, day: str = "2026-01-01", who: str = "Ada") -> None:
    when = f"{day}T12:00:00Z"
    env = {
        "GIT_AUTHOR_NAME": who, "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_AUTHOR_DATE": when, "HOME": str(root),
        "GIT_COMMITTER_NAME": who, "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_COMMITTER_DATE": when, "PATH": "/usr/bin:/bin",
    }  # fmt: skip
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True, env=env)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "fees.md").write_text("# Fees\n\nA late fee of 5 EUR is charged after the second reminder.\n")
    (tmp_path / "old.md").write_text("# Old\n\nNobody has looked at this page for a very long time.\n")
    _commit(tmp_path, "2024-03-01", "Ada")
    return tmp_path


def _commit(root: Path, day: str, who: str = "Ada") -> None:
    git(root, "add", "-A", day=day, who=who)
    git(root, "commit", "-q", "-m", "change", day=day, who=who)


def test_a_rename_keeps_the_page_and_its_dates(pages: Path) -> None:
    (pages / "fees.md").write_text("# Fees\n\nA late fee of 6 EUR is charged after the second reminder.\n")
    _commit(pages, "2025-06-01", "Bob")
    git(pages, "mv", "fees.md", "charges.md", day="2026-02-01")
    _commit(pages, "2026-02-01")

    found = history_of(pages)["charges.md"]

    assert (found.created, found.updated, found.owner) == (date(2024, 3, 1), date(2025, 6, 1), "Bob")


def test_a_commit_of_many_files_dates_none(pages: Path) -> None:
    for number in range(30):
        (pages / f"page-{number}.md").write_text(f"# Page {number}\n\nText of page {number}, long enough to matter.\n")
    (pages / "old.md").write_text("# Old\n\nNobody has looked at this page for a very long time!\n")
    _commit(pages, "2026-05-01")

    found = history_of(pages)

    assert found["old.md"].updated == date(2024, 3, 1)
    assert (found["page-3.md"].created, found["page-3.md"].updated) == (date(2026, 5, 1), None)


def test_a_subfolder_is_read_with_its_own_names_and_own_fields_win(pages: Path) -> None:
    (pages / "kb").mkdir()
    (pages / "kb" / "a.md").write_text("---\nupdated: 2026-03-03\nowner: Desk\n---\n# A\n\nSome text about a thing.\n")
    (pages / "kb" / "b.md").write_text("# B\n\nSome other text about another thing.\n")
    _commit(pages, "2026-04-04", "Eve")

    a, b = folder.read(pages / "kb").articles

    assert (a.updated, a.owner) == (date(2026, 3, 3), "Desk")
    assert (b.updated, b.owner) == (date(2026, 4, 4), "Eve")


def test_a_folder_without_history_has_no_dates(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\nSome text about a thing.\n")
    assert folder.read(tmp_path).articles[0].updated is None


def test_what_the_repository_wants_to_run_does_not_run(pages: Path) -> None:
    trap = pages / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {pages}/sprung\n")
    trap.chmod(0o755)
    for setting in ("core.fsmonitor", "core.pager", "diff.external", "gpg.program"):
        git(pages, "config", setting, str(trap))
    git(pages, "config", "log.showSignature", "true")

    assert history_of(pages)["old.md"].updated == date(2024, 3, 1)
    assert not (pages / "sprung").exists()


def test_a_real_history_gives_the_dates_of_its_last_real_changes(tmp_path: Path, corpus: Path) -> None:
    """The handbook's 1,134 recorded changes, played into a repository; the expectation is counted from the record itself."""
    told = [
        line.split("\t") for line in (corpus / "knowledge/18f-handbook/history.tsv").read_text("utf-8").splitlines()[1:]
    ]
    commits: dict[tuple[str, str], list[str]] = {}
    for commit, when, _, _, name in told:
        if "=>" not in name:
            commits.setdefault((when, commit), []).append(name)
    stream, expected, bulk_only = [], dict[str, date](), set[str]()
    for number, ((when, _), names) in enumerate(
        sorted(commits.items(), key=lambda c: datetime.fromisoformat(c[0][0])), 1
    ):
        at = datetime.fromisoformat(when)
        stream.append(f"commit refs/heads/main\ncommitter Ada <a@example.org> {int(at.timestamp())} +0000\ndata 1\nx\n")
        for name in dict.fromkeys(names):
            text = f"Change {number} of {name}.\n" * 3
            stream.append(f"M 100644 inline {name}\ndata {len(text.encode())}\n{text}\n")
            if len(set(names)) <= BULK_FILES:
                expected[name] = at.astimezone(UTC).date()
            elif name not in expected:
                bulk_only.add(name)
    git(tmp_path, "init", "-q", "-b", "main")
    subprocess.run(["git", "-C", str(tmp_path), "fast-import", "--quiet"], input="".join(stream).encode(), check=True)
    found = history_of_branch(tmp_path)
    assert {name: page.updated for name, page in found.items() if page.updated} == expected
    assert all(found[name].updated is None for name in bulk_only - expected.keys()), "unknown is better than wrong"
    assert len(expected) > 100


def history_of_branch(root: Path) -> dict[str, PageHistory]:
    git(root, "checkout", "-q", "main")
    return dict(history_of(root))
