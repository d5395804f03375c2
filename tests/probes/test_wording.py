"""Counted things, lists and sentences, as a board reads them."""

from __future__ import annotations

from probes.wording import counted, listed, sentence


def test_one_is_singular_and_thousands_are_told_apart() -> None:
    assert [counted(n, "article") for n in (0, 1, 1125)] == ["0 articles", "1 article", "1,125 articles"]
    assert counted(2, "category", "categories") == "2 categories"


def test_lists_end_with_and() -> None:
    assert [listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert listed(["a", "b", "c", "d", "e"], most=2) == "a, b and 3 more"


def test_a_step_is_a_sentence() -> None:
    assert [sentence(t) for t in ("", "run it", "Run it!")] == ["", "Run it.", "Run it!"]
