"""Which workflow first: value times readiness, with the source of each figure; comments move nothing."""

from __future__ import annotations

from typing import Any

import pytest

from assess.candidates import candidates
from assess.opening import judged, opened
from probes.finding import State


@pytest.fixture(scope="module")
def verdict(northwind: Any) -> Any:
    with opened(northwind.folder) as at:
        yield judged(at)


def test_the_order_follows_hours_and_checks_that_hold_and_explains_itself(verdict: Any) -> None:
    ranked = verdict.assessment.candidates
    assert [c.score for c in ranked] == sorted((c.score for c in ranked), reverse=True)
    first = ranked[0]
    assert first.workflow == "billing-dispute" and first.tickets_from.startswith("export, ")
    assert first.hours == pytest.approx(first.tickets * first.minutes / 60, abs=0.1)
    assert first.score == pytest.approx(first.hours * (1 - first.excluded) * first.checks_met / first.checks, rel=0.01)
    assert f"{first.checks_met} of {first.checks} checks hold" in first.says


def test_a_check_that_no_longer_holds_lowers_its_workflow_and_no_other(verdict: Any) -> None:
    a, folder = verdict.assessment, verdict.folder
    own = next(
        c for c in a.cells if c.state is State.MET and c.workflows == ["device-return"] and c.level <= 4 and not c.later
    )
    worse = [c.model_copy(update={"state": State.NOT_MET}) if c is own else c for c in a.cells]
    before = {c.workflow: c.score for c in a.candidates}
    after = {c.workflow: c.score for c in candidates(folder, a.workflows, worse, verdict.artifacts)}
    assert after["device-return"] < before["device-return"]
    assert {k: v for k, v in after.items() if k != "device-return"} == {
        k: v for k, v in before.items() if k != "device-return"
    }


def test_the_export_is_accounted_for_in_the_assessment(verdict: Any) -> None:
    tickets = verdict.assessment.tickets
    assert tickets.accounting == "read 2,000 of 2,000" and tickets.texts == 2000
    assert any("read as Zendesk" in says for says in tickets.assumed)
