"""Shrinking is visible: what the bundle before held and this one does not is named, by kind."""

from __future__ import annotations

from pathlib import Path

from probes.gather.before import gone, inventory_before

BEFORE = {
    "operations": ["billing.createCredit", "billing.getInvoice", "usage.getUsage"],
    "limits": ["issue_credit.each", "issue_credit.all_per_day"],
    "articles": ["knowledge/a.md", "knowledge/b.md", "knowledge/unread.md"],
    "reached by dispute": ["a.md", "b.md"],
}


def test_operations_limits_and_reached_articles_that_are_gone_are_named() -> None:
    now = {
        "operations": ["billing.createCredit", "usage.getUsage"],
        "limits": ["issue_credit.each"],
        "articles": ["knowledge/a.md"],
    }
    assert gone(BEFORE, now) == {
        "operations": ["billing.getInvoice"],
        "limits": ["issue_credit.all_per_day"],
        "reached by dispute": ["b.md"],
    }


def test_what_was_not_looked_at_this_time_is_not_gone() -> None:
    assert gone(BEFORE, {"operations": ["usage.getUsage"], "limits": BEFORE["limits"], "articles": []}) == {}


def test_the_first_bundle_of_a_folder_has_nothing_before_it(tmp_path: Path) -> None:
    assert inventory_before(tmp_path) == {}


def test_a_bundle_before_that_cannot_be_read_counts_for_nothing(tmp_path: Path) -> None:
    home = tmp_path / "bundles" / "2026-01-01T0900Z"
    home.mkdir(parents=True)
    (home / "manifest.json").write_text("{", encoding="utf-8")
    assert inventory_before(tmp_path) == {}
