"""Records tied to the call, and facts that guardrails declare, through the decision point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, ClassVar

import pytest

from runtime.guardrails.conditions import Record
from runtime.guardrails.decide import DecisionPoint, Request
from runtime.guardrails.records import tied
from tests.runtime.guardrails.conftest import GUARDRAILS, build

RECORDS = {"order": Record(id="id", argument="order_id", customer="owner.id")}
ORDER = {"id": 7, "owner": {"id": "A-1"}, "status": "open"}


def test_a_record_stays_when_it_is_the_one_that_the_call_names() -> None:
    read = tied({"order": ORDER, "plan": "x"}, {"order_id": "7"}, RECORDS)
    assert read["order"] is ORDER and read["plan"] == "x"
    assert read["values"] == {"7": {"customer": "A-1"}}


def test_another_order_says_nothing_about_this_one() -> None:
    read = tied({"order": ORDER}, {"order_id": "8"}, RECORDS)
    assert "order" not in read and read["values"] == {} and list(read) == []


def test_what_was_handed_in_about_an_owner_is_kept() -> None:
    read = tied({"order": ORDER, "values": {"7": {"amount": "3.00"}}}, {"order_id": "7"}, RECORDS)
    assert read["values"]["7"] == {"customer": "A-1", "amount": "3.00"}


def test_nothing_is_looked_up_before_somebody_asks() -> None:
    class Watched(Mapping[str, Any]):
        asked: ClassVar[list[str]] = []

        def __getitem__(self, name: str) -> Any:
            self.asked.append(name)
            return ORDER

        def __iter__(self) -> Iterator[str]:
            return iter(["order"])

        def __len__(self) -> int:
            return 1

    watched = Watched()
    read = tied(watched, {"order_id": "7"}, RECORDS)
    assert watched.asked == []
    assert read["order"] is ORDER and watched.asked == ["order"]


@pytest.fixture
def point(tmp_path: Path) -> DecisionPoint:
    """The account may be deleted by its owner, once the contract has ended; invoices are read by their owner."""
    written: dict[str, Any] = deepcopy(GUARDRAILS)
    written["records"] = {"invoice": {"id": "id", "argument": "invoice_id", "customer": "account"}}
    written["facts"] = {
        "contract_ended": {
            "value": "contract.status",
            "is": "ended",
            "otherwise": "refuse",
            "says": "the contract still runs",
        },
        "own_invoice": {
            "value": "invoice.account",
            "is": {"value": "session.customer"},
            "says": "it is another's invoice",
        },
    }
    written["actions"]["close_account"] = {
        "operations": ["billing.deleteAccount"],
        "conditions": ["contract_ended"],
        "workflows": ["*"],
        "autonomy": "act",
    }
    written["actions"]["look_up"] = {
        "operations": ["billing.getInvoice"],
        "conditions": ["own_invoice"],
        "autonomy": "act",
    }
    return DecisionPoint(build(tmp_path, written), ledger=None)


def close(**more: Any) -> Request:
    return Request(
        "goodwill", "billing.deleteAccount", {"account_id": "A-1"}, "A-1", trial=True, facts_input=more or {}
    )


def look_up(customer: str | None, invoice: Any = ..., autonomy: Any = "act") -> Request:
    read = {} if invoice is ... else {"invoice": invoice}
    return Request(
        "goodwill", "billing.getInvoice", {"invoice_id": "I-1"}, customer, autonomy=autonomy, facts_input=read
    )


def test_a_declared_fact_decides_and_says_why(point: DecisionPoint) -> None:
    assert point.decide(close(contract={"status": "ended"})).decision == "act"
    for read in ({"contract": {"status": "active"}}, {"contract": None}, {"contract": {}}, {}):
        denied = point.decide(close(**read))
        assert (denied.decision, denied.reason) == ("refuse", "the contract still runs"), read
        assert denied.rule == "close_account.contract_ended"


def test_a_covered_read_passes_for_the_owner_and_for_what_does_not_exist(point: DecisionPoint) -> None:
    own = {"id": "I-1", "account": "A-1"}
    assert point.decide(look_up("A-1", own)).decision == "act"
    assert point.decide(look_up("A-1", own, autonomy="observe")).decision == "act", "looking is what observe means"
    assert point.decide(look_up("A-1", None)).decision == "act", "a customer misremembers a number"
    denied = point.decide(look_up("A-2", own))
    assert (denied.decision, denied.reason) == ("refuse", "it is another's invoice")
    assert point.decide(look_up(None, own)).decision == "refuse", "nobody is signed in"
    assert point.decide(look_up("A-1")).decision == "refuse", "nobody looked whose it is"
    assert point.decide(look_up("A-1", {"id": "I-2", "account": "A-1"})).decision == "refuse", "another invoice"
