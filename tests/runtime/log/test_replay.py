"""Recorded decisions are taken again as they were, and under other guardrails as those would have it; nothing is asked or written."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from probes.derive.stand_in import estate_at, stand_in
from runtime import decision_log
from runtime.estate import Estate
from runtime.guardrails.policy import GuardrailsFile
from runtime.log.replay import Replayed, replay
from tests.runtime.guardrails.described import described_estate
from tests.runtime.guardrails.test_forwarding import CREDIT, send, serving

MOVED = ["12.40", "50.01", "20.00", "12.40"]


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    return described_estate(tmp_path_factory.mktemp("estate"))


@pytest.fixture(scope="module")
def rows(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> list[decision_log.Entry]:
    """Four credits, the second above the limit, the last equal to the first; a note; and a call that carries an undeclared argument."""
    folder = tmp_path_factory.mktemp("state")
    with stand_in() as system, serving(estate_at(estate, system.url), folder) as proxy:
        for number, amount in enumerate(MOVED):
            send(proxy, body={**CREDIT, "amount": amount}, case=f"case-{number}")
        send(proxy, "/billing/accounts/A-1/notes", {"reason": "called"}, case="case-5")
        send(proxy, body={**CREDIT, "amount": "1.00", "unheard_of": "x"}, case="case-6")
    with closing(decision_log.connect(folder / "pilot.sqlite")) as log:
        return decision_log.rows(log)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch, rows: Any) -> Iterator[None]:
    def refused(*_: Any, **__: Any) -> None:
        raise AssertionError("a replay opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refused)
    return


def test_under_the_same_guardrails_every_decision_is_the_same(rows: list[decision_log.Entry], estate: Estate) -> None:
    found = list(replay(rows, estate))
    assert [one.was for one in found] == ["act", "escalate", "act", "escalate", "act", "refuse"]
    assert [one.now for one in found[:5]] == [one.was for one in found[:5]]
    assert not any(one.changed for one in found)
    assert found[0].moved == "12.40 EUR" and found[3].because == found[3].was_because


def test_a_lower_limit_changes_what_is_above_it_and_nothing_else(
    rows: list[decision_log.Entry], estate: Estate
) -> None:
    found = list(replay(rows, under(estate, limits={"each": "15.00"})))
    assert [(one.run, one.now) for one in found if one.changed] == [("case-2", "escalate")]
    assert found[2].because == "20.00 EUR is above the limit of 15.00 EUR for issue_credit"


def test_a_lower_total_counts_what_had_left_before(rows: list[decision_log.Entry], estate: Estate) -> None:
    found = list(replay(rows, under(estate, limits={"customer_per_30_days": "30.00"})))
    assert [one.run for one in found if one.changed] == ["case-2"] and "32.40 EUR" in found[2].because


def test_a_higher_limit_lets_pass_what_was_handed_over(rows: list[decision_log.Entry], estate: Estate) -> None:
    found = list(replay(rows, under(estate, limits={"each": "60.00"})))
    assert [(one.run, one.now) for one in found if one.changed] == [("case-1", "act")]


def test_a_condition_that_nobody_looked_at_then_is_unknown_never_a_guess(
    rows: list[decision_log.Entry], estate: Estate
) -> None:
    found = list(replay(rows, under(estate, conditions=["contract_active"])))
    assert found[0].now == "unknown" and found[0].because == "nobody looked then at: contract active"
    assert found[1].now == "escalate", "above the limit either way"


def test_an_operation_that_is_covered_no_more_is_refused(rows: list[decision_log.Entry], estate: Estate) -> None:
    plain = estate.guardrails.model_dump(mode="json", by_alias=True, exclude_none=True)
    del plain["actions"]["add_note"]
    found = list(replay(rows, replace(estate, guardrails=GuardrailsFile.model_validate(plain))))
    assert [(one.operation, one.now) for one in found if one.changed] == [("billing.addNote", "refuse")]


def test_a_row_of_an_older_version_is_unknown(rows: list[decision_log.Entry], estate: Estate) -> None:
    old = replace(rows[0], detail={"reason": "within the limits", "rule": "issue_credit"})
    (found,) = replay([old], estate)
    assert isinstance(found, Replayed) and found.now == "unknown" and not found.changed


def under(estate: Estate, *, limits: dict[str, str] | None = None, conditions: list[str] | None = None) -> Estate:
    plain = estate.guardrails.model_dump(mode="json", by_alias=True, exclude_none=True)
    credit = plain["actions"]["issue_credit"]
    credit["limits"] |= limits or {}
    credit["conditions"] = conditions or credit.get("conditions", [])
    return replace(estate, guardrails=GuardrailsFile.model_validate(plain))
