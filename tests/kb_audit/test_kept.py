"""What is kept between runs: only what changed is done again, the outcome is the same, and a kept file can run nothing."""

from __future__ import annotations

import os
import pickle
import sqlite3
import subprocess
import zlib
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from kb_audit import conflicts, verdicts
from kb_audit.article import Article
from kb_audit.artifact import KnowledgeAudit
from kb_audit.audit import audit
from kb_audit.candidates import Sieve, Tally, encoded_on_grid, on_grid
from kb_audit.claims import Claim, claims
from kb_audit.judgement import FAINT, PERMISSION, Judgement, judge
from kb_audit.kept import Kept, LastRun
from kb_audit.measure import load_pairs
from kb_audit.sources import folder, markdown
from kb_audit.sources.git_history import history_of
from kb_audit.wording import Words
from runtime.understanding.encode import Encode

CASES = Path(__file__).parents[1] / "cases" / "knowledge"
MODEL = {"model": "all-MiniLM-L6-v2", "digest": "5" * 64}
PAGES = {
    "return.md": "# Returning a phone\n\n## How long\n\nYou can return a phone within 14 days of delivery.\n",
    "glance.md": "# Phone returns\n\n## In short\n\nA phone may be sent back within 30 days of delivery.\n",
    "fees.md": "# Fees\n\n## Cards\n\nA replacement card costs $10.\n\n## Late fee\n\nThe late fee is $7.\n",
    "more.md": "# More on fees\n\n## Cards\n\nA replacement card costs $15.\n\n## Late fee\n\nThe late fee is $7.\n",
}


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, text in PAGES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "derived.sqlite")


def run(pages: Path, encode: Encode, kept: Kept | None) -> KnowledgeAudit:
    return audit([pages], encode=encode, as_of=date(2026, 11, 23), model=MODEL, kept=kept)


def test_after_one_change_the_audit_says_what_a_fresh_one_says(pages: Path, kept: Kept, encode: Encode) -> None:
    first = run(pages, encode, kept)
    assert first == run(pages, encode, kept) == run(pages, encode, None)
    (pages / "more.md").write_text(PAGES["more.md"].replace("$15", "$10").replace("$7", "$9"), encoding="utf-8")
    (pages / "glance.md").unlink()
    (pages / "new.md").write_text(PAGES["glance.md"].replace("30", "20"), encoding="utf-8")
    second = run(pages, encode, kept)
    assert second == run(pages, encode, None) != first
    assert {"$7", "$9"} <= {s.said for f in second.findings if f.verdict == "conflict" for s in f.sides}


