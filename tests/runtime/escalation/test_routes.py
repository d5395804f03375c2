"""Who gets a case: by category, language, amount and hour; holidays are walked like the week."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from runtime.errors import BadInput
from runtime.escalation.public_holidays import holidays_in, is_holiday
from runtime.escalation.routes import EscalationFile, Holidays, shows_words
from runtime.escalation.week import gaps, holes, problems_of, route_at, staff_by_minute, staff_on_holiday

WRITTEN = {
    "zone": "Europe/Berlin",
    "holidays": {"country": "DE", "region": "HE", "also": ["2026-12-24"]},
    "destinations": {"d": {"kind": "queue"}, "hook": {"kind": "webhook", "url": "https://x.example"}},
    "routes": {
        "billing": {
            "workflows": ["dispute"],
            "destination": "d",
            "hours": [{"days": "mon-fri", "hours": "08:00-20:00", "staff": 3}],
            "outside_hours": "night",
        },
        "billing_fr": {"workflows": ["dispute"], "languages": ["fr"], "language": "fr", "destination": "d"},
        "large": {"workflows": ["dispute"], "value_from": "500.00", "destination": "d"},
        "huge": {"workflows": ["dispute"], "value_from": "5000.00", "destination": "hook"},
        "fraud": {"categories": ["fraud"], "destination": "d"},
        "night": {
            "destination": "d",
            "hours": [{"days": "mon-sun", "hours": "20:00-08:00"}, {"days": "sat,sun,holidays"}],
        },
    },
}


@pytest.fixture
def escalation() -> EscalationFile:
    return EscalationFile.model_validate(WRITTEN)


@pytest.mark.parametrize(
    ("category", "language", "value", "route"),
    [
        ("billing", "en", None, "billing"),
        ("billing", "", None, "billing"),  # a language that is not known goes to the route for all
        ("billing", "fr", None, "billing_fr"),
        ("billing", "en", "499.99", "billing"),
        ("billing", "fr", "500.00", "large"),
        ("billing", "en", "70000", "huge"),
        ("fraud", "fr", "70000", "fraud"),
    ],
)
def test_category_then_amount_then_language_choose_the_route(
    category: str, language: str, value: str | None, route: str, escalation: EscalationFile
) -> None:
    found = escalation.route_of("dispute", category, language=language, value=Decimal(value) if value else None)
    assert found == route


def test_a_route_for_other_languages_or_larger_amounts_takes_no_case_that_is_neither() -> None:
    only = EscalationFile.model_validate(
        {"routes": {"fr": {"workflows": ["w"], "languages": ["fr"], "destination": "d"}}}
    )
    assert only.route_of("w", language="en") is None and only.route_of("w", language="fr") == "fr"


@pytest.mark.parametrize(
    ("at", "route"),
    [
        ("2026-11-23 09:00", "billing"),  # Monday 10:00 in Berlin
        ("2026-11-23 22:00", "night"),
        ("2026-11-22 12:00", "night"),  # Sunday
        ("2026-12-25 10:00", "night"),  # a Friday, and Christmas
        ("2026-12-24 10:00", "night"),  # a day off of this organisation
        ("2026-12-23 10:00", "billing"),
    ],
)
def test_the_route_on_duty_at_that_hour_gets_it(at: str, route: str, escalation: EscalationFile) -> None:
    assert route_at(escalation, "billing", datetime.fromisoformat(at).replace(tzinfo=UTC)) == route


def test_where_nobody_is_on_duty_the_route_itself_keeps_the_case(escalation: EscalationFile) -> None:
    alone = EscalationFile.model_validate(
        {"routes": {"desk": {"destination": "d", "hours": [{"days": "mon-fri", "hours": "08:00-18:00"}]}}}
    )
    assert route_at(alone, "desk", datetime(2026, 11, 22, 3, tzinfo=UTC)) == "desk"


def test_a_week_without_holes_can_still_have_holes_on_holidays(escalation: EscalationFile) -> None:
    assert gaps(staff_by_minute(escalation, "billing")) == []
    assert holes(staff_on_holiday(escalation, "billing")) == ""
    closed = escalation.model_copy(update={"routes": {**escalation.routes, "night": escalation.routes["fraud"]}})
    assert gaps(staff_by_minute(closed, "billing")) == [] and holes(staff_on_holiday(closed, "billing")) == "all day"


def test_holidays_come_from_the_country_the_region_and_the_organisation() -> None:
    germany = holidays_in(Holidays(country="DE", region="HE", also=[date(2026, 12, 24)]), date(2026, 11, 23))
    assert germany[date(2026, 12, 25)] == "Christmas Day" and germany[date(2026, 12, 24)] == "day off"
    assert date(2027, 5, 27) in germany, "Corpus Christi is one in Hesse"
    assert date(2027, 5, 27) not in holidays_in(Holidays(country="DE", region="BE"), date(2026, 11, 23))
    assert not is_holiday(Holidays(country="DE", not_on=[date(2026, 12, 25)]), date(2026, 12, 25))
    assert holidays_in(None, date(2026, 1, 1)) == {}


def test_an_unknown_country_is_a_clear_answer() -> None:
    with pytest.raises(BadInput, match="no holidays are known for XX"):
        holidays_in(Holidays(country="XX"), date(2026, 1, 1))


def test_a_deputy_that_is_the_destination_itself_is_named() -> None:
    one = EscalationFile.model_validate(
        {"destinations": {"d": {"kind": "queue"}}, "routes": {"r": {"destination": "d", "deputy": "d"}}}
    )
    assert "both fail" in problems_of(one, "r")[0]


def test_a_webhook_gets_no_words_of_the_customer_unless_it_may(escalation: EscalationFile) -> None:
    assert shows_words(escalation, escalation.routes["billing"])
    assert not shows_words(escalation, escalation.routes["huge"])
    hook = escalation.destinations["hook"].model_copy(update={"words": True})
    opened = escalation.model_copy(update={"destinations": {**escalation.destinations, "hook": hook}})
    assert shows_words(opened, escalation.routes["huge"])
