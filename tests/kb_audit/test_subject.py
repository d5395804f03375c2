"""Whether two sentences speak of one subject: words and their like, slots that set rules apart, who pays, in which role."""

from __future__ import annotations

import pytest

from kb_audit.article import Article
from kb_audit.countries import countries
from kb_audit.payers import payer
from kb_audit.roles import roles
from kb_audit.sides import probably_right
from kb_audit.slots import contrast
from kb_audit.values import values
from kb_audit.wording import Words, concepts, content_words
from runtime.understanding.encode import Encode


@pytest.fixture(scope="module")
def words(encode: Encode) -> Words:
    return Words(encode)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("The large box costs some amount.", "The mighty box costs some amount."),
        ("Tier 1 answers within some time.", "Tier 3 answers within some time."),
        ("On Unlimited M data is capped.", "On Unlimited L data is capped."),
        ("Unlocking costs some amount in the first year.", "Unlocking costs nothing after the first year."),
        ("With the waiver, the liability is some amount.", "Without the waiver, the liability is some amount."),
        ("Smokers pay some amount.", "Non-smokers pay some amount."),
        ("Guide dogs travel for some amount.", "Other dogs travel for some amount."),
        ("Since 2024 the fee is some amount.", "Until 2023 the fee was some amount."),
        ("Sofas ordered in fabric take some time.", "Sofas ordered in leather take some time."),
    ],
)
def test_two_rules_of_one_mould_speak_of_different_things(words: Words, a: str, b: str) -> None:
    assert contrast(a, b, words.alike) and contrast(b, a, words.alike)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("The early termination fee is some amount.", "The early cancellation fee is some amount."),
        ("Unless terminated, it renews for some time.", "It renews for some time unless terminated."),
        ("Returns are accepted within some time of purchase.", "Items can be sent back within some time of buying."),
    ],
)
def test_a_paraphrase_is_no_contrast(words: Words, a: str, b: str) -> None:
    assert contrast(a, b, words.alike) == ""


def test_what_is_sent_back_is_returned() -> None:
    assert "return" in content_words("Please send the shoes back to us.")
    assert concepts("reimbursement") & concepts("refunds")


def test_both_sides_must_name_what_the_shorter_one_speaks_of(words: Words) -> None:
    same = words.align("Books may be borrowed for some time.", "The loan period for books is some time.")
    other = words.align("Seat reservations cost some amount.", "Changing a name costs some amount.")
    assert same.shorter > 0.8 and not same.both_alone
    assert other.both_alone


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("Return shipping is paid by the customer.", "them"),
        ("We pay for the new meter.", "us"),
        ("Returns are free of charge.", "us"),
        ("Customs duties are borne by the recipient.", "recipient"),
        ("Leaks are repaired at your own expense.", "them"),
        ("Members pay 5 euros.", None),
        ("You pay attention.", None),
    ],
)
def test_who_pays_is_read(text: str, party: str | None) -> None:
    found = payer(text)
    assert (found.party if found else None) == party


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Orders over $50 ship free.", ["condition", "outcome"]),
        ("Drivers under 25 pay a deductible of $1,000.", ["condition", "outcome"]),
        ("Identity checks are finished in under 10 minutes.", ["outcome"]),
        ("Delivery is free from a basket value of €60.", ["outcome", "condition"]),
        ("Before noon delivery costs $3.", ["condition", "outcome"]),
        ("Fees rise once a year upon 60 days' notice.", ["outcome", "outcome"]),
    ],
)
def test_values_are_bound_to_their_roles(text: str, expected: list[str]) -> None:
    assert [role for role, _ in roles(text, values(text))] == expected


def test_countries_are_scope() -> None:
    assert countries("In Brazil, payouts take five days.") == {"br"}
    assert countries("Talk to jordan about turkey.") == frozenset()


def test_of_two_articles_without_dates_the_owned_and_then_the_official_one_is_suggested() -> None:
    faq, terms = (Article(id=f"{t}.md", title=t, body="", sections=()) for t in ("Questions", "Terms of delivery"))
    assert probably_right(faq, terms).startswith("“Terms of delivery” is probably right")
    assert "ask the owners" in probably_right(faq, faq)
