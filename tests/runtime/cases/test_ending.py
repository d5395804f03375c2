"""A stop, a lapsed gate or an upgrade in the middle of a case: it ends with a person, nothing is written; and waiting holds nobody up."""

from __future__ import annotations

from typing import Any

import pytest

from assess.demo.estate import RunningEstate
from assess.engagement import Folder, load_folder
from assess.piloting import decide, run_cases, running
from runtime.cases.waiting_cases import waiting_case
from runtime.guardrails.kill_switch import KillSwitch
from runtime.understanding.encode import Encode
from tests.runtime.piloted import demo_cases, write_gate

WAITS = "demo-6-approval"


def run_one(folder: Folder, estate: RunningEstate, encode: Encode, name: str) -> Any:
    [result] = run_cases(folder, [demo_cases(folder)[name]], secrets=estate.environment(), encode=encode)
    return result


def test_an_approval_after_a_stop_frees_nothing_and_a_person_gets_the_case(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    assert run_one(folder, estate, encode, WAITS).outcome == "waiting"
    KillSwitch(folder.path / ".cxready").turn_on("person-11", "wrong credits")
    result = decide(folder, WAITS, "approve", "person-11", secrets=estate.environment(), encode=encode)
    assert (result.outcome, estate.records["refunds"]) == ("handed_off", [])


def test_an_approval_after_the_gate_has_lapsed_frees_nothing_and_a_person_gets_the_case(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    assert run_one(folder, estate, encode, WAITS).outcome == "waiting"
    write_gate(folder.path, days=-1)
    again = load_folder(folder.path)
    result = decide(again, WAITS, "approve", "person-11", secrets=estate.environment(), encode=encode)
    assert (result.outcome, estate.records["refunds"]) == ("handed_off", [])
    assert "expired" in result.reason


def test_a_stop_between_two_steps_of_a_running_case_ends_it_with_a_person(
    folder: Folder, estate: RunningEstate, encode: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    from runtime.cases import steps as case_steps

    stop, read = KillSwitch(folder.path / ".cxready"), case_steps.read

    def read_then_stop(*given: Any) -> Any:
        found = read(*given)
        stop.turn_on("person-11")
        return found

    monkeypatch.setattr(case_steps, "read", read_then_stop)
    result = run_one(folder, estate, encode, "demo-1-resolved")
    assert (result.outcome, estate.records["credits"]) == ("handed_off", [])
    assert len(estate.records["tickets"]) == 1


def test_a_case_that_waits_does_not_hold_up_the_next_one_of_its_customer_and_goes_on_after_restarts(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    waits = demo_cases(folder)[WAITS]
    after = {**waits, "case": "after", "channel": "e-mail", "message": "My bill is wrong: there is a flat data charge."}
    with running(folder, secrets=estate.environment(), encode=encode) as engine:
        for case in (waits, after):
            engine.start(case)
        lines = [engine.outcome(name) for name in (WAITS, "after")]
        assert lines[0] is not None and lines[0]["outcome"] == "waiting"
        assert lines[1] is not None and lines[1]["outcome"] != "waiting"
    for _ in range(2):
        with running(folder, secrets=estate.environment(), encode=encode) as engine:
            line = engine.line(WAITS)
            assert line is not None and line["outcome"] == "waiting"
            kept = waiting_case(engine.pilot.connection, WAITS)
            assert kept is not None and kept.handoff == line["handoff"]
    result = decide(folder, WAITS, "refuse", "person-11", secrets=estate.environment(), encode=encode)
    assert result.outcome == "refused"


def test_what_waits_is_kept_in_no_executable_form(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    run_one(folder, estate, encode, WAITS)
    import sqlite3

    with sqlite3.connect(folder.path / ".cxready" / "dbos.sqlite") as connection:
        kinds = connection.execute(
            "SELECT serialization FROM workflow_status UNION SELECT serialization FROM operation_outputs"
        ).fetchall()
        held = connection.execute("SELECT output FROM operation_outputs").fetchall()
    assert kinds == [("portable_json",)]
    assert all(output is None or output[:1] in '{["tfn0123456789-' for (output,) in held)
