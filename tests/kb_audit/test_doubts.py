"""Why two claims that clash may both hold: releases, names of code, defaults, sentences whose subject stands elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kb_audit.claims import Claim, claims
from kb_audit.conflicts import find_conflicts
from kb_audit.measure import load_pairs
from kb_audit.sources import markdown
from kb_audit.technical import called, code_names, is_record
from kb_audit.values import values
from runtime.understanding.encode import Encode

CASES = Path(__file__).parents[1] / "cases" / "knowledge"


def _of(text: str, name: str) -> list[Claim]:
    return list(claims(markdown.parse(f"{name}.md", f"# {name}\n\n{text}\n")))


@pytest.mark.parametrize("pair", load_pairs(CASES / "both_hold.jsonl"), ids=lambda pair: pair["why"])
def test_a_clash_with_a_doubt_is_possible_and_says_why(encode: Encode, pair: dict[str, Any]) -> None:
    (found,) = find_conflicts([*_of(pair["a"], "a"), *_of(pair["b"], "b")], encode).pairs
    assert found.judgement.verdict == "possible"
    assert pair["why"] in found.judgement.why


@pytest.mark.parametrize("row", load_pairs(CASES / "no_value.jsonl"), ids=lambda row: row["why"])
def test_what_looks_like_a_count_and_is_none_is_no_value(row: dict[str, Any]) -> None:
    assert values(row["text"]) == []


def test_the_same_clash_without_the_doubt_is_a_conflict(encode: Encode) -> None:
    one, other = "Nightly backups are kept for 30 days.", "Nightly backups are kept for 7 days."
    (found,) = find_conflicts([*_of(one, "a"), *_of(other, "b")], encode).pairs
    assert found.judgement.verdict == "conflict"


MANUAL = "\n\n".join(f"Part {n}:\n\n```\nrun part_{n}\n```" for n in range(6))


@pytest.mark.parametrize(
    ("page", "verdict"), [("", "conflict"), (f"\n\n## Commands\n\n{MANUAL}", "possible")], ids=["help", "manual"]
)
def test_in_a_manual_a_denial_must_mirror_the_other_sentence(encode: Encode, page: str, verdict: str) -> None:
    one = f"Parcels can be handed to the neighbours downstairs.{page}"
    other = "Parcels cannot be handed to neighbours."
    (found,) = find_conflicts([*_of(one, "a"), *_of(other, "b")], encode).pairs
    assert found.judgement.verdict == verdict


@pytest.mark.parametrize("text", ["max_retries", "--keep-weekly", "app.conf", "/etc/hosts", "flush()", "queueLength"])
def test_names_of_code_are_told_by_their_form(text: str) -> None:
    assert code_names(f"Set {text} to a day.")


@pytest.mark.parametrize(
    "text", ["www.example.com", "and/or", "iPhone", "a.m.", "24/7", "non-refundable", "anna@mail.example.org"]
)
def test_words_of_a_help_centre_are_no_names_of_code(text: str) -> None:
    assert not code_names(f"Ask {text} for a day.")


def test_names_in_humps_are_compared_too() -> None:
    assert called("MasterCard refunds take a week.") == {"MasterCard"}


@pytest.mark.parametrize("heading", ["2.0.1", "Version 4.1", "Upgrading from Cart 3.x", "Release notes", "What's new"])
def test_headings_of_a_release_make_a_record(heading: str) -> None:
    assert is_record("guide/page.md", ["Guide", heading])


@pytest.mark.parametrize(
    "heading", ["6.6.2. Being kind", "8.2 Refunds", "Changes to your booking", "Order history", "News"]
)
def test_headings_of_a_rule_make_none(heading: str) -> None:
    assert not is_record("guide/page.md", ["Guide", heading])
