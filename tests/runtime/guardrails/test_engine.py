"""A slice of the policy decides as the whole policy does, on well-formed requests and on all others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.estate import Estate
from runtime.guardrails import canonical
from runtime.guardrails.cedar import attributes_of, permits_text, rules, schema_text
from runtime.guardrails.context_shape import LONG, shape_of
from runtime.guardrails.engine import Engine, who_asks
from tests.runtime.guardrails.conftest import build

ESTATE = build(Path())
ENGINE = Engine(ESTATE)
RULES = list(rules(ESTATE))
WHOLE = (
    cedarpy.PolicySet.from_str(permits_text(ESTATE)),
    cedarpy.Entities.from_json_str("[]"),
    cedarpy.Schema.from_str(schema_text(ESTATE)),
)
NUMBERS = st.one_of(
    st.integers(0, 60_000), st.sampled_from([-1, 0, 5_000, 5_001, 10_000, 2**63 - 1, -(2**63), 2**63, 2**64])
)
WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=3),
    st.just([]),
    st.just({}),
)


def value_of(kind: str, draw: Any) -> Any:
    if draw(st.integers(0, 39)) == 0:
        return draw(WRONG)
    if kind == "Long":
        return draw(NUMBERS)
    if kind == "Bool":
        return draw(st.booleans())
    if kind == "String":
        return draw(st.sampled_from(["EUR", "USD", "act", "approve", "eur", ""]))
    names = [part.split(":")[0].strip() for part in kind.strip("{ }").split(",") if part.strip()]
    return {name: value_of("Bool", draw) for name in names}


@st.composite
def asked(draw: Any) -> tuple[str, str, dict[str, Any]]:
    one = draw(st.sampled_from(RULES))
    context = {name: value_of(kind, draw) for name, kind in attributes_of(ESTATE, one.operation).items()}
    change = draw(st.integers(0, 29))
    if change == 0 and context:
        context.pop(draw(st.sampled_from(sorted(context))))
    if change == 1:
        context["unknown"] = draw(NUMBERS)
    if draw(st.booleans()):  # most random calls are above some limit: half of them are put within all
        context |= {name: 1 for name, value in context.items() if type(value) is int}
        facts = context.get("facts")
        context["facts"] = dict.fromkeys(facts if isinstance(facts, dict) else {}, True)
        context |= {k: v for k, v in {"currency": "EUR", "mode": "approve"}.items() if k in context}
    return one.workflow, one.operation, context


@settings(max_examples=600, deadline=None)
@given(asked())
def test_a_slice_decides_as_the_whole_set_does(call: tuple[str, str, dict[str, Any]]) -> None:
    workflow, operation, context = call
    policies, entities, schema = WHOLE
    whole = cedarpy.is_authorized({**who_asks(workflow, operation), "context": context}, policies, entities, schema)
    assert (ENGINE.failed(workflow, operation, context, {}) is None) == (whole.decision is cedarpy.Decision.Allow)


def test_both_answers_come_up_in_what_is_compared() -> None:
    """Or agreement would say nothing."""
    allowed = {"amount": 1, "currency": "EUR", "mode": "approve", "high_stakes": False, "restricted": False}
    totals = dict.fromkeys(("spent_customer", "spent_day", "count_customer", "count_day"), 0)
    context = {**allowed, **totals, "facts": {"usage_gap_found": True, "contract_active": True}}
    assert ENGINE.failed("billing-dispute", "billing.createCredit", context, {}) is None
    assert ENGINE.failed("billing-dispute", "billing.createCredit", {**context, "amount": 5_001}, {})


def test_every_rule_names_one_workflow_and_one_operation() -> None:
    """Why slices are exact: no permit of another slice can apply to a request of this one."""
    import json

    held = json.loads(cedarpy.policies_to_json_str(permits_text(ESTATE)))["staticPolicies"].values()
    assert len(held) == len(RULES) > 3
    assert all(p["effect"] == "permit" and p["principal"]["op"] == p["action"]["op"] == "==" for p in held)
    assert len({(p["principal"]["entity"]["id"], p["action"]["entity"]["id"]) for p in held}) == len(held)


@pytest.mark.parametrize("wrong", [True, 1.0, "1", None, LONG, -LONG - 1, [1]])
def test_a_context_of_another_shape_goes_through_cedars_own_check(wrong: object) -> None:
    shape = shape_of({"amount": "Long", "currency": "String", "facts": "{ a: Bool }"})
    assert shape is not None and shape.fits({"amount": 1, "currency": "EUR", "facts": {"a": True}})
    assert not shape.fits({"amount": wrong, "currency": "EUR", "facts": {"a": True}})
    assert not shape.fits({"amount": 1, "currency": "EUR", "facts": {"a": 1}})
    assert not shape.fits({"amount": 1, "currency": "EUR", "facts": {"a": True}, "more": 1})
    assert shape_of({"amount": "decimal", "facts": "{}"}) is None


def test_every_operation_of_an_estate_has_a_shape(estate: Estate) -> None:
    assert all(shape_of(attributes_of(estate, one.operation)) is not None for one in rules(estate))


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-canonical.MAX_INTEGER, canonical.MAX_INTEGER) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab_.$-Z9", max_size=5), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(PLAIN)
def test_the_quick_canonical_form_is_that_of_rfc_8785(value: Any) -> None:
    import rfc8785

    assert canonical.canonical(value) == rfc8785.dumps(value)