def test_only_the_changed_article_is_taken_apart_and_judged(
    pages: Path, kept: Kept, encode: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(pages, encode, kept)
    (pages / "fees.md").write_text(PAGES["fees.md"].replace("$10", "$12"), encoding="utf-8")
    read: list[str] = []
    judged: list[frozenset[str]] = []

    def noted(article: Article) -> tuple[Claim, ...]:
        read.append(article.id)
        return tuple(claims(article))

    def watched(a: Claim, b: Claim, similarity: float, words: Words) -> Judgement:
        judged.append(frozenset({a.article, b.article}))
        return judge(a, b, similarity, words)

    monkeypatch.setattr(verdicts, "_claims", noted)
    monkeypatch.setattr(conflicts, "judge", watched)
    run(pages, encode, kept)
    assert read == ["fees.md"] and judged and all("fees.md" in both for both in judged)


def _earlier(kept: Kept, article: Article, names: Sequence[verdicts.Name], model: str) -> verdicts.Earlier:
    last = LastRun.over([article], kept, model)
    assert last is not None
    return verdicts.Earlier(last, names)


def test_another_model_or_an_unnamed_one_takes_no_verdict_over(kept: Kept, encode: Encode) -> None:
    article = markdown.parse("a.md", PAGES["fees.md"])
    _, names = verdicts.stated_in([article], kept)
    one = _earlier(kept, article, names, "one")
    numbers = range(len(names))
    one.keep(numbers, [], Tally.nothing(len(names)))
    stated, _ = verdicts.stated_in([article], kept)
    rows = encoded_on_grid(encode, [claim.subject for claim in stated])
    again, other = (_earlier(kept, article, names, model) for model in ("one", "other"))
    taken = again and again.taken_over(numbers, stated, rows, encode)
    assert taken is not None and taken.pairs == []
    assert other is not None and other.taken_over(numbers, stated, rows, encode) is None
    assert LastRun.over([article], kept, None) is None


def test_what_another_version_made_is_not_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "derived.sqlite"
    Kept(place).put(b"key", verdicts.Judged((), ()))
    assert Kept(place).one(b"key", verdicts.Judged) is not None
    monkeypatch.setattr("kb_audit.kept._code", lambda: b"another version")
    assert Kept(place).one(b"key", verdicts.Judged) is None


class Runs:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch ran",)


@pytest.mark.parametrize("put", [zlib.compress(pickle.dumps(Runs())), b"no archive", zlib.compress(b"\x80\x05half")])
def test_an_altered_file_runs_nothing_and_is_made_anew(
    put: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept = Kept(tmp_path / "derived.sqlite")
    article = markdown.parse("a.md", PAGES["fees.md"])
    whole = verdicts.stated_in([article], kept)
    with sqlite3.connect(tmp_path / "derived.sqlite") as db:
        db.execute("UPDATE made SET what = ?", (put,))
    assert verdicts.stated_in([article], kept) == whole
    assert not (tmp_path / "ran").exists()


def test_what_was_worked_out_before_an_interruption_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb_audit.kept._AT_ONCE", 3)
    digests, made = [bytes([n]) * 32 for n in range(9)], []

    def until(last: int) -> list[int]:
        def make(n: int) -> int:
            made.append(n)
            if n == last:
                raise KeyboardInterrupt
            return n * 2

        return Kept(tmp_path / "derived.sqlite").each(range(9), digests, make)

    with pytest.raises(KeyboardInterrupt):
        until(7)
    made.clear()
    assert until(-1) == [n * 2 for n in range(9)] and made == [6, 7, 8]


def test_a_file_that_is_no_database_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "derived.sqlite").write_bytes(b"no database" * 500)
    kept = Kept(tmp_path / "derived.sqlite")
    assert kept.each([1, 2], [b"a", b"b"], lambda n: n * 2) == [2, 4]


def test_no_pair_that_comes_to_something_is_left_out_of_the_candidates(encode: Encode) -> None:
    rows = [pair for file in sorted(CASES.glob("conflicts*.jsonl")) for pair in load_pairs(file)][::4]
    stated = [
        claim
        for n, pair in enumerate(rows)
        for side in "ab"
        for claim in claims(
            markdown.parse(f"{n}{side}.md", f"## {pair.get(f'heading_{side}') or 'Text'}\n\n{pair[side]}\n")
        )
    ]
    vectors, words = encode([claim.subject for claim in stated]), Words(encode)
    words.learn(text for claim in stated for text in (claim.subject, claim.about, claim.masked, claim.text))
    sieve = Sieve(stated, on_grid(vectors), near=FAINT, permission=PERMISSION)
    chosen = {(i, j) for block in sieve.all() for i, j, _ in block}
    near = vectors @ vectors.T
    of_something = {
        (i, j)
        for i, j in combinations(range(len(stated)), 2)
        if near[i, j] >= FAINT
        and judge(stated[i], stated[j], float(near[i, j]), words).verdict not in ("unrelated", "agree")
    }
    assert len(of_something) > 20 and of_something <= chosen


def test_the_log_of_a_repository_is_asked_only_for_what_is_new(tmp_path: Path, kept: Kept) -> None:
    def git(*asked: str, on: str = "2024-01-01T12:00:00") -> None:
        env = {**os.environ, "GIT_AUTHOR_DATE": on, "GIT_COMMITTER_DATE": on}
        who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
        subprocess.run(["git", *who, *asked], cwd=tmp_path / "repository", check=True, capture_output=True, env=env)

    root = tmp_path / "repository"
    root.mkdir()
    git("init", "-q")
    for day, name, text in (("01", "a.md", "one"), ("02", "b.md", "two"), ("03", "a.md", "three")):
        (root / name).write_text(text, encoding="utf-8")
        git("add", ".")
        git("commit", "-q", "-m", name, on=f"2024-01-{day}T12:00:00")
        assert history_of(root, kept) == history_of(root)
    assert history_of(root, kept)["a.md"].updated == date(2024, 1, 3)
    git("commit", "-q", "--amend", "-m", "rewritten", on="2024-02-01T12:00:00")
    assert history_of(root, kept) == history_of(root)


def test_what_the_last_runs_of_a_place_did_not_ask_for_is_let_go(pages: Path, kept: Kept, encode: Encode) -> None:
    def rows() -> int:
        with closing(sqlite3.connect(kept_file)) as db:
            return int(db.execute("SELECT count(*) FROM made").fetchone()[0])

    kept_file = pages.parent / "derived.sqlite"
    run(pages, encode, kept)
    whole = rows()
    for number in range(8):
        (pages / "more.md").write_text(PAGES["more.md"].replace("$15", f"${20 + number}"), encoding="utf-8")
        found = run(pages, encode, kept)
    assert found == run(pages, encode, None)
    assert whole < rows() <= whole * 2
    (pages / "glance.md").unlink()
    for _ in range(4):
        run(pages, encode, kept)
    assert rows() < whole


def test_what_another_place_still_asks_for_stays(tmp_path: Path, kept: Kept) -> None:
    made: list[int] = []

    def make(number: int) -> int:
        made.append(number)
        return number

    keys = [bytes([number]) * 32 for number in range(2)]
    kept.each([0, 1], keys, make)
    kept.end_run("one")
    kept.each([0], keys[:1], make)
    kept.end_run("other")
    for _ in range(4):
        kept.end_run("one")
    assert kept.each([0, 1], keys, make) == [0, 1] and made == [0, 1, 1]


def test_a_file_that_could_not_be_read_is_not_tried_again(
    tmp_path: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.md").write_bytes(b"# A\x00\x01 binary")
    (tmp_path / "pages" / "b.md").write_text(PAGES["fees.md"], encoding="utf-8")
    first = folder.read(tmp_path / "pages", kept)
    monkeypatch.setattr(folder, "_read", None)
    assert [each.name for each in first.not_read] == ["a.md"] and folder.read(tmp_path / "pages", kept) == first
