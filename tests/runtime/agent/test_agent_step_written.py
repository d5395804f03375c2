"""An agent step as it is written: printed in the plan, refused where it could do harm."""

from __future__ import annotations

from typing import Any

import pytest

from assess.engagement import Folder
from assess.pilot_plan import plan_of_workflow
from assess.piloting import check_goals
from runtime.errors import BadInput
from tests.runtime.agent.agent_goal import MAY, TASK, with_task


def test_the_plan_prints_the_step_and_the_gate_holds_its_operations(folder: Folder) -> None:
    agent = with_task(folder, TASK)
    said = plan_of_workflow(agent, "billing-dispute")
    assert said["wrong"] == []
    [with_model], [without, ends] = said["paths"]
    assert with_model.startswith("agent: find which charge") and "at most 12 calls, 20,000 tokens, 2 s" in with_model
    assert (without, ends) == ("if there is no model", "handoff")
    assert agent.estate.goals["billing-dispute"].operations()[-1] == "billing.createCredit"


def test_a_write_of_a_model_and_of_a_step_must_be_known_again_by_the_same_names(folder: Folder) -> None:
    credit = {"call": "billing.createCredit", "with": {"account_id": "account_id", "amount": "1.00"}}
    asked = {
        "when": "mood.frustrated",
        "is": "true",
        "do": [{**credit, "same_effect": ["account_id"]}],
        "otherwise": "stop",
    }
    with pytest.raises(BadInput, match="stands elsewhere in this goal with `same_effect` account_id"):
        check_goals(with_task(folder, {**TASK, "gives": {}}, without=[asked]))


def test_our_own_reference_is_not_filled_in_by_a_goal(folder: Folder) -> None:
    with pytest.raises(BadInput, match="fills in reference, which is ours"):
        check_goals(with_task(folder, _wrong(5, {"with": {"account_id": "account_id", "reference": "account_id"}})))


def _wrong(place: int, change: dict[str, Any]) -> dict[str, Any]:
    return {**TASK, "may": [{**tool, **change} if n == place else tool for n, tool in enumerate(MAY)]}


@pytest.mark.parametrize(
    ("task", "says"),
    [
        (_wrong(5, {"with": {}}), "does not say whose record it touches"),
        (_wrong(5, {"same_effect": []}), "without `same_effect`"),
        (_wrong(5, {"call": "billing.createRefund"}), "allows to refund-overpayment only"),
        (_wrong(5, {"call": "billing.createGift"}), "not classified"),
        (_wrong(4, {"rule": "prorated_credits"}), "not installed"),
        (_wrong(1, {"with": {"from": "usages.from"}}), "did you mean `usage`"),
        (_wrong(2, {"gives": {"usage": "/"}}), "stands twice"),
        (_wrong(2, {"on_error": {"404": "stop"}}), "no on_error"),
        ({**TASK, "may": ["billing.createCredit"]}, "whose record"),
        ({**TASK, "may": []}, "at least 1"),
        ({**TASK, "at_most": {"calls": 1000}}, "20"),
    ],
)
def test_an_agent_step_that_could_do_harm_is_refused_before_anything_runs(
    folder: Folder, task: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadInput, match=says) as found:
        check_goals(with_task(folder, task))
    assert "goals.yaml" in str(found.value.where)
