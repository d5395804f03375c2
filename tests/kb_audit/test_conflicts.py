"""Conflicts: precision and recall on labelled pairs, alarms and planted conflicts on a real handbook."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from kb_audit.claims import Claim, claims
from kb_audit.clusters import clusters
from kb_audit.conflicts import Pair, find_conflicts
from kb_audit.kept import Kept
from kb_audit.measure import load_pairs, score, verdicts
from kb_audit.sources import markdown
from kb_audit.sources.reading import Reading
from kb_audit.verdicts import stated_in
from runtime.understanding.encode import Encode

CASES = Path(__file__).parents[1] / "cases" / "knowledge"


@pytest.mark.parametrize(
    ("name", "least", "precision", "recall"),
    [
        ("conflicts.jsonl", 150, 0.97, 0.90),
        ("conflicts_fresh.jsonl", 60, 0.95, 0.85),
        ("conflicts_hands.jsonl", 300, 0.97, 0.90),
        ("conflicts_held_out.jsonl", 120, 0.97, 0.82),
        ("conflicts_rounds.jsonl", 150, 0.97, 0.85),
        ("conflicts_last.jsonl", 120, 0.92, 0.88),
    ],
)
def test_precision_and_recall_hold_on_labelled_pairs(
    encode: Encode, name: str, least: int, precision: float, recall: float
) -> None:
    pairs = load_pairs(CASES / name)
    assert len(pairs) >= least
    found = score(pairs, verdicts(pairs, encode))
    assert found.precision >= precision, found.wrong
    assert found.recall >= recall, found.wrong


def test_the_order_of_the_two_sides_does_not_matter(encode: Encode) -> None:
    pairs = load_pairs(CASES / "conflicts.jsonl")[::4]
    turned = [
        {**p, "a": p["b"], "b": p["a"], "heading_a": p.get("heading_b"), "heading_b": p.get("heading_a")} for p in pairs
    ]
    assert verdicts(pairs, encode) == verdicts(turned, encode)


def test_pairs_of_one_section_are_left_to_its_reader(encode: Encode) -> None:
    page = markdown.parse("a.md", "# Returns\n\nReturn within 14 days. Return within 30 days.\n")
    assert find_conflicts(list(claims(page)), encode).pairs == ()


def test_two_sections_of_one_article_make_a_possible_conflict_only(encode: Encode) -> None:
    page = markdown.parse(
        "a.md",
        "# Returns\n\n## One\n\nYou can return it within 14 days.\n\n## Two\n\nYou can return it within 30 days.\n",
    )
    assert [p.judgement.verdict for p in find_conflicts(list(claims(page)), encode).pairs] == ["possible"]


def test_thousands_of_copies_are_compared_once_and_their_conflict_is_found(encode: Encode) -> None:
    copies = [markdown.parse(f"{n}.md", "# Returns\n\nA phone can be returned within 14 days.\n") for n in range(1000)]
    other = markdown.parse("x.md", "# Returns\n\nA phone can be returned within 30 days.\n")
    found = find_conflicts([claim for page in (*copies, other) for claim in claims(page)], encode)
    assert found.compared == 3
    assert [p.judgement.verdict for p in found.pairs].count("conflict") == 2


def test_no_claims_make_no_conflicts(encode: Encode) -> None:
    assert find_conflicts([], encode).compared == 0


def test_five_articles_that_differ_make_one_cluster() -> None:
    assert set(clusters([(1, 2), (2, 3), (4, 5), (3, 4)]).values()) == {1}
    assert clusters([(1, 2), (8, 9)]) == {1: 1, 2: 1, 8: 2, 9: 2}


@dataclass(frozen=True)
class Planted:
    """The handbook's claims with those of sentences planted into it, and every pair that came to something. The first
    `own` claims are the handbook's; `rows`: number of a planted claim → its row."""

    claims: list[Claim]
    own: int
    rows: dict[int, str]
    alarms: list[Pair]


@pytest.fixture(scope="module")
def planted(handbook: Reading, kept: Kept, encode: Encode) -> Planted:
    stated, _ = stated_in(handbook.articles, kept)
    own, rows = len(stated), {}
    for row in load_pairs(CASES / "planted_18f.jsonl"):
        for claim in claims(markdown.parse(f"planted/{row['id']}.md", f"# Answers\n\n## Note\n\n{row['text']}\n")):
            rows[len(stated)] = row["id"]
            stated.append(claim)
    found = find_conflicts(stated, encode).pairs
    return Planted(stated, own, rows, [p for p in found if p.judgement.verdict == "conflict"])


def test_a_well_kept_handbook_raises_at_most_one_alarm_per_thousand_sections(planted: Planted) -> None:
    found = [p for p in planted.alarms if max(p.a, p.b) < planted.own]
    assert len(found) <= 1, [(planted.claims[p.a].text, planted.claims[p.b].text) for p in found]


def test_most_conflicts_planted_into_the_handbook_are_found(planted: Planted) -> None:
    found = {planted.rows[n] for p in planted.alarms for n in (p.a, p.b) if n in planted.rows}
    asked = {row["id"] for row in load_pairs(CASES / "planted_18f.jsonl")}
    assert len(found) >= 0.7 * len(asked), sorted(asked - found)


def _page(name: str, text: str) -> list[Claim]:
    return list(claims(markdown.parse(f"{name}.md", f"# {name}\n\n{text}\n")))


def _said(encode: Encode, *pages: list[Claim]) -> list[tuple[str, str]]:
    pairs = find_conflicts([claim for page in pages for claim in page], encode).pairs
    return [(p.judgement.verdict, p.judgement.kind) for p in pairs if p.judgement.verdict != "agree"]


def test_a_copy_that_holds_both_sentences_makes_a_possible_conflict_only(encode: Encode) -> None:
    first = "You can return shoes within 14 days."
    both = f"{first}\n\n## Later\n\nYou can return shoes within 30 days."
    assert ("conflict", "duration") not in _said(encode, _page("one", first), _page("two", both))


def test_two_payers_of_one_cost_contradict_each_other(encode: Encode) -> None:
    one = _page("a", "Customs duties are borne by the recipient.")
    assert _said(encode, one, _page("b", "Customs duties are borne by the sender.")) == [("conflict", "payer")]


def test_an_only_channel_contradicts_another(encode: Encode) -> None:
    one = _page("a", "A SIM swap can only be requested in person.")
    assert _said(encode, one, _page("b", "You can request a SIM swap by phone.")) == [("conflict", "channel")]


def test_a_sentence_that_only_refers_takes_its_subject_from_the_one_before(encode: Encode) -> None:
    one = _page("a", "Gift wrap is £3.50 per item.")
    assert _said(encode, one, _page("b", "Want gift wrap? It's £5 per item.")) == [("conflict", "amount")]


def test_a_finding_says_both_normal_forms(encode: Encode) -> None:
    one, two = _page("a", "Return it within two weeks."), _page("b", "You may return it up to 30 days later.")
    (pair,) = find_conflicts([*one, *two], encode).pairs
    assert pair.judgement.why == "≤ 14 days against ≤ 30 days"
