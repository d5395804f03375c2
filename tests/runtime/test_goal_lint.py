"""goals.yaml is refused with file and line before anything runs: names, decisions, branches, slots, rules, effects, routes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from runtime.errors import BadInput
from runtime.escalation.routes import EscalationFile
from runtime.estate import Estate
from runtime.goal_lint import lint
from runtime.goals import GoalsFile
from runtime.guardrails.effects import EffectsFile
from runtime.guardrails.policy import GuardrailsFile
from runtime.written import loads

GOALS = """format: 1
return:
  category: orders
  utterances: [I want to send it back]
  slots:
    account_id: {from: session}
    order_id: {from: utterance, pattern: 'O-\\d+', else_choose: orders}
  steps:
    - {call: shop.findOrders, with: {account_id: account_id}, gives: {found: /items}}
    - {rule: own_orders, with: [found], gives: [orders]}
    - {rule: terms_of, with: [found, order_id], gives: [terms]}
    - when: terms.days
      is: positive
      do:
        - call: pay.refund
          with: {account_id: account_id, amount: terms.amount}
          gives: {refund_id: /id}
          same_effect: [account_id, order_id]
      otherwise: handoff
  done: "{terms.amount} go back to you ({refund_id})."
"""
EFFECTS = {
    "shop": {"operations": {"findOrders": {"does": "read"}}},
    "pay": {
        "operations": {
            "refund": {"does": "create", "money_out": {"field": "amount"}, "customer": {"field": "account_id"}},
            "void": {"does": "update"},
        }
    },
}
GUARDRAILS = {
    "actions": {
        "refund": {"operations": ["pay.refund"], "conditions": [], "workflows": ["return"]},
        "void": {"operations": ["pay.void"]},
    }
}
ROUTES = {
    "destinations": {
        "desk": {"kind": "mail", "to": "desk@company.example", "system": "shop", "create": "send", "key_field": "r"}
    },
    "routes": {"desk": {"categories": ["orders"], "destination": "desk"}},
}
RULES = {"own_orders": lambda found: [], "terms_of": lambda found, order_id, today=None: {}}
CALL = "        - call: pay.refund"


def faults(text: str, guardrails: Mapping[str, object] = GUARDRAILS) -> list[str]:
    """What lint says, each `goals.yaml:LINE: sentence`."""
    written = loads(text, GoalsFile, Path("goals.yaml"))
    confirmed = {"by": "x", "on": "2026-11-20"}
    estate = Estate(
        Path(), "x", "EUR", {},
        {name: EffectsFile.model_validate({**found, "confirmed": confirmed}) for name, found in EFFECTS.items()},
        GuardrailsFile.model_validate(guardrails), written.value.goals, EscalationFile.model_validate(ROUTES),
    )  # fmt: skip
    return [f"{written.place(*fault.keys)}: {fault.says}" for fault in lint(estate, RULES)]


def test_a_goal_that_hangs_together_has_no_fault() -> None:
    assert faults(GOALS) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("category: orders", "category: parcels", 2, "has no route in escalation.yaml"),
        ("call: pay.refund", "call: pay.refnd", 15, "is not classified in effects/pay.yaml"),
        ("call: pay.refund", "call: pay.refnd", 15, "is a write that no action of guardrails.yaml covers"),
        ("          same_effect: [account_id, order_id]\n", "", 15, "a write without `same_effect`"),
        ("amount: terms.amount}", "sum: terms.amount}", 15, "does not say how much: `with` has no amount"),
        ("with: {account_id: account_id, amount", "with: {amount", 15, "does not say whose record it touches"),
        ("rule: terms_of", "rule: term_of", 11, "rule term_of is not installed (entry points cxready.rules); did you mean `terms_of`?"),
        ("with: [found, order_id], gives", "with: [found], gives", 11, "takes 2 values (found, order_id, today), not 1"),
        ("with: [found, order_id], gives", "with: [fund, order_id], gives", 11, "fund is needed by rule terms_of before anything gives it; did you mean `found`?"),
        ("gives: [terms]", "gives: [found]", 11, "found is given twice, again by rule terms_of"),
        ("when: terms.days", "when: term.days", 12, "the branch on term.days stands before anything gives it; did you mean `terms`?"),
        ("same_effect: [account_id, order_id]", "same_effect: [account_id, refund_id]", 15, "refund_id is part of pay.refund's effect before anything gives it"),
        ("amount: terms.amount}", "amount: terns.amount}", 15, "amount of pay.refund is terns.amount, which nothing gives; did you mean `terms`?"),
        ("with: {account_id: account_id}, gives", "with: {account_id: refund_id}, gives", 9, "account_id of shop.findOrders needs refund_id before anything gives it"),
        ("({refund_id})", "({refundid})", 20, "`done` names {refundid}, which nothing gives on a path that ends well"),
        ("else_choose: orders", "else_choose: order", 7, "slot order_id is chosen from order, which nothing gives; did you mean `orders`?"),
        (", pattern: 'O-\\d+', else_choose: orders", "", 7, "slot order_id can never be filled: say what it looks like"),
        ("'O-\\d+'", "'O-(\\d+'", 7, "the pattern of slot order_id is no regular expression"),
        ("      otherwise: handoff", "      otherwise: [{ask: Which one?}, {rule: own_orders, with: [found], gives: [more]}]", 19, "stands on no path: every branch before"),
        ("findOrders, with: {account_id: account_id}", "findOrders, with: {account_id: account_id}, confirm: Really?", 9, "only reads, there is nothing to confirm"),
        ("findOrders, with: {account_id: account_id}", "findOrders, with: {account_id: account_id}, undo: {call: pay.void}", 9, "only reads, there is nothing to undo"),
        (CALL, "        - confirm: Pay {termz.amount}?\n          call: pay.refund", 15, "the question before pay.refund names {termz.amount}, which nothing gives before"),
        (CALL, "        - undo: {call: pay.viod, with: {id: refund_id}}\n          call: pay.refund", 15, "pay.viod is a write that no action of guardrails.yaml covers"),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_its_line(old: str, new: str, line: int, says: str) -> None:
    assert old in GOALS
    found = faults(GOALS.replace(old, new, 1))
    assert any(one.startswith(f"goals.yaml:{line}: ") and says in one for one in found), found


def test_a_write_that_nothing_decides_on_is_told() -> None:
    """On the one path that has no branch before it; a condition of its action, or the customer's yes, is a decision as well."""
    bare = GOALS.replace("    - when: terms.days\n      is: positive\n      do:\n", "").replace(
        "      otherwise: handoff\n", ""
    )
    bare = bare.replace("        - call", "    - call").replace("          ", "      ")
    [said] = faults(bare)
    assert said.startswith("goals.yaml:12: ") and "nothing decides on pay.refund before it is done" in said
    decided = {
        "actions": {**GUARDRAILS["actions"], "refund": {"operations": ["pay.refund"], "conditions": ["own_order"]}}
    }
    assert faults(bare, decided) == []
    assert faults(bare.replace("    - call: pay", "    - confirm: Shall we?\n      call: pay")) == []


