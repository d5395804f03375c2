"""Scope keeps sentences for different plans, regions or channels apart; polarity tells allowing from forbidding."""

from __future__ import annotations

import pytest

from kb_audit.polarity import opposed, polarity
from kb_audit.scope import compare, exclusions, read_scope


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("Business customers may cancel.", "Residential customers may cancel.", "disjoint"),
        ("Standard shipping is slow.", "Express shipping is quick.", "disjoint"),
        ("Roaming in the EU is free.", "Roaming outside the EU is not.", "disjoint"),
        ("Members may return items.", "Items may be returned.", "one_silent"),
        ("Items may be returned.", "You can return items.", "equal"),
        ("Contact us today.", "Write to us.", "equal"),
        ("From May to June we open at 8.", "From October to April we open at 9.", "disjoint"),
    ],
)
def test_scopes_are_compared(a: str, b: str, relation: str) -> None:
    assert compare(read_scope(a), read_scope(b)).relation == relation


def test_a_heading_is_scope_for_the_sentences_below_it() -> None:
    assert read_scope("It costs 5 euros.", ["Shipping", "Express delivery"])["delivery"] == {"express"}


def test_what_one_side_excludes_is_no_conflict_with_the_other() -> None:
    out = exclusions("This does not apply to custom retention policies.")
    assert compare({}, {"state": frozenset({"custom policy"})}, a_out=out).relation == "disjoint"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("You can return sale items.", "You cannot return sale items."),
        ("Referrals are required.", "You do not need a referral."),
        ("Water damage is covered.", "The policy excludes water damage."),
        ("Only owners can invite guests.", "Anyone can invite guests."),
        ("Subscriptions renew automatically.", "Subscriptions do not renew automatically."),
    ],
)
def test_opposites_are_opposed(a: str, b: str) -> None:
    left, right = polarity(a), polarity(b)
    assert left is not None and right is not None and opposed(left, right) and opposed(right, left)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Sale items are final sale.", "You cannot return sale items."),
        ("You can come in person.", "You need not come in person."),
        ("Never share your PIN.", "You must not share your PIN."),
        ("Referrals are not required.", "You can come without a referral."),
    ],
)
def test_two_ways_of_saying_one_thing_are_not_opposed(a: str, b: str) -> None:
    left, right = polarity(a), polarity(b)
    assert left is not None and right is not None and not opposed(left, right)
