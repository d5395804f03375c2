"""The whole audit on a small folder: literal quotes, a readable summary, JSON, and per-workflow artifacts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from kb_audit.artifact import KnowledgeAudit
from kb_audit.audit import audit
from kb_audit.audit_json import as_json
from kb_audit.probes.catalogue import PROBES
from kb_audit.probes.no_conflicts import NoConflicts
from kb_audit.summary import summary
from probes.finding import State
from runtime.understanding.encode import Encode

TODAY = date(2026, 11, 23)
INTENTS = {
    "returns": ["How long may I return my phone?", "I want to send a phone back"],
    "moon": ["Do you fly to the moon?"],
}
FIELDS = "---\nowner: Care\nupdated: {day}\naudience: consumer\n---\n"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    pages = {
        "return.md": FIELDS.format(day="2026-10-01")
        + "# Returning a phone\n\n## How long\n\nYou can return a phone within **14 days** of delivery.\n",
        "glance.md": FIELDS.format(day="2025-01-01")
        + "# Phone returns at a glance\n\n## In short\n\nA phone may be sent back within 30 days of delivery.\n",
        "shops.md": FIELDS.format(day="2026-10-01")
        + "# Shops\n\n## Opening\n\nOur shops open at 9 am. See [more](gone.md).\n",
    }
    for name, text in pages.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "broken.md").write_bytes(b"\x00\x01")
    return tmp_path


@pytest.fixture
def found(articles: Path, encode: Encode) -> KnowledgeAudit:
    return audit([articles], encode=encode, as_of=TODAY, intents=INTENTS, limits={"issue_credit": (50.0, "EUR")})


def test_a_conflict_shows_both_quotes_as_they_stand_in_the_files(found: KnowledgeAudit, articles: Path) -> None:
    conflict = next(f for f in found.findings if f.verdict == "conflict")
    assert {s.value for s in conflict.sides} == {"≤ 14 days", "≤ 30 days"}
    for side in conflict.sides:
        assert side.quote in (articles / side.article).read_text(encoding="utf-8")
        assert side.end - side.start == len(side.quote)
    assert conflict.suggestion.startswith("“Returning a phone” is probably right")


def test_the_younger_side_of_a_conflict_keeps_its_freshness(found: KnowledgeAudit) -> None:
    assert {a.id: a.freshness for a in found.articles} == {"return.md": 100, "glance.md": 75, "shops.md": 90}


def test_the_summary_says_what_was_read_found_and_left_out(found: KnowledgeAudit) -> None:
    text = summary(found)
    assert "3 articles" in text and "1 not read" in text and "broken.md" in text
    assert "Conflict 1 (duration)" in text and "return.md" in text and "dead link" in text
    assert "0  of 1 questions of moon are covered" in text


def test_a_clean_folder_is_said_to_be_clean_with_its_numbers(tmp_path: Path, encode: Encode) -> None:
    (tmp_path / "a.md").write_text("# Returns\n\nYou can return a phone within 14 days.\n", encoding="utf-8")
    assert "No conflict found among 1 claim," in summary(audit([tmp_path], encode=encode, as_of=TODAY))


def test_the_json_has_the_published_shape_and_the_artifact_survives_a_round_trip(found: KnowledgeAudit) -> None:
    data = json.loads(json.dumps(as_json(found)))
    assert {"format", "articles", "sections", "claims", "pairs", "not_read", "findings"} <= data.keys()
    assert data["format"] == 1 and data["articles"] == 3
    assert {"article", "heading", "quote", "value"} <= data["findings"][0]["sides"][0].keys()
    assert KnowledgeAudit.model_validate_json(found.model_dump_json()) == found


def test_the_same_articles_give_the_same_artifact(found: KnowledgeAudit, articles: Path, encode: Encode) -> None:
    assert (
        audit([articles], encode=encode, as_of=TODAY, intents=INTENTS, limits={"issue_credit": (50.0, "EUR")}) == found
    )


def test_an_empty_folder_is_no_error(tmp_path: Path, encode: Encode) -> None:
    found = audit([tmp_path], encode=encode, as_of=TODAY, intents=INTENTS)
    assert found.articles == () and found.not_read and found.coverage["moon"][0].state == "gap"


def test_another_language_is_not_assessed_and_never_clean(tmp_path: Path, encode: Encode) -> None:
    german = (
        "Die Rückgabe ist innerhalb von 14 Tagen möglich und kostet nichts, wenn Sie das Gerät nicht benutzt haben."
    )
    (tmp_path / "de.md").write_text(f"# Rückgabe\n\n{german}\n", encoding="utf-8")
    found = audit([tmp_path], encode=encode, as_of=TODAY, intents={"w": ["Rückgabe innerhalb von 14 Tagen"]})
    assert [n.name for n in found.not_assessed] == ["de.md"] and found.claims == 0
    states = {p().question: p().judge(found.of_workflow("w")).state for p in PROBES}
    assert states["no_conflicts"] == State.NOT_MEASURED


def test_workflows_get_the_articles_that_their_utterances_reach(found: KnowledgeAudit) -> None:
    part = found.of_workflow("returns")
    assert {a.id for a in part.articles} == {"return.md", "glance.md"}
    states = {p().question: p().judge(part).state for p in PROBES}
    assert states["no_conflicts"] == State.NOT_MET
    assert states["agrees_with_systems"] == State.NOT_APPLICABLE, "no value is named"
    assert {q for q, s in states.items() if s == State.NOT_MET} == {"no_conflicts", "review_loop"}
    assert State.NOT_MEASURED not in states.values()


def test_a_workflow_that_reaches_nothing_passes_nothing(found: KnowledgeAudit) -> None:
    states = {p().question: p().judge(found.of_workflow("moon")).state for p in PROBES}
    assert State.MET not in states.values()
    assert states["covers_intents"] == State.NOT_MET


def test_an_empty_artifact_passes_nothing() -> None:
    empty = KnowledgeAudit.model_validate({"subject": {"unit": "*"}, "as_of": TODAY}).of_workflow("w")
    assert {p().judge(empty).state for p in PROBES} == {State.NOT_MEASURED}


def test_every_probe_has_a_page_with_why_how_and_remedy() -> None:
    for probe in PROBES:
        page = probe().page()
        assert all(page[part] for part in ("statement", "why", "how", "remedy")), probe


def test_a_contradiction_counts_where_the_workflow_reads_not_wherever_its_articles_go(
    tmp_path: Path, encode: Encode
) -> None:
    lost = "# Lost phone\n\nIf your phone is gone, act at once.\n\n## A new card\n\nA replacement SIM card costs 15.00 EUR.\n"
    card = "# Replace a SIM card\n\n## Order\n\nA replacement SIM card costs 10.00 EUR.\n"
    for name, text in {
        "return.md": "# Return a phone\n\n## How long\n\nYou can return a phone within 14 days of delivery.\n",
        "glance.md": "# Phone returns\n\n## In short\n\nA phone may be sent back within 30 days of delivery.\n",
        "lost.md": lost,
        "card.md": card,
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    asked = {"returns": ["How long may I return my phone?", "My phone is gone"], "moon": ["Do you fly to the moon?"]}
    found = audit([tmp_path], encode=encode, as_of=TODAY, intents=asked)
    assert {s.said for f in found.findings if f.verdict == "conflict" for s in f.sides} == {
        "14 days",
        "30 days",
        "10.00 EUR",
        "15.00 EUR",
    }
    part = found.of_workflow("returns")
    assert "lost.md" in {a.id for a in part.articles}
    assert [f.articles for f in part.found("conflict")] == [{"return.md", "glance.md"}]
    said = NoConflicts().judge(part)
    assert said.title == "Two articles contradict each other: 14 or 30 days (“Return a phone” and “Phone returns”)"
    assert [side["quote"] for side in said.evidence[0].facts["sides"]] == [
        "A phone may be sent back within 30 days of delivery.",
        "You can return a phone within 14 days of delivery.",
    ]
    nowhere = part.model_copy(update={"sections": ()})
    assert NoConflicts().judge(nowhere).state == State.NOT_MEASURED, "nothing read is not free of contradictions"
    before = found.model_copy(update={"reached": None})
    assert len(before.of_workflow("returns").found("conflict")) == 2, "older bundles count by article"


def test_front_matter_that_cannot_be_read_is_named(tmp_path: Path, encode: Encode) -> None:
    (tmp_path / "a.md").write_text("---\nowner: [Care\n---\n# Returns\n\nText of the page.\n", encoding="utf-8")
    found = audit([tmp_path], encode=encode, as_of=TODAY)
    assert [a.id for a in found.articles] == ["a.md"] and found.articles[0].owner == ""
    assert found.not_read[0].name == "a.md (front matter)" and "without its fields" in found.not_read[0].why
