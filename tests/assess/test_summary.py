"""The terminal's summary: dates, worth with its sign, what is missing, what moved since the last version."""

from __future__ import annotations

from datetime import date

import pytest

from assess.assessment import Assessment
from assess.opening import judged, opened
from assess.summary import summary_lines
from assess.version_figures import Since
from tests.assess.recorded import GOLDEN


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    with opened(GOLDEN / "northwind.zip") as at:
        return judged(at).assessment


def text(assessment: Assessment, **changes: object) -> str:
    return "\n".join(summary_lines(assessment.model_copy(update=changes)))


def test_a_value_below_zero_stands_there_with_its_sign_and_range(assessment: Assessment) -> None:
    assert assessment.business_case is not None and assessment.business_case.scenarios[0].value is not None
    value = assessment.business_case.scenarios[0].value
    assert value.p50 < 0
    assert f"{value.p50:,.0f} EUR in 36 months ({value.p10:,.0f} to {value.p90:,.0f})" in text(assessment)


def test_without_amounts_it_says_which_are_missing_and_no_money(assessment: Assessment) -> None:
    assert assessment.business_case is not None
    scenarios = [s.model_copy(update={"value": None}) for s in assessment.business_case.scenarios]
    case = assessment.business_case.model_copy(update={"missing": ["Run cost a month"], "scenarios": scenarios})
    said = text(assessment, business_case=case)
    assert "no money without: Run cost a month (business_case.yaml)" in said
    assert "EUR" not in said


def test_levels_have_two_dates_and_never_a_mean(assessment: Assessment) -> None:
    said = text(assessment)
    assert "weeks (P50)" in said and "(P80)" in said
    assert "mean" not in said and "average" not in said


def test_what_is_gone_and_what_moved_is_said_only_where_there_is_something(assessment: Assessment) -> None:
    assert "Gone" not in text(assessment) and "Since version" not in text(assessment)
    since = Since(version=2, issued=date(2026, 11, 20), same_evidence=True, moved=["api: level 2 → 3"])
    said = text(assessment, gone=["operation billing.createCredit"], since=since)
    assert "Gone since the bundle before: operation billing.createCredit" in said
    assert "Since version 2 of 2026-11-20" in said and "api: level 2 → 3" in said
