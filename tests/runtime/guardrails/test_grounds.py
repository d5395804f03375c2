"""What a decision stands on is read anew, by the workflow's own steps, for the customer who is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from runtime.errors import BadInput
from runtime.estate import Estate
from runtime.goals import GoalsFile
from runtime.guardrails.grounds import Grounds
from runtime.systems.exchange import Exchange, Seen, Why
from tests.runtime.guardrails.conftest import build

GOAL = {
    "category": "billing",
    "utterances": ["my bill is wrong"],
    "slots": {"account_id": {"from": "session"}, "order_id": {"from": "utterance"}, "colour": {"from": "utterance"}},
    "steps": [
        {"call": "billing.getInvoice", "with": {"account": "account_id"}, "gives": {"usage": "/usage", "all": "/"}},
        {"call": "billing.getInvoice", "with": {"from": "usage.start", "kind": "full"}, "gives": {"logging": "/"}},
        {"call": "billing.getInvoice", "with": {"order": "order_id"}, "gives": {"order": "/"}},
        {"call": "billing.getInvoice", "with": {"colour": "colour"}, "gives": {"paint": "/"}},
        {"call": "billing.getInvoice", "with": {"of": "snake"}, "gives": {"snake": "/"}},
        {
            "call": "billing.createCredit",
            "with": {"account_id": "account_id", "order": "order_id"},
            "gives": {"done": "/"},
        },
    ],
}
WRITE = {"account_id": "A-1", "order": "O-7", "amount": "1.00"}


class Book:
    """A system of record that remembers what it was asked."""

    def __init__(self, status: int = 200) -> None:
        self.asked: list[Mapping[str, Any]] = []
        self.status = status

    def __call__(self, call: str, arguments: Mapping[str, Any]) -> Exchange:
        self.asked.append(dict(arguments))
        if self.status == 0:
            raise BadInput("no way there")
        body = {"usage": {"start": "2026-10-01"}, "asked": dict(arguments)}
        seen = Seen.OK if self.status < 300 else Seen.REFUSED
        return Exchange(
            1,
            datetime.now(UTC),
            "billing",
            "enforcer",
            call,
            "GET",
            "",
            "",
            Why("a test"),
            self.status,
            seen,
            1.0,
            body=body,
        )


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    return replace(build(tmp_path), goals=GoalsFile.model_validate({"billing-dispute": GOAL}).goals)


def grounds(estate: Estate, book: Book, customer: str | None = "A-1", **changed: Any) -> Grounds:
    return Grounds(estate, "billing-dispute", "billing.createCredit", {**WRITE, **changed}, customer, book)


def test_nothing_is_read_before_a_condition_asks_and_nothing_twice(estate: Estate) -> None:
    book = Book()
    found = grounds(estate, book)
    assert book.asked == []
    assert found["usage"] == {"start": "2026-10-01"} and found["all"]["usage"] and found["usage"]
    assert book.asked == [{"account": "A-1"}] and found.used == {"usage", "all"}


def test_a_read_that_needs_another_one_makes_it_first(estate: Estate) -> None:
    book = Book()
    assert grounds(estate, book)["logging"]["asked"] == {"from": "2026-10-01", "kind": "full"}
    assert book.asked == [{"account": "A-1"}, {"from": "2026-10-01", "kind": "full"}]


def test_the_customer_is_the_signed_one_and_the_rest_is_what_the_write_names(estate: Estate) -> None:
    book = Book()
    found = grounds(estate, book, customer="A-1", account_id="A-2")
    assert found["usage"] and found["order"]["asked"] == {"order": "O-7"}
    assert book.asked[0] == {"account": "A-1"}, "never the account that the agent wrote"


@pytest.mark.parametrize("name", ["paint", "snake", "done", "no such name"])
def test_what_nobody_can_read_is_absent(estate: Estate, name: str) -> None:
    book = Book()
    found = grounds(estate, book)
    assert found.get(name) is None and name in found.missing and book.asked == []


def test_a_record_that_does_not_exist_was_looked_up_all_the_same(estate: Estate) -> None:
    found = grounds(estate, Book(404))
    assert found["order"] is None and found.missing == set()


@pytest.mark.parametrize("status", [0, 401, 500])
def test_a_system_that_does_not_answer_gives_nothing(estate: Estate, status: int) -> None:
    found = grounds(estate, Book(status))
    assert "order" not in found and list(found) == [] and len(found) == 0
    assert "order" in found.missing


def test_another_workflow_has_no_grounds(estate: Estate) -> None:
    assert dict(Grounds(estate, "another", "billing.createCredit", WRITE, "A-1", Book())) == {}
