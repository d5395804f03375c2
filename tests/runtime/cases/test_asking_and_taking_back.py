"""A write that needs the customer's yes waits for it; what was done before is taken back when the rest is refused. On the returns estate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assess.demo.use_cases import trial
from assess.demo.use_cases.gate import write_trial_gate
from assess.demo.use_cases.trial import Systems
from assess.engagement import Folder, load_folder
from assess.pilot_answers import answer_case
from assess.piloting import run_cases, running, take_up
from runtime import decision_log
from runtime.cases import confirming
from runtime.cases.approval import decide_in_person
from runtime.errors import BadInput
from runtime.guardrails import confirmations
from runtime.guardrails.confirmations import Question
from runtime.guardrails.effects import Effect
from runtime.piloting.pilot_state import open_log
from runtime.understanding.encode import Encode

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ARGUMENTS = {"account_id": "C-1", "amount": "39.90"}


@pytest.fixture
def shop() -> Iterator[Systems]:
    with trial.systems_of("returns") as systems:
        yield systems


@pytest.fixture
def returns(tmp_path: Path, shop: Systems) -> Folder:
    trial.prepare(tmp_path / "returns", shop)
    return load_folder(tmp_path / "returns")


def back(name: str, customer: str, message: str = "I want to send my order back.", **more: Any) -> dict[str, Any]:
    return {
        "case": name,
        "customer": customer,
        "session": {"account_id": customer},
        "channel": name,
        "message": message,
        **more,
    }


def made(shop: Systems) -> list[str]:
    return sorted(kind for kind, _ in shop.made)


def test_a_question_outlives_the_process_and_only_its_customer_answers_it_once(
    returns: Folder, shop: Systems, encode: Encode
) -> None:
    secrets = shop.environment()
    [asked] = run_cases(returns, [back("q", "C-101")], secrets=secrets, encode=encode)
    assert asked.outcome == "asked" and made(shop) == ["labels"]
    with pytest.raises(BadInput, match="waits for no answer of C-102"):
        answer_case(returns, "q", "yes", "C-102", secrets=secrets, encode=encode)
    assert [r.outcome for r in take_up(returns, secrets=secrets, encode=encode)] == ["asked"], "silence is no consent"
    done = answer_case(returns, "q", "Yes, please!", "C-101", secrets=secrets, encode=encode)
    assert done.outcome == "resolved" and made(shop) == ["labels", "refunds"]
    with pytest.raises(BadInput, match="waits for no answer"):
        answer_case(returns, "q", "yes", "C-101", secrets=secrets, encode=encode)
    connection = open_log(returns.path / ".cxready")
    try:
        steps = [(row.step.partition(" ")[2] or row.step, row.decision) for row in decision_log.rows(connection, "q")]
        assert decision_log.verify(connection) == []
    finally:
        connection.close()
    assert ("ask payments.createRefund", "ask") in steps and ("of the customer", "yes") in steps


def test_who_never_answers_gets_nothing_done_and_what_was_begun_is_taken_back(
    returns: Folder, shop: Systems, encode: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirming, "HOURS", 0.0)
    [late] = run_cases(returns, [back("late", "C-101")], secrets=shop.environment(), encode=encode)
    assert late.outcome == "refused" and "did not answer in time" in late.reason and "taken back" in late.reason
    assert made(shop) == [] and [w["operation"] for w in late.writes] == ["parcels.createLabel", "parcels.voidLabel"]


def test_what_another_case_did_is_not_taken_back(returns: Folder, shop: Systems, encode: Encode) -> None:
    cases = [back("first", "C-101"), back("second", "C-101"), {**back("no", "C-101", "No."), "answers": "second"}]
    results = run_cases(returns, cases, secrets=shop.environment(), encode=encode)
    assert results[2].outcome == "refused" and "taken back" not in results[2].reason
    assert made(shop) == ["labels"], "the label is the first case's, whose question is still open"


def test_the_person_reads_what_was_done_and_taken_back_and_nothing_that_was_only_asked(
    returns: Folder, shop: Systems, encode: Encode
) -> None:
    cases = [back("big", "C-103"), {**back("yes", "C-103", "Yes."), "answers": "big"}]
    results = run_cases(returns, cases, secrets=shop.environment(), encode=encode)
    assert results[1].outcome == "handed_off"
    [ticket] = shop.tickets
    [done] = [line for line in ticket["body"].splitlines() if line.startswith("Done:")]
    assert done == "Done: create label (parcels), void label (parcels)"
    assert "Not done: create refund 549.00 EUR" in ticket["body"] and "taken back" in ticket["body"]


def test_in_shadow_nobody_is_asked_and_what_a_yes_would_do_is_told(
    returns: Folder, shop: Systems, encode: Encode
) -> None:
    [seen] = run_cases(returns, [back("s", "C-101")], secrets=shop.environment(), encode=encode, at_most="observe")
    assert seen.outcome == "observed" and made(shop) == [] and seen.reply == ""


def test_an_approver_who_refuses_later_writes_has_the_earlier_ones_taken_back(
    returns: Folder, shop: Systems, encode: Encode
) -> None:
    """The label needs a yes of its own under approve, then the customer's, then the refund's; a no there undoes the label."""
    write_trial_gate(returns.path, {"return-order": "approve"})
    with running(load_folder(returns.path), secrets=shop.environment(), encode=encode) as engine:

        def decided(option: str) -> str:
            decide_in_person(engine.pilot, "a", option, "person-11")
            engine.resume("a")
            return outcome()

        def outcome() -> str:
            line.clear()
            line.update(engine.outcome("a") or {})
            return str(line["outcome"])

        line: dict[str, Any] = {}
        engine.start(back("a", "C-101"))
        assert outcome() == "waiting" and made(shop) == []
        assert "void" not in shop.tickets[0]["body"], "what happens only after a refusal is no part of the question"
        assert decided("approve") == "asked" and made(shop) == ["labels"]
        assert engine.answer("a", "yes", "C-101") and outcome() == "waiting"
        assert decided("refuse") == "refused" and made(shop) == [], line
    assert "taken back: parcels.voidLabel" in line["reason"]


def question(**changed: Any) -> Question:
    return Question(**{"run": "r", "operation": "pay.refund", "arguments": ARGUMENTS, "question": "Shall we?", "customer": "C-1",
                       "deadline": NOW + timedelta(hours=1), **changed})  # fmt: skip


def test_a_yes_holds_for_the_very_arguments_and_our_own_reference_is_no_part_of_them(tmp_path: Path) -> None:
    connection = open_log(tmp_path)
    effect = Effect.model_validate({"does": "create", "repeat": {"find": "findRefund"}})
    confirmations.ask(connection, question(), now=NOW)
    assert confirmations.record_for(connection, "r", "pay.refund", ARGUMENTS, effect) is None, "not answered yet"
    assert confirmations.answered(connection, "r", "C-1", "yes", now=NOW)
    assert not confirmations.answered(connection, "r", "C-1", "no", now=NOW), "the first clear answer counts"

    def agreed(arguments: dict[str, str], run: str = "r") -> bool:
        found = confirmations.record_for(connection, run, "pay.refund", arguments, effect)
        return found is not None and found["arguments"] == arguments

    assert agreed(ARGUMENTS) and agreed({**ARGUMENTS, "reference": "cx-1"})
    assert (
        not agreed({**ARGUMENTS, "amount": "399.00"})
        and not agreed({**ARGUMENTS, "note": "x"})
        and not agreed(ARGUMENTS, "other")
    )
    connection.close()


def test_an_answer_that_comes_too_late_or_from_somebody_else_is_none(tmp_path: Path) -> None:
    connection = open_log(tmp_path)
    confirmations.ask(connection, question(), now=NOW)
    assert not confirmations.answered(connection, "r", "C-2", "yes", now=NOW)
    assert not confirmations.answered(connection, "r", "C-1", "yes", now=NOW + timedelta(hours=2))
    assert confirmations.answered(connection, "r", "C-1", "unclear", now=NOW), "asked once more"
    assert confirmations.open_question(connection, "r", now=NOW) is not None
    assert confirmations.answered(connection, "r", "C-1", "unclear", now=NOW)
    assert confirmations.open_question(connection, "r", now=NOW) is None
    connection.close()