def test_an_action_that_is_for_other_workflows_is_told() -> None:
    other = {"actions": {**GUARDRAILS["actions"], "refund": {"operations": ["pay.refund"], "workflows": ["exchange"]}}}
    assert any(
        "belongs to refund, which guardrails.yaml allows to exchange only" in said for said in faults(GOALS, other)
    )


def test_a_condition_on_the_customers_yes_needs_somebody_to_ask() -> None:
    wanted = {
        "actions": {
            **GUARDRAILS["actions"],
            "refund": {"operations": ["pay.refund"], "conditions": ["confirmed_by_customer"]},
        }
    }
    assert any("nobody asks for it" in said for said in faults(GOALS, wanted))
    assert faults(GOALS.replace(CALL, "        - confirm: Shall we?\n          call: pay.refund"), wanted) == []


def test_more_paths_than_anybody_can_read_are_told_at_once() -> None:
    step = "{{rule: own_orders, with: [found], gives: [{name}{n}]}}"
    inside = f"do: [{step.replace('{name}', 'a')}], otherwise: [{step.replace('{name}', 'b')}]"
    branch = "    - {{when: terms.days, is: positive, " + inside + "}}\n"
    many = GOALS.replace(
        "    - when: terms.days\n", "".join(branch.format(n=n) for n in range(40)) + "    - when: terms.days\n"
    )
    [said] = faults(many)
    assert "has more than 4,096 paths" in said


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("      otherwise: handoff\n", "", 12, "otherwise: field required"),
        ("otherwise: handoff", "otherwise: handof", 19, "write handoff, stop, or a list of steps, not 'handof'"),
        ("    - {rule: own_orders,", "    - {rul: own_orders,", 10, "a step starts with call, rule, when, ask or agent"),
        ("utterances:", "utterences:", 4, "`utterences` is not known here; did you mean `utterances`?"),
        ("{from: session}", "{from: sesion}", 6, "from"),
        (CALL, "        - undo: {call: pay.void, undo: {call: pay.void}}\n          call: pay.refund", 16, "a call that takes something back is a plain call"),
    ],
)  # fmt: skip
def test_what_is_no_goal_is_refused_while_it_is_read(old: str, new: str, line: int, says: str) -> None:
    with pytest.raises(BadInput) as told:
        faults(GOALS.replace(old, new, 1))
    said = f"{told.value.where}: {told.value.what}"
    assert f"goals.yaml:{line}: " in said and says in said, said
