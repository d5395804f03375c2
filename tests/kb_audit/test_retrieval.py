"""Coverage and retrieval: what is asked for, what an agent would say, near ties, abstention – with the real model."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kb_audit.answer_kinds import answered, expected
from kb_audit.artifact import KnowledgeAudit
from kb_audit.audit import audit
from runtime.understanding.encode import Encode

TODAY = date(2026, 11, 23)
PAGES = {
    "return.md": "# Returning a phone\n\n## How long\n\nYou can return a phone within 14 days of delivery. Keep the [receipt](gone.md).\n",
    "label.md": "# Return label\n\n## Where it is\n\nYou find the return label in your account under orders. Print it and stick it on the box.\n",
    "fees.md": "# Fee for a new SIM card\n\n## What we charge\n\nWe send you a new SIM card when yours is broken or lost.\n",
    "fast.md": "# Return a phone in the shop\n\n## How long you have\n\nYou can return a phone within 30 days of delivery in a shop.\n",
}
ASKED = {
    "returns": ["How long do I have to return my phone?", "How many days may I keep a phone before I return it?", "Until when can I send my phone back?"],
    "sim": ["How much is a new SIM card?"],
    "moon": ["Do you fly to the moon?"],
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, encode: Encode) -> KnowledgeAudit:
    root = tmp_path_factory.mktemp("pages")
    for name, text in PAGES.items():
        (root / name).write_text(text, encoding="utf-8")
    return audit([root], encode=encode, as_of=TODAY, intents=ASKED, volumes={"sim": 500, "returns": 100, "moon": 1})


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How much is a new card?", "amount"),
        ("How long may I return it?", "time"),
        ("Where can I find the label?", "place"),
        ("How do I change my plan?", "steps"),
        ("Can I cancel my contract?", "permission"),
        ("What is the phone number of the shop?", "contact"),
        ("my bill is wrong", None),
    ],
)
def test_a_question_says_what_kind_of_answer_it_wants(question: str, kind: str | None) -> None:
    assert expected(question) == kind


def test_the_subject_alone_is_no_answer() -> None:
    assert not answered("How much is a new card?", ["We send you a new card."])
    assert answered("How much is a new card?", ["A new card costs 5 EUR."]) and answered(
        "How much is it?", ["It is free of charge."]
    )


def test_a_covered_question_without_its_amount_is_answered_partly(found: KnowledgeAudit) -> None:
    asked = found.coverage["sim"][0]
    assert (asked.state, asked.asks_for, asked.answer) == ("covered", "amount", "partly")
    assert found.coverage["moon"][0].answer == "not" and found.coverage["returns"][0].answer == "answerable"


def test_the_largest_workflow_comes_first_in_what_an_agent_would_say(found: KnowledgeAudit) -> None:
    assert [each.workflow for each in found.would_say] == ["sim", "returns", "moon"]
    said = found.would_say[1]
    assert "phone within" in said.passage and said.article in ("return.md", "fast.md")
    assert found.would_say[2].passage == "" and found.would_say[2].state == "not"


def test_two_answers_that_are_equally_near_and_differ_are_a_finding(found: KnowledgeAudit) -> None:
    ties = [f for f in found.findings if f.verdict == "near_tie"]
    assert ties and {s.article for s in ties[0].sides} == {"return.md", "fast.md"}
    assert {s.value for s in ties[0].sides} == {"14 days", "30 days"}


def test_questions_of_other_fields_are_left_unanswered(found: KnowledgeAudit) -> None:
    assert found.retrieval.abstains.hits == found.retrieval.abstains.of == 20
    assert found.retrieval.headings_5.share == 1.0
    assert found.retrieval.paraphrases_5.of == 3 and found.retrieval.paraphrases_5.hits >= 2


def test_reach_is_tickets_where_they_are_counted(found: KnowledgeAudit) -> None:
    first = found.mend_first[0]
    assert first.reach_is == "tickets" and first.reach == 100 and first.article == "return.md"


def test_nothing_asked_and_nothing_read_is_no_error(tmp_path: Path, encode: Encode) -> None:
    empty = audit([tmp_path], encode=encode, as_of=TODAY, intents=ASKED)
    assert empty.would_say[0].passage == "" and empty.retrieval.abstains.of == 0 and empty.mend_first == ()
    (tmp_path / "a.md").write_text("# A\n\nWords of a page.\n", encoding="utf-8")
    assert audit([tmp_path], encode=encode, as_of=TODAY).would_say == ()
