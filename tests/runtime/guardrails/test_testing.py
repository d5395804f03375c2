"""Calls from a file: one line of decision each, with what was expected."""

from __future__ import annotations

import pytest

from runtime.errors import BadInput
from runtime.estate import Estate
from runtime.guardrails.testing import decide_lines

ARGUMENTS = {"account_id": "A-1", "amount": "12.40", "currency": "EUR"}
CALL = {"workflow": "billing-dispute", "operation": "billing.createCredit", "arguments": ARGUMENTS}
TRUE = {"usage_gap_found": True, "contract_active": True}


def test_each_call_gets_a_line(estate: Estate) -> None:
    calls = [
        {**CALL, "facts": TRUE, "expect": "act"},
        {**CALL, "facts": TRUE, "arguments": {**ARGUMENTS, "amount": "74.50"}, "expect": "act", "id": 7},
        {**CALL, "facts": {**TRUE, "contract_active": False}},
        {**CALL, "operation": "billing.deleteAccount"},
        {**CALL, "facts": TRUE, "category": "fraud"},
        {**CALL, "facts": TRUE, "customer": "A-2"},
    ]
    lines = list(decide_lines(estate, calls))
    assert [line["decision"] for line in lines] == ["act", "escalate", "escalate", "refuse", "approve", "refuse"]
    assert lines[0]["as_expected"] is True
    assert lines[1] == {
        "id": 7,
        "decision": "escalate",
        "reason": "74.50 EUR is above the limit of 50.00 EUR for issue_credit",
        "rule": "issue_credit.each",
        "expect": "act",
        "as_expected": False,
    }


@pytest.mark.parametrize(
    "call",
    [{}, {"workflow": 1, "operation": "x.y"}, {**CALL, "fact": {}}, {**CALL, "facts": {"contract_active": "yes"}}],
)
def test_a_line_that_is_no_call_is_named(estate: Estate, call: dict[str, object]) -> None:
    with pytest.raises(BadInput, match="line 2"):
        list(decide_lines(estate, [CALL, call]))


def test_totals_can_be_stated(estate: Estate) -> None:
    calls = [
        {**CALL, "facts": {**TRUE, "spent_customer_period": "87.60"}},
        {**CALL, "facts": {**TRUE, "spent_customer_period": "87.61"}},
        {**CALL, "facts": {**TRUE, "spent_day": "299.00"}},
        {**CALL, "facts": TRUE},
    ]
    lines = list(decide_lines(estate, calls))
    assert [line["decision"] for line in lines] == ["act", "escalate", "escalate", "act"]
    assert "100.01 EUR would have gone to this customer" in lines[1]["reason"]
    with pytest.raises(BadInput, match="line 1"):
        list(decide_lines(estate, [{**CALL, "facts": {"spent_customer_period": 87.6}}]))
