"""Plans: finite paths, names given before they are needed, references resolved, hostile answers handled."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.escalation.routes import EscalationFile
from runtime.estate import Estate
from runtime.goal_lint import lint
from runtime.goals import Goal
from runtime.guardrails.policy import GuardrailsFile
from runtime.plan import arguments_of, holds, paths, printed, taken_from, value_of

GOAL = {
    "category": "billing",
    "utterances": ["my bill is wrong"],
    "slots": {"account_id": {"from": "session"}},
    "steps": [
        {"call": "usage.get", "with": {"account": "account_id"}, "gives": {"usage": "/"}},
        {"rule": "credit_of", "with": ["usage"], "gives": ["credit"]},
        {
            "when": "credit.amount",
            "is": "positive",
            "do": [
                {
                    "call": "billing.credit",
                    "with": {"amount": "credit.amount", "kind": "goodwill"},
                    "same_effect": ["account_id"],
                }
            ],
            "otherwise": "handoff",
        },
        {"call": "crm.get", "with": {"id": "account_id"}},
    ],
}


def estate(goal: dict) -> Estate:  # type: ignore[type-arg]
    return Estate(
        Path(), "x", "EUR", {}, {}, GuardrailsFile(), {"dispute": Goal.model_validate(goal)}, EscalationFile()
    )


def test_every_path_is_listed_and_ends() -> None:
    found = [printed(path) for path in paths(Goal.model_validate(GOAL))]
    assert found == [
        [
            "call usage.get",
            "rule credit_of → credit",
            "if credit.amount is positive",
            "call billing.credit",
            "call crm.get",
        ],
        ["call usage.get", "rule credit_of → credit", "if credit.amount is not positive", "handoff"],
    ]


def test_a_name_needed_before_it_is_given_is_told() -> None:
    goal = {**GOAL, "steps": [GOAL["steps"][1], *GOAL["steps"]]}  # type: ignore[index]
    assert "dispute: usage is needed by rule credit_of before anything gives it" in map(
        str, lint(estate(goal), {"credit_of": lambda usage: usage})
    )


def test_a_write_without_action_route_or_same_effect_is_told() -> None:
    said = "\n".join(map(str, lint(estate(GOAL), {})))
    assert "billing.credit is not classified" in said
    assert "no action of guardrails.yaml covers" in said
    assert "has no route" in said
    assert "rule credit_of is not installed" in said


def test_references_are_resolved_and_literals_kept() -> None:
    call = next(paths(Goal.model_validate(GOAL)))[3]
    assert arguments_of(call, {"credit": {"amount": "12.40"}}) == {"amount": "12.40", "kind": "goodwill"}  # type: ignore[arg-type]


def test_a_reference_that_leads_nowhere_is_no_literal() -> None:
    with pytest.raises(KeyError):
        value_of("credit.amount", {"credit": {}})


@pytest.mark.parametrize(
    ("value", "wanted", "answer"),
    [
        ("12.40", "positive", True),
        ("-1", "positive", False),
        ("NaN", "positive", False),
        ("abc", "positive", False),
        (None, "positive", False),
        ("0.00", "zero", True),
        ([], "absent", True),
        (1, "true", False),
        (True, "true", True),
        (True, True, True),
        ("Open", "open", True),
    ],
)
def test_a_condition_holds_only_when_it_is_clear(value: object, wanted: str, answer: bool) -> None:
    assert holds(value, wanted) is answer


def test_a_pointer_takes_a_part_of_an_answer() -> None:
    assert taken_from({"a": [{"b/c": 1}]}, "/a/0/b~1c") == 1
    with pytest.raises(KeyError):
        taken_from("<html>", "/id")
