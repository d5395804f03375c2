"""High stakes are seen, everyday words that look like them are not, and an unknown language is said to be one."""

from __future__ import annotations

import time

import pytest

from runtime.understanding.category import categories, category_of, own_words
from runtime.understanding.language import language_of
from runtime.understanding.requests import asks_for_human, threatens_law


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("there is no point in living any more", "vulnerable"),
        ("money left my account, that was not me", "fraud"),
        ("our whole village is offline since this morning", "outage"),
        ("I am writing about my late husband's contract", "bereavement"),
        ("my health insurance claim was refused", "medical_billing"),
        ("I will take you to court", "legal_threat"),
        ("Mein Vater ist gestorben", "bereavement"),
        ("Jemand hat auf meinem Namen einen Vertrag abgeschlossen", "fraud"),
        ("I’m blind and can’t read this", "vulnerable"),
    ],
)
def test_what_is_grave_is_recognised(text: str, category: str) -> None:
    assert category_of(text) == category


@pytest.mark.parametrize(
    "text",
    [
        "why is there a late fee on my bill",
        "my phone died after the update",
        "I cannot download the app to my phone",
        "Sue from your support was nice to me",
        "I want to pursue my refund",
        "you disabled my account by mistake",
        "I live at 4 Court Road and want to move my line",
        "there is a blind spot for wifi in my house",
        "my battery died and I need the charger",
        "is this the estate where you offer fibre",
        "how do I change my plan",
        "Meine Leitung ist tot langsam",
        "I spoke with your agent yesterday",
    ],
)
def test_everyday_words_are_no_alarm(text: str) -> None:
    found = [name for name in categories(text).names if name != "outage"]
    assert found == []


def test_a_language_without_a_list_is_a_category_and_a_borrowed_word_is_still_seen() -> None:
    assert category_of("Minulla on kysymys laskustani") == "unknown_language"
    assert set(categories("Bonjour, je pense que c'est un phishing sur mon compte").names) == {
        "fraud",
        "unknown_language",
    }
    assert category_of("你好，我的账单有问题") == "unknown_language"


def test_quoted_replies_and_signatures_do_not_count() -> None:
    assert own_words("All fine, thanks\n> my father died\n-- \nLawyer Ltd").strip() == "All fine, thanks"
    assert category_of("All is fine now, thank you for the help\nOn 3 May agent wrote:\n> is this fraud?") is None


def test_a_wish_for_a_person_counts_and_talk_about_people_does_not() -> None:
    assert asks_for_human("Can I please talk to a real person")
    assert asks_for_human("Ich möchte mit einem Mitarbeiter sprechen")
    assert not asks_for_human("I spoke with your agent yesterday about my bill")
    assert not asks_for_human("my bill is wrong")
    assert threatens_law("my lawyer will write to you")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my refund?", "en"),
        ("Wo ist meine Erstattung?", "de"),
        ("Où est mon remboursement ?", "fr"),
        ("", "unknown"),
        ("🙂🙂", "unknown"),
        ("????", "unknown"),
    ],
)
def test_languages_of_short_messages(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "hostile",
    ["a" * 1_000_000, "my " * 300_000, "not " * 200_000 + "charge", "\x00\u202e" * 100_000, "someone used " * 50_000],
)
def test_a_megabyte_is_read_in_a_second(hostile: str) -> None:
    begun = time.monotonic()
    categories(hostile)
    asks_for_human(hostile)
    assert time.monotonic() - begun < 3
