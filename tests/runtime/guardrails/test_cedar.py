"""The compiled policy: limits stand inside permits, names never become policy, slices decide as the whole does."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from runtime.errors import BadInput
from runtime.estate import Estate
from runtime.guardrails.cedar import permits_text, rule, rules, schema_text
from runtime.guardrails.engine import Engine
from runtime.guardrails.readable import policy_text


def test_the_compiled_policy_is_valid_and_readable(estate: Estate) -> None:
    import cedarpy

    assert cedarpy.validate_policies(policy_text(estate), schema_text(estate)).validation_passed
    assert "forbid" not in permits_text(estate)
    assert "context.amount <= 5000" in permits_text(estate)
    assert "(context.before - context.after) <= 5000" in permits_text(estate)


def test_the_printed_policy_decides_as_the_compiled_one_and_says_what_each_condition_means(estate: Estate) -> None:
    import cedarpy

    printed = json.loads(cedarpy.policies_to_json_str(policy_text(estate)))["staticPolicies"].values()
    compiled = json.loads(cedarpy.policies_to_json_str(permits_text(estate)))["staticPolicies"].values()
    assert [one for one in printed if one["effect"] == "permit"] == list(compiled)
    assert "// at most 50.00 EUR a call" in policy_text(estate)
    hostile = replace(estate, organisation="x\npermit (principal, action, resource);")
    assert len(json.loads(cedarpy.policies_to_json_str(policy_text(hostile)))["staticPolicies"]) == len(printed)


def test_every_limit_stands_inside_the_permit(estate: Estate) -> None:
    for one in rules(estate):
        permit = one.permit()
        assert all(clause.holds in permit for clause in one.clauses)


def test_a_name_that_would_be_policy_stays_a_name(estate: Estate) -> None:
    name = 'x" || true || "'
    goals = {name: estate.goals["billing-dispute"]}
    actions = {"issue_credit": estate.guardrails.actions["issue_credit"].model_copy(update={"workflows": []})}
    changed = replace(estate, goals=goals, guardrails=estate.guardrails.model_copy(update={"actions": actions}))
    engine = Engine(changed)
    context = {
        "amount": 999_999, "currency": "EUR", "mode": "act", "high_stakes": False, "restricted": False, "spent_customer": 0, "spent_day": 0,
        "count_customer": 0, "count_day": 0, "facts": {"usage_gap_found": True, "contract_active": True},
    }  # fmt: skip
    assert [c.kind for c in engine.failed(name, "billing.createCredit", context, {}) or ()] == [
        "each",
        "customer_per_30_days",
        "all_per_day",
    ]
    with pytest.raises(BadInput, match="cannot be a name"):
        replace(rule(changed, name, "billing.createCredit"), workflow="a\nb").permit()


def test_slices_decide_as_the_whole_set_does(estate: Estate) -> None:
    import cedarpy

    engine, rng = Engine(estate), random.Random(7)
    whole, schema = cedarpy.PolicySet.from_str(permits_text(estate)), cedarpy.Schema.from_str(schema_text(estate))
    entities, allowed = cedarpy.Entities.from_json_str("[]"), 0
    for _ in range(400):
        context: dict[str, Any] = {
            n: rng.choice([0, 1, 4000, 5000, 5001, 9000, 2**63 - 1, -1])
            for n in ("amount", "spent_customer", "spent_day", "count_customer", "count_day")
        }
        context |= {
            "currency": rng.choice(["EUR", "EUR", "USD"]),
            "mode": rng.choice(["act", "approve"]),
            "high_stakes": rng.random() < 0.3,
            "restricted": rng.random() < 0.1,
        }
        context["facts"] = {"usage_gap_found": rng.random() < 0.9, "contract_active": rng.random() < 0.9}
        workflow = rng.choice(["billing-dispute", "goodwill"])
        request = {
            "principal": {"type": "Workflow", "id": workflow},
            "action": {"type": "Action", "id": "billing.createCredit"},
            "resource": {"type": "System", "id": "billing"},
            "context": context,
        }
        by_whole = cedarpy.is_authorized(request, whole, entities, schema).decision is cedarpy.Decision.Allow
        assert by_whole == (engine.failed(workflow, "billing.createCredit", context, {}) is None), json.dumps(context)
        allowed += by_whole
    assert allowed > 5


@pytest.mark.parametrize(
    "change", [{"amount": 50.0}, {"amount": "5"}, {"amount": True}, {"amount": 2**63}, {"amount": None}, {"extra": 1}]
)
def test_what_the_schema_does_not_know_is_no_allow(estate: Estate, change: dict[str, Any]) -> None:
    good = {
        "amount": 5, "currency": "EUR", "mode": "act", "high_stakes": False, "restricted": False, "spent_customer": 0, "spent_day": 0,
        "count_customer": 0, "count_day": 0, "facts": {"usage_gap_found": True, "contract_active": True},
    }  # fmt: skip
    engine = Engine(estate)
    assert engine.failed("billing-dispute", "billing.createCredit", good, {}) is None
    assert engine.failed("billing-dispute", "billing.createCredit", {**good, **change}, {}) is not None


def test_a_fact_that_is_no_name_is_refused(estate: Estate) -> None:
    action = estate.guardrails.actions["issue_credit"].model_copy(update={"conditions": ["a || true"]})
    changed = replace(estate, guardrails=estate.guardrails.model_copy(update={"actions": {"issue_credit": action}}))
    with pytest.raises(BadInput, match="no name of a fact"):
        Engine(changed)
