"""Judging ends: how many pairs are judged is bounded whatever the pages are, the rest is counted, and counts of a second run are
those of a first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kb_audit import candidates, conflicts, verdicts
from kb_audit.article import Article
from kb_audit.candidates import Sieve, encoded_on_grid, on_grid
from kb_audit.claims import Claim, claims
from kb_audit.conflicts import Compared, find_conflicts
from kb_audit.judgement import FAINT, PERMISSION, Judgement, judge
from kb_audit.kept import Kept, LastRun
from kb_audit.sources import markdown
from kb_audit.wording import Words

NOTES, LINES, MOULDED, FEW = 400, 3, 70, 20


def made_up(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit rows that are near each other for texts that share words."""
    rows = np.zeros((len(texts), 64), np.float32)
    for number, text in enumerate(texts):
        for word in text.lower().split():
            rows[number, sum(word.encode()) % 64] += 1
    rows[:, 0] += 0.01
    unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def stated(pages: Sequence[Article]) -> list[Claim]:
    return [claim for page in pages for claim in claims(page)]


def release_notes() -> Iterator[Article]:
    for n in range(NOTES):
        day = f"2015-{n % 12 + 1:02}-{n % 28 + 1:02}"
        lines = (f"- PR #{n}{k}: Fix issue #{k}{n} in the client @ {day} 1{k}:32:16 UTC" for k in range(LINES))
        yield markdown.parse(f"releases/1.{n}.md", f"# Version 1.{n} release notes\n\n" + "\n".join(lines) + "\n")


def moulded(count: int) -> list[Article]:
    """Pages cut from one mould that say of one thing another value each, in nearly the same words."""
    return [
        markdown.parse(f"m{n:03}.md", f"# Fees {n}\n\n## Late\n\nThe late fee of account {n} is ${n + 5}.\n")
        for n in range(count)
    ]


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The cosine of each pair that is judged."""
    asked: list[float] = []

    def watched(a: Claim, b: Claim, similarity: float, words: Words) -> Judgement:
        asked.append(similarity)
        return judge(a, b, similarity, words)

    monkeypatch.setattr(conflicts, "judge", watched)
    return asked


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lower bound than the real one, so that few pages reach it."""
    for module in (candidates, conflicts, verdicts):
        monkeypatch.setattr(module, "MOST", FEW)


def test_four_hundred_release_notes_that_say_nearly_the_same_are_counted_and_not_judged(judged: list[float]) -> None:
    found = stated(list(release_notes()))
    assert len(found) == NOTES * LINES
    compared = find_conflicts(found, made_up)
    assert judged == [] and compared.pairs == ()
    assert compared.records == compared.compared > 700_000


def test_a_release_note_is_still_judged_against_a_page_that_is_none(judged: list[float]) -> None:
    note = markdown.parse("changelog.md", "# Changelog\n\n## 2.0\n\nThe upload limit is 20 MB.\n")
    page = markdown.parse("limits.md", "# Limits\n\n## Uploads\n\nThe upload limit is 10 MB.\n")
    compared = find_conflicts(stated([note, page]), made_up)
    assert len(judged) == 1 and compared.records == 0
    assert [p.judgement.verdict for p in compared.pairs] == ["possible"]


def test_of_pages_cut_from_one_mould_the_nearest_pairs_are_judged_and_the_rest_is_counted(
    few: None, judged: list[float]
) -> None:
    found = stated(moulded(MOULDED))
    compared = find_conflicts(found, made_up)
    every = MOULDED * (MOULDED - 1) // 2
    assert len(found) == MOULDED and compared.compared == every
    assert len(judged) == sum(min(FEW, MOULDED - 1 - n) for n in range(MOULDED)) <= FEW * MOULDED
    assert compared.left_out == every - len(judged) > 0


def test_what_is_judged_of_a_crowded_sentence_are_its_nearest(few: None) -> None:
    found = stated(moulded(MOULDED))
    rows = made_up([claim.subject for claim in found])
    rows += np.random.default_rng(7).normal(0, 0.02, rows.shape).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    sieve = Sieve(found, on_grid(rows), near=FAINT, permission=PERMISSION)
    of_first = {j: cosine for block in sieve.all() for i, j, cosine in block if i == 0}
    near = on_grid(rows).astype(float) @ on_grid(rows)[0] / 2048**2
    assert set(of_first) == set((np.argsort(-near[1:], kind="stable")[:FEW] + 1).tolist())


