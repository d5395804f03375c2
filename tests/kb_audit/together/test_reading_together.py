"""Two sentences read together: what it finds on pairs of other hands, what it never overrules, and what becomes of it without its model."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from kb_audit.audit import audit
from kb_audit.claims import Claim, claims
from kb_audit.conflicts import find_conflicts
from kb_audit.measure import load_pairs, score, verdicts
from kb_audit.sources import markdown
from kb_audit.together import graph
from kb_audit.together.as_read import as_read
from kb_audit.together.reader import Reader, Told, pair_reader
from kb_audit.together.reading import KEPT, OVERRULES, SKIMMED, SURE, read_together
from kb_audit.together.shortlist import LEAST, shortlist
from runtime.understanding.encode import Encode

CASES = Path(__file__).parents[3] / "tests" / "cases" / "knowledge"
REWORDED = (
    "Our gift cards have no expiry date, so the balance can be spent whenever you like.",
    "All gift cards expire 24 months after the date on which they were bought.",
)


@pytest.fixture(scope="session")
def reader() -> Reader:
    found = pair_reader()
    assert found is not None
    return found


def _stated(*texts: str, form: str = "## Rules\n\n{}\n") -> list[Claim]:
    return [claim for n, text in enumerate(texts) for claim in claims(markdown.parse(f"{n}.md", form.format(text)))]


def _always(conflict: float) -> Reader:
    def read(pairs: Sequence[tuple[str, str]]) -> Told:
        return np.tile(np.array([conflict, 0, 0, 1 - conflict], np.float32), (len(pairs), 1))

    return Reader("always the same", read, read)


@pytest.mark.parametrize(
    ("name", "precision", "recall"),
    [
        ("pairs_kept_back", 0.86, 0.76),
        ("pairs_unseen", 0.90, 0.88),
        ("pairs_two_more_hands", 0.82, 0.73),
        ("pairs_last_hand", 0.82, 0.82),
    ],
)
def test_on_pairs_of_other_hands_it_finds_what_rules_alone_do_not(
    encode: Encode, reader: Reader, name: str, precision: float, recall: float
) -> None:
    pairs = load_pairs(CASES / f"{name}.jsonl")
    alone, both = score(pairs, verdicts(pairs, encode)), score(pairs, verdicts(pairs, encode, reader))
    assert both.precision >= precision, both.wrong
    assert both.recall >= recall
    assert both.recall > alone.recall + 0.2


def test_a_contradiction_in_quite_other_words_is_found(encode: Encode, reader: Reader) -> None:
    stated = _stated(*REWORDED)
    assert "conflict" not in {p.judgement.verdict for p in find_conflicts(stated, encode).pairs}
    found = read_together(reader, stated, find_conflicts(stated, encode), encode)
    assert [p.judgement.verdict for p in found.pairs if p.judgement.verdict == "conflict"] == ["conflict"]
    assert found.read > 0


def test_a_conflict_of_the_rules_that_reads_like_two_things_is_possible_only(encode: Encode) -> None:
    stated = _stated("The late fee is $5.", "The late fee is $10.")
    compared = find_conflicts(stated, encode)
    assert [p.judgement.verdict for p in compared.pairs] == ["conflict"]
    (pair,) = read_together(_always(0.0), stated, compared, encode).pairs
    assert (pair.judgement.verdict, "read together" in pair.judgement.why) == ("possible", True)


@pytest.mark.parametrize(("likely", "stays"), [(OVERRULES - 0.01, True), (1.0, False)])
def test_what_agrees_or_has_another_scope_stays_so_unless_the_reading_is_very_sure(
    encode: Encode, likely: float, stays: bool
) -> None:
    stated = _stated(
        "Premium customers may return shoes within 60 days.",
        "Basic customers may return shoes within 14 days.",
        "Parcels arrive within two weeks.",
        "Parcels arrive within 14 days.",
    )
    compared = find_conflicts(stated, encode)
    said = {(p.a, p.b): p.judgement for p in compared.pairs if p.judgement.verdict in ("agree", "scope")}
    assert {each.verdict for each in said.values()} == {"agree", "scope"}
    after = {(p.a, p.b): p.judgement for p in read_together(_always(likely), stated, compared, encode).pairs}
    assert ({pair: after[pair] for pair in said} == said) == stays


def test_a_doubt_of_place_leaves_it_possible_however_it_reads(encode: Encode) -> None:
    old = _stated("Speakers can be paired with two phones at once.", form="## Version 3.2 release notes\n\n{}\n")
    new = list(claims(markdown.parse("new.md", "## Pairing\n\nNo speaker can be paired with two phones.\n")))
    stated = [*old, *new]
    pairs = read_together(_always(1.0), stated, find_conflicts(stated, encode), encode).pairs
    assert "possible" in {p.judgement.verdict for p in pairs} <= {"possible", "agree", "scope"}


@pytest.mark.parametrize(("likely", "verdict"), [(SURE - 0.01, "possible"), (SURE + 0.01, "conflict")])
def test_a_doubt_of_words_gives_way_to_a_sure_reading(encode: Encode, likely: float, verdict: str) -> None:
    stated = _stated(
        "`pool_timeout` is how long the worker waits for a free connection: 30 seconds.",
        "The worker waits 90 seconds for a free connection.",
    )
    (pair,) = read_together(_always(likely), stated, find_conflicts(stated, encode), encode).pairs
    assert pair.judgement.verdict == verdict, pair.judgement


def test_one_sentence_against_many_that_agree_is_told_and_many_against_each_other_are_alike(encode: Encode) -> None:
    agreed = [f"{start} late fee is $10." for start in ("The", "Our", "The usual", "A", "The full", "Any")]
    outlier = _stated("The late fee is $25.", *agreed)
    found = read_together(_always(0.85), outlier, find_conflicts(outlier, encode), encode).pairs
    assert sum(p.judgement.verdict == "conflict" and p.a == 0 for p in found) >= 5
    levels = _stated(*(f"The late fee is ${10 * n}." for n in range(1, 9)))
    found = read_together(_always(0.85), levels, find_conflicts(levels, encode), encode).pairs
    assert {p.judgement.verdict for p in found} == {"possible"}


def test_only_so_many_are_read_and_the_same_ones_in_any_order(encode: Encode) -> None:
    stated = _stated(
        *(f"A parcel of size {n} must be collected from locker {n + 3} within {n + 1} days." for n in range(90))
    )
    chosen = shortlist(stated, encode, find_conflicts(stated, encode).pairs)
    assert len(chosen) == len(set(chosen)) <= LEAST
    assert all(a < b for a, b, _ in chosen)
    turned = shortlist(stated[::-1], encode, find_conflicts(stated[::-1], encode).pairs)
    last = len(stated) - 1
    assert {(last - b, last - a) for a, b, _ in turned} == {(a, b) for a, b, _ in chosen}


def test_the_same_pair_reads_the_same_alone_and_among_others(reader: Reader, tmp_path: Path) -> None:
    others = [(f"Sentence {n} about a fee of ${n}.", "Fees are charged. " * (n % 9 + 1)) for n in range(40)]
    fresh = pair_reader(cache=tmp_path / "pairs.sqlite")
    assert fresh is not None
    alone, among = fresh.read([REWORDED]), reader.read([*others, REWORDED])
    assert np.abs(alone[0] - among[-1]).max() < 1e-4
    assert np.array_equal(fresh.read([REWORDED]), alone)
    assert np.array_equal(fresh.skim([REWORDED])[0], reader.skim([*others, REWORDED])[-1])


@pytest.mark.parametrize(
    ("heading", "before"),
    [("Late fees", "Late fees: "), ("返品", "返品: "), ("B", ""), ("3.1", ""), ("4 b", "")],
)
def test_a_heading_that_names_something_is_read_with_its_sentence(heading: str, before: str) -> None:
    (claim,) = _stated("The late fee is $5.", form=f"## {heading}\n\n{{}}\n")
    assert as_read(claim) == f"{before}The late fee is $5."


def test_skimming_says_roughly_what_reading_says(reader: Reader) -> None:
    pairs = [(row["a"], row["b"]) for row in load_pairs(CASES / "pairs_kept_back.jsonl")]
    skimmed, read = reader.skim(pairs)[:, 0], reader.read(pairs)[:, 0]
    assert float(np.mean(np.abs(skimmed - read))) < 0.05
    assert np.sum((read >= KEPT) & (skimmed < SKIMMED)) <= 0.02 * np.sum(read >= KEPT)


def test_a_model_that_is_not_here_yet_is_looked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ImportError("no such package")

    monkeypatch.setenv("CXREADY_CACHE", str(tmp_path))
    monkeypatch.setattr(graph, "installed_model", missing)
    assert pair_reader() is None
    assert not list((tmp_path / "models").glob("*/about.json"))


def test_without_a_reader_rules_alone_decide(encode: Encode, tmp_path: Path) -> None:
    for n, text in enumerate(REWORDED):
        (tmp_path / f"{n}.md").write_text(f"# Gift cards {n}\n\n{text}\n", encoding="utf-8")
    found = audit([tmp_path], encode=encode, as_of=date(2026, 1, 1))
    assert found.pairs_read == 0
    assert not [f for f in found.findings if f.probe == "knowledge.no_conflicts" and f.verdict == "conflict"]


def test_judging_what_was_read_needs_neither_torch_nor_a_model() -> None:
    code = "import sys; sys.modules['torch'] = sys.modules['onnxruntime'] = None; import kb_audit.together.reading, assess.assessment"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
