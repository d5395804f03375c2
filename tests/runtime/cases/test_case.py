"""Cases of the demo, whole, against its servers: what is read, decided, written, said and handed over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from assess.demo.estate import RunningEstate
from assess.engagement import Folder, load_folder
from assess.piloting import CaseResult, check_goals, decide, pilot_of, run_cases, take_up
from runtime import decision_log, memory, promises
from runtime.decision_log import Entry
from runtime.engine.engine import engine
from runtime.errors import BadInput, Conflict
from runtime.escalation import outbox
from runtime.guardrails.kill_switch import KillSwitch
from runtime.guardrails.tightened import tighten
from runtime.piloting.pilot_state import open_log, state_of
from runtime.systems.exchange import Why
from runtime.understanding.encode import Encode
from tests.runtime.piloted import case, demo_cases, write_gate


def pilot_runs(
    folder: Folder, estate: RunningEstate, encode: Encode, cases: Sequence[dict[str, Any]], at_most: Any = "act"
) -> list[CaseResult]:
    return run_cases(load_folder(folder.path), cases, secrets=estate.environment(), encode=encode, at_most=at_most)


def log_of(folder: Folder, run: str) -> list[Entry]:
    connection = open_log(folder.path / ".cxready")
    try:
        assert decision_log.verify(connection) == []
        return decision_log.rows(connection, run)
    finally:
        connection.close()


def test_the_six_cases_of_the_demo_end_as_told(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    results = {r.case: r for r in pilot_runs(folder, estate, encode, list(demo_cases(folder).values()))}
    assert {name: r.outcome for name, r in results.items()} == {
        "demo-1-resolved": "resolved",
        "demo-2-over-limit": "handed_off",
        "demo-3-fraud": "handed_off",
        "demo-4-medical": "handed_off",
        "demo-5-blocked": "blocked",
        "demo-6-approval": "waiting",
    }
    assert [(c["account_id"], c["amount"]) for c in estate.records["credits"]] == [("A-10234", "12.40")]
    assert results["demo-1-resolved"].reply.startswith("You are talking to Northwind's automated assistant.")
    assert "12.40 EUR" in results["demo-1-resolved"].reply
    [mail] = estate.records["messages"]
    assert "12.40 EUR" in mail["text"]

    over = results["demo-2-over-limit"]
    assert "74.50" in over.reason and "50.00" in over.reason and over.writes == ()
    ticket = next(t for t in estate.records["tickets"] if "A-10877" in t["body"])
    assert ticket["queue"] == "billing-desk"
    for told in ("74.50", "149.00", "50.00", "CT-10877", "nothing was changed", "I want to dispute a charge"):
        assert told in ticket["body"]

    for name in ("demo-3-fraud", "demo-4-medical", "demo-5-blocked"):
        assert [row.operation for row in log_of(folder, name) if row.operation] == [], "nothing was read"
    assert {t["queue"] for t in estate.records["tickets"]} == {"billing-desk", "fraud-team", "care-team"}
    assert estate.records["refunds"] == []

    approved = decide(
        load_folder(folder.path), "demo-6-approval", "approve", "person-11", secrets=estate.environment(), encode=encode
    )
    assert approved.outcome == "resolved"
    assert [refund["amount"] for refund in estate.records["refunds"]] == ["24.99"]
    assert len(estate.records["messages"]) == 2
    assert log_of(folder, "demo-6-approval")


def test_two_cases_about_one_charge_pay_once(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    first = demo_cases(folder)["demo-1-resolved"]
    results = pilot_runs(folder, estate, encode, [first, {**first, "case": "same-again", "channel": "email"}, first])
    assert [r.outcome for r in results] == ["resolved", "resolved", "resolved"]
    assert len(estate.records["credits"]) == len(estate.records["messages"]) == 1


def test_shadow_reads_and_decides_and_writes_nothing(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    people = [{"operation": "billing.createCredit", "arguments": {"amount": "12.40"}}]
    did = {"demo-1-resolved": people, "demo-2-over-limit": people, "demo-3-fraud": []}
    cases = [
        {**case, **({"people_did": did[name]} if name in did else {})} for name, case in demo_cases(folder).items()
    ]
    results = {r.case: r for r in pilot_runs(folder, estate, encode, cases, at_most="observe")}
    assert results["demo-1-resolved"].outcome == "observed"
    with closing(open_log(folder.path / ".cxready")) as log:
        beside = {row.run: row.decision for row in decision_log.rows(log) if row.step == "beside people"}
    assert beside == {
        "demo-1-resolved": "same",
        "demo-2-over-limit": "only people acted",
        "demo-3-fraud": "same",
    }
    assert "would act billing.createCredit of 12.40 EUR" in results["demo-1-resolved"].reason
    assert "would escalate" in results["demo-2-over-limit"].reason
    assert all(not written for written in estate.records.values())
    assert all(r.writes == () and r.outcome in ("observed", "blocked") for r in results.values())


def test_in_shadow_there_is_no_proxy_and_no_writing_credential(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    with pilot_of(folder, secrets=estate.environment(), encode=encode, at_most="observe") as pilot:
        assert pilot.proxy is None
        with engine(pilot) as started:
            started.start(demo_cases(folder)["demo-1-resolved"])
            assert started.outcome("demo-1-resolved")
        assert {holder for _, holder in pilot.ways._systems} == {"agent"}


def test_a_tightened_limit_holds_at_once(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    with pilot_of(folder, secrets=estate.environment(), encode=encode) as pilot, engine(pilot) as started:
        tighten(
            folder.path / ".cxready" / "pilot.sqlite", folder.estate, "issue_credit", "each", "10.00", by="person-11"
        )
        started.start(demo_cases(folder)["demo-1-resolved"])
        line = started.outcome("demo-1-resolved")
    assert line and line["outcome"] == "handed_off" and "10.00" in line["reason"]
    assert estate.records["credits"] == []


def test_the_kill_switch_stops_writes_of_a_running_pilot(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    with pilot_of(folder, secrets=estate.environment(), encode=encode) as pilot, engine(pilot) as started:
        KillSwitch(folder.path / ".cxready").turn_on("person-11", "test")
        started.start(demo_cases(folder)["demo-1-resolved"])
        line = started.outcome("demo-1-resolved")
    assert line and line["outcome"] == "handed_off" and "kill switch" in line["reason"]
    assert estate.records["credits"] == []


def test_only_an_approver_decides_once_and_only_about_the_very_call(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    waiting = demo_cases(folder)["demo-6-approval"]
    [result] = pilot_runs(folder, estate, encode, [waiting])
    assert result.outcome == "waiting" and result.handoff
    with pytest.raises(BadInput, match="may not decide"):
        decide(folder, waiting["case"], "approve", "person-99", secrets=estate.environment(), encode=encode)
    with pytest.raises(BadInput, match="agent's credential"):
        decide(folder, waiting["case"], "approve", "billing-agent", secrets=estate.environment(), encode=encode)
    assert [r.outcome for r in take_up(folder, secrets=estate.environment(), encode=encode)] == ["waiting"]
    refused = decide(folder, waiting["case"], "refuse", "person-11", secrets=estate.environment(), encode=encode)
    assert refused.outcome == "refused"
    with pytest.raises(BadInput, match="nothing of this case waits"):
        decide(folder, waiting["case"], "approve", "person-11", secrets=estate.environment(), encode=encode)
    assert estate.records["refunds"] == []


def test_an_approval_for_another_amount_frees_nothing(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    from runtime.cases.approval import decide_in_person
    from runtime.cases.writing import write

    waiting = demo_cases(folder)["demo-6-approval"]
    with pilot_of(folder, secrets=estate.environment(), encode=encode) as pilot, engine(pilot) as started:
        started.start(waiting)
        started.outcome(waiting["case"])
        handoff = decide_in_person(pilot, waiting["case"], "approve", "person-11")
        digest = next(o.effect for o in handoff.ask.options if o.effect)
        invoices = (
            pilot.system("billing").call("listInvoices", {"account_id": "A-14400"}, why=Why("a test")).body["items"]
        )
        context = pilot.context(
            "refund-overpayment", waiting["case"], "A-14400", "approve", {"invoices": invoices},
            approval={"id": handoff.handoff_id, "digest": digest or "", "by": "person-11"},
        )  # fmt: skip
        more = {
            "account_id": "A-14400",
            "invoice_id": "INV-14400",
            "payment_id": "PAY-14400-2",
            "amount": "79.00",
            "currency": "EUR",
        }
        gate = pilot.allowed("refund-overpayment").gate
        assert gate is not None
        said = write(
            pilot, "billing.createRefund", more, context, key="other", repeat=gate.writes["billing.createRefund"]
        )
    assert said.sent.state == "held" and said.sent.rule == "approval"
    assert estate.records["refunds"] == []


def test_a_decision_in_the_ticket_is_taken_when_the_case_is_taken_up(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    waiting = demo_cases(folder)["demo-6-approval"]
    pilot_runs(folder, estate, encode, [waiting])
    [ticket] = estate.records["tickets"]
    estate.services["ticketing"].tickets[ticket["id"]] |= {"decision": "approve", "decided_by": "person-12"}  # type: ignore[union-attr]
    [result] = take_up(folder, secrets=estate.environment(), encode=encode)
    assert result.outcome == "resolved"
    assert len(estate.records["refunds"]) == 1


def test_a_changed_description_closes_only_what_touches_it(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    wsdl = folder.path / "descriptions" / "usage.wsdl"
    wsdl.write_text(wsdl.read_text() + "\n<!-- changed -->\n")
    cases = demo_cases(folder)
    dispute, refund = pilot_runs(folder, estate, encode, [cases["demo-1-resolved"], cases["demo-6-approval"]])
    assert dispute.outcome == "blocked" and "descriptions/usage.wsdl changed" in dispute.reason
    assert refund.outcome == "waiting"


def test_an_expired_gate_blocks(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    write_gate(folder.path, days=-1)
    [result] = pilot_runs(folder, estate, encode, [demo_cases(folder)["demo-1-resolved"]])
    assert result.outcome == "blocked" and "expired" in result.reason


def test_a_system_that_is_down_is_a_persons_case(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    estate.listeners["usage"].close()
    [result] = pilot_runs(folder, estate, encode, [demo_cases(folder)["demo-1-resolved"]])
    assert result.outcome == "handed_off" and "usage.UsagePort.getUsage" in result.reason
    assert len(estate.records["tickets"]) == 1


def test_cases_that_were_begun_on_other_goals_go_to_a_person(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    waiting = demo_cases(folder)["demo-6-approval"]
    pilot_runs(folder, estate, encode, [waiting])
    goals = folder.path / "goals.yaml"
    goals.write_text(goals.read_text() + "# reviewed\n")
    write_gate(folder.path)
    changed = load_folder(folder.path)
    assert take_up(changed, secrets=estate.environment(), encode=encode) == []
    assert any("goals.yaml was changed" in ticket["body"] for ticket in estate.records["tickets"])


def test_a_second_pilot_in_the_folder_is_refused(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    secrets = estate.environment()
    with (
        pilot_of(folder, secrets=secrets, encode=encode, at_most="observe"),
        pytest.raises(Conflict, match="another pilot"),
    ):
        pilot_of(folder, secrets=secrets, encode=encode).__enter__()


def test_a_missing_secret_is_told_before_anything_runs(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    secrets = {name: value for name, value in estate.environment().items() if name != "USAGE_AGENT_PASSWORD"}
    with pytest.raises(BadInput, match="USAGE_AGENT_PASSWORD"):
        run_cases(folder, [demo_cases(folder)["demo-1-resolved"]], secrets=secrets, encode=encode)


def test_goals_that_cannot_be_walked_safely_are_refused(folder: Folder) -> None:
    text = (
        (folder.path / "goals.yaml")
        .read_text()
        .replace("with: [usage, logging, contract, charge_id]", "with: [usage, logging, contrat, charge_id]")
    )
    (folder.path / "goals.yaml").write_text(text)
    with pytest.raises(BadInput, match="contrat is needed by rule prorated_credit"):
        check_goals(load_folder(folder.path))


def test_state_and_memory_tell_what_happened_and_a_customer_is_forgotten(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    from assess.piloting import forget_customer
    from runtime.piloting.gate_check import read_gate

    cases = demo_cases(folder)
    pilot_runs(folder, estate, encode, [cases["demo-2-over-limit"], cases["demo-6-approval"]])
    gate = read_gate(folder.path)
    state = state_of(folder.estate, gate, folder.pilot.value, folder.path / ".cxready", today=gate.as_of.date())
    assert state.outcomes == {"handed_off": 1}
    assert [found["case"] for found in state.waiting] == ["demo-6-approval"]
    assert state.broken == () and state.stuck == () and json.dumps(state.plain())
    connection = open_log(folder.path / ".cxready")
    assert [m.outcome for m in memory.timeline(connection, "A-10877")] == ["handed_off"]
    assert [p.says for p in promises.open_promises(connection, "A-10877")] == [folder.estate.escalation.acknowledge]
    assert any(f.source == "crm.getContract" for f in memory.facts(connection, "A-10877"))
    connection.close()
    found = forget_customer(folder, "A-10877")
    assert (found.remembered, found.cases, found.handoffs, found.under_way, found.busy) == (2, 1, 1, (), ())
    connection = open_log(folder.path / ".cxready")
    assert memory.timeline(connection, "A-10877") == []
    assert "dispute a charge" not in "".join(row.form + row.text for row in outbox.rows(connection))


def test_a_message_that_fits_no_goal_is_asked_back(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    told = case("odd", "A-10234", "What is the capital of Peru and how high is it?")
    [result] = pilot_runs(folder, estate, encode, [told])
    assert result.outcome == "asked" and result.intent is None and result.reply
    assert replace(result, reply="").writes == ()


def test_a_card_number_in_a_message_is_kept_nowhere_and_goes_to_a_person(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    told = {
        **demo_cases(folder)["demo-1-resolved"],
        "message": "My bill is wrong, here is my card: 4111 1111 1111 1111.",
    }
    [result] = pilot_runs(folder, estate, encode, [told])
    assert result.outcome == "handed_off" and "restricted data" in result.reason
    assert [row.operation for row in log_of(folder, told["case"]) if row.operation] == []
    kept = b"".join(path.read_bytes() for path in (folder.path / ".cxready").glob("*.sqlite*"))
    assert b"4111" not in kept and b"1111 1111" not in kept
    assert "4111" not in str(estate.records["tickets"])


def test_what_was_recorded_is_erased_after_the_retention(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    from unittest.mock import patch

    from runtime.engine import engine as engines

    pilot_runs(folder, estate, encode, [demo_cases(folder)["demo-5-blocked"], demo_cases(folder)["demo-6-approval"]])
    with pilot_of(folder, secrets=estate.environment(), encode=encode) as pilot, engine(pilot) as started:
        assert started.expire() == 0
        with patch.object(engines, "datetime") as clock:
            clock.now.return_value = datetime(2999, 1, 1, tzinfo=UTC)
            assert started.expire() == 1, "what still waits is kept"
        assert started.line("demo-5-blocked") is None


def test_a_decision_beside_a_running_pilot_is_recorded_for_it(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    waiting = demo_cases(folder)["demo-6-approval"]
    with pilot_of(folder, secrets=estate.environment(), encode=encode) as pilot, engine(pilot) as started:
        started.start(waiting)
        assert started.outcome(waiting["case"])
        beside = decide(folder, waiting["case"], "approve", "person-12", secrets=estate.environment(), encode=encode)
        assert (beside.outcome, beside.reason) == (
            "waiting",
            "approve was recorded; the pilot that is running goes on with it",
        )
        started.resume(waiting["case"])
        line = started.outcome(waiting["case"])
    assert line and line["outcome"] == "resolved"
