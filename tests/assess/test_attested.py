"""Answers of people complete what nothing can measure, count at level 2 only, grow old, and replace nothing that was seen."""

from __future__ import annotations

from datetime import date

import pytest

from assess.asked import AnswersFile
from assess.attested import with_answer
from probes.api.owner_named import OwnerNamed
from probes.api.writes_stick import WritesStick
from probes.finding import Outcome, State, Subject, met, not_measured

TODAY = date(2026, 11, 23)
OPEN = not_measured("Nobody is named as owner", cause="no owner")


def answered(answer: str, on: str = "2026-10-14", subject: str = "billing") -> Outcome:
    said = {"question": "api.owner_named", "subject": subject, "answer": answer, "by": "head of billing", "on": on}
    answers = AnswersFile.model_validate({"answers": [said]})
    return with_answer(OPEN, OwnerNamed(), "api.owner_named", Subject(unit="billing"), answers, TODAY)


@pytest.mark.parametrize(
    ("answer", "state"), [("yes", State.MET), ("no", State.NOT_MET), ("don't know", State.NOT_MEASURED)]
)
def test_an_answer_completes_an_open_question(answer: str, state: State) -> None:
    found = answered(answer)
    assert found.state is state
    assert found.grade == ("none" if state is State.NOT_MEASURED else "attested")


@pytest.mark.parametrize("on", ["2026-05-01", "2027-01-01"])
def test_an_old_answer_and_one_from_the_future_leave_it_open(on: str) -> None:
    assert answered("yes", on).state is State.NOT_MEASURED


def test_an_answer_about_another_system_says_nothing() -> None:
    assert answered("yes", subject="usage") is OPEN


def test_what_was_seen_is_not_replaced_and_what_must_be_measured_is_not_answered() -> None:
    answers = AnswersFile.model_validate(
        {"answers": [{"question": "api.writes_stick", "answer": "yes", "by": "someone", "on": "2026-10-14"}]}
    )
    seen = met("seen", grade="measured")
    assert with_answer(seen, WritesStick(), "api.writes_stick", Subject(unit="billing"), answers, TODAY) is seen
    assert with_answer(OPEN, WritesStick(), "api.writes_stick", Subject(unit="billing"), answers, TODAY) is OPEN
