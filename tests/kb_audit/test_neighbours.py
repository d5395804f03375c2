"""Exact neighbours in blocks: the same as the full product, whatever the rows lie in; like sections counted, not multiplied."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kb_audit.duplicates import MOST_NAMED, find_duplicates
from kb_audit.neighbours import nearest, pairs_above


@pytest.fixture(scope="module")
def rows() -> NDArray[np.float32]:
    made = np.random.default_rng(7).normal(size=(2500, 8)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_pairs_are_those_of_the_full_product(rows: NDArray[np.float32]) -> None:
    full = rows @ rows.T
    wanted = {(i, j) for i, j in zip(*np.nonzero(full >= 0.9), strict=True) if i < j}
    found = list(pairs_above(rows, 0.9))
    assert {(i, j) for i, j, _ in found} == wanted and len(found) == len(wanted)
    assert all(cosine == pytest.approx(full[i, j], abs=1e-6) for i, j, cosine in found)


def test_the_nearest_are_those_of_a_full_sort_with_ties_by_number(rows: NDArray[np.float32]) -> None:
    asked = np.vstack([rows[:40], rows[:1]])
    among = np.vstack([rows, rows[:1]])
    full = asked @ among.T
    for query, found in enumerate(nearest(asked, among, 5)):
        assert [j for j, _ in found] == np.argsort(-full[query], kind="stable")[:5].tolist()
    assert [len(found) for found in nearest(asked, among[:3], 5)] == [3] * 41


def test_rows_may_lie_in_a_file_and_memory_stays_at_a_block(tmp_path: Path) -> None:
    count, width = 12_000, 32
    held = np.lib.format.open_memmap(tmp_path / "rows.npy", mode="w+", dtype=np.float32, shape=(count, width))
    made = np.random.default_rng(1)
    for start in range(0, count, 4000):
        part = made.normal(size=(4000, width)).astype(np.float32)
        held[start : start + 4000] = part / np.linalg.norm(part, axis=1, keepdims=True)
    held[11_999] = held[17]
    tracemalloc.start()
    assert list(pairs_above(held, 0.999)) == [(17, 11_999, pytest.approx(1.0, abs=1e-5))]
    assert tracemalloc.get_traced_memory()[1] < 40_000_000, "the full product would be 576 MB"
    tracemalloc.stop()


def test_many_equal_sections_are_counted_and_twenty_are_named() -> None:
    count = 20_000
    same = "Refunds are paid to the card that was charged, and reach it in a few days after we have looked at the phone at hand."
    row = np.ones((1, 4), np.float32) / 2
    found = find_duplicates([same] * count, [f"{n}.md" for n in range(count)], np.repeat(row, count, axis=0))
    assert len(found) == MOST_NAMED and {(d.a, d.kind, d.places) for d in found} == {(0, "duplicate", count)}


def test_many_pages_of_one_template_are_compared_once_each() -> None:
    count = 1200
    text = "Refunds for item{0} are paid to the card that was charged and reach it in a few days after we looked at the phone you sent."
    row = np.ones((1, 4), np.float32) / 2
    begun = time.process_time()
    found = find_duplicates(
        [text.format(chr(97 + n % 26) * (1 + n // 26)) for n in range(count)], [f"{n}.md" for n in range(count)],
        np.repeat(row, count, axis=0),
    )  # fmt: skip
    assert {(d.a, d.kind, d.places) for d in found} == {(0, "near_duplicate", count)} and len(found) == MOST_NAMED
    assert time.process_time() - begun < 20, "720,000 pairs one by one would take minutes"


def test_sections_with_other_values_or_of_one_article_are_no_duplicates() -> None:
    text = "A replacement card costs {0} euros and is sent by post to the address that we hold for you within the next few days."
    row = np.repeat(np.ones((1, 4), np.float32) / 2, 2, axis=0)
    assert find_duplicates([text.format(10), text.format(15)], ["a.md", "b.md"], row) == []
    assert find_duplicates([text.format(10)] * 2, ["a.md", "a.md"], row) == []
    assert len(find_duplicates([text.format(10)] * 2, ["a.md", "b.md"], row)) == 1