def test_cosines_are_the_same_in_whatever_block_they_are_worked_out() -> None:
    rows = np.random.default_rng(3).normal(size=(700, 384)).astype(np.float32)
    rows = on_grid(rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    whole = rows @ rows.T
    for some in (slice(0, 1), slice(5, 12), slice(300, 700)):
        assert np.array_equal(rows[some] @ rows.T, whole[some]) and np.array_equal(rows @ rows[some].T, whole[:, some])


def test_vectors_of_claims_are_encoded_in_steps_and_held_at_two_bytes_a_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(candidates, "_STEP", 7)
    asked: list[int] = []

    def watched(texts: Sequence[str]) -> NDArray[np.float32]:
        asked.append(len(texts))
        return made_up(texts)

    texts = [claim.subject for claim in stated(moulded(30))]
    rows = encoded_on_grid(watched, texts)
    assert asked == [7, 7, 7, 7, 2] and rows.dtype == np.int16 and rows.shape == (30, 64)
    assert np.abs(rows / 2048 - made_up(texts)).max() <= 1 / 4096


def test_every_near_pair_is_counted_and_every_pair_that_may_clash_is_met_once() -> None:
    """Against all pairs looked at one by one."""
    found = stated([*moulded(25), *list(release_notes())[:9]])
    rows = on_grid(made_up([claim.subject for claim in found]))
    sieve = Sieve(found, rows, near=FAINT, permission=PERMISSION)
    met = [(i, j) for block in sieve.all() for i, j, _ in block]
    cosines = rows.astype(np.float64) @ rows.T.astype(np.float64) / 2048**2
    near = [
        (i, j)
        for i, j in combinations(range(len(found)), 2)
        if cosines[i, j] >= np.float32(FAINT) and found[i].section != found[j].section
    ]
    records = [(i, j) for i, j in near if found[i].record and found[j].record]
    counted = np.bincount(np.array(near).ravel(), minlength=len(found))
    assert records and np.array_equal(sieve.tally.near, counted)
    assert sieve.tally.records.sum() == 2 * len(records)
    assert len(met) == len(set(met)) and met and set(met) <= set(near) - set(records)


def test_words_are_let_go_of_and_learnt_again_and_nothing_else_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "BLOCK", 16)
    found = stated(moulded(60))
    whole = find_conflicts(found, made_up)
    asked: list[str] = []

    def watched(texts: Sequence[str]) -> NDArray[np.float32]:
        asked.extend(text for text in texts if " " not in text)
        return made_up(texts)

    monkeypatch.setattr(conflicts, "_MOST_HELD", 0)
    assert find_conflicts(found, watched) == whole and len(asked) > len(set(asked)) > 0


def test_claims_with_equal_scopes_hold_one_mapping_of_them() -> None:
    pages = [
        markdown.parse(f"p{n}.md", f"# Fees\n\n## Late\n\nBusiness customers in Germany pay a late fee of ${n}.\n")
        for n in range(40)
    ]
    found = stated(pages)
    assert len(found) == 40 and all(claim.own_scope for claim in found)
    assert len({id(claim.own_scope) for claim in found}) == 1


def _as_first(pages: Sequence[Article], kept: Kept | None) -> Compared:
    told, names = verdicts.stated_in(pages, kept)
    last = LastRun.over(pages, kept, "made up")
    return find_conflicts(told, made_up, verdicts.Earlier(last, names) if last else None)


@pytest.mark.parametrize("seed", range(6))
def test_a_second_run_counts_and_finds_what_a_first_one_does(seed: int, tmp_path: Path) -> None:
    """Articles changed, taken out and put in at random, several times over."""
    choose = np.random.default_rng(seed)
    kept, pages = Kept(tmp_path / "derived.sqlite"), [*moulded(40), *list(release_notes())[:10]]
    for _ in range(4):
        told = _as_first(pages, kept)
        assert told == _as_first(pages, None)
        stay = [page for page in pages if choose.random() > 0.15]
        value = int(choose.integers(5, 60))
        text = f"# Fees\n\n## Late\n\nThe late fee of account {value} is ${value}.\n\n## Card\n\nA card costs ${value + 1}.\n"
        pages = sorted([*stay, markdown.parse(f"m{value:03}x{len(stay)}.md", text)], key=lambda page: page.id)


def test_a_sentence_that_becomes_crowded_is_bounded_in_a_second_run_too(few: None, tmp_path: Path) -> None:
    kept, pages = Kept(tmp_path / "derived.sqlite"), moulded(FEW + 30)
    first = _as_first(pages[: FEW - 5], kept)
    second = _as_first(pages, kept)
    assert first.left_out == 0 < second.left_out and second == _as_first(pages, None)
    assert _as_first(pages, kept) == second
    assert _as_first(pages[: FEW - 5], kept) == first


def test_the_first_candidates_of_all_are_those_of_the_new_ones_together() -> None:
    found = stated([*moulded(30), *list(release_notes())[:5]])
    rows = on_grid(made_up([claim.subject for claim in found]))
    whole = Sieve(found, rows, near=FAINT, permission=PERMISSION)
    everything = {(i, j) for block in whole.all() for i, j, _ in block}
    fresh = np.arange(len(found)) % 7 == 0
    part = Sieve(found, rows, near=FAINT, permission=PERMISSION)
    new = [(i, j) for i, j, _ in part.of(fresh)]
    assert len(new) == len(set(new)) and set(new) == {(i, j) for i, j in everything if fresh[i] or fresh[j]}
    assert everything <= set(combinations(range(len(found)), 2))
