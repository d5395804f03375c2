"""`cxready pilot`, as a person types it: one folder of the demo, a gate, and every command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from assess.cli import main
from assess.demo import estate as demo
from assess.demo.estate import RunningEstate
from assess.engagement import Folder, load_folder
from tests.runtime.piloted import demo_cases, piloted


@pytest.fixture
def estate(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningEstate]:
    with demo.start() as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def folder(tmp_path: Path, estate: RunningEstate) -> Folder:
    return piloted(tmp_path / "northwind", estate)


class Typed:
    """What a command printed, and its exit code."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *words: str) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["pilot", *words])
        said = capsys.readouterr()
        self.code, self.out, self.err = ended.value.code, said.out, said.err

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.splitlines()]


def test_a_pilot_from_shadow_to_approval(
    folder: Folder, estate: RunningEstate, capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(folder.path)
    cases = folder.path / "two.jsonl"
    found = demo_cases(folder)
    cases.write_text("".join(json.dumps(found[name]) + "\n" for name in ("demo-5-blocked", "demo-6-approval")))

    shadow = Typed(capsys, "run", place, "--cases", str(cases), "--at-most", "observe", "--json")
    assert shadow.code == 0, shadow.err
    assert [line["outcome"] for line in shadow.lines] == ["blocked", "observed"]
    assert estate.records["refunds"] == []

    live = folder.path / "live.jsonl"
    live.write_text(json.dumps({**found["demo-6-approval"], "case": "c-6"}) + "\n")
    assert [line["outcome"] for line in Typed(capsys, "run", place, "--cases", str(live), "--json").lines] == [
        "waiting"
    ]
    status = Typed(capsys, "status", place)
    assert "waits: c-6: Approve or refuse: issue refund, 24.99 EUR" in status.out
    assert "every chain is whole" in status.out

    wrong = Typed(capsys, "approve", place, "c-6", "--by", "someone")
    assert wrong.code == 2 and "may not decide" in wrong.err and "person-11" in wrong.err
    assert [
        line["outcome"] for line in Typed(capsys, "approve", place, "c-6", "--by", "person-11", "--json").lines
    ] == ["resolved"]
    assert len(estate.records["refunds"]) == 1

    log = Typed(capsys, "log", place, "c-6", "--json")
    assert set(log.lines[0]) == {"seq", "at", "step", "operation", "arguments", "decision", "effect", "hash"}
    effects = [(line["operation"], line["effect"]) for line in log.lines]
    assert effects.index(("billing.createRefund", "intent")) < effects.index(("billing.createRefund", "done"))
    assert "c-6" in Typed(capsys, "log", place).out


def test_a_stop_holds_until_it_is_taken_back(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    place = str(folder.path)
    assert Typed(capsys, "stop", place, "--by", "person-11").code == 0
    assert Typed(capsys, "status", place).out.startswith("STOPPED")
    Typed(capsys, "stop", place, "--by", "person-11", "--off")
    assert not Typed(capsys, "status", place).out.startswith("STOPPED")


def test_a_limit_can_be_tightened_and_never_loosened(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    place = str(folder.path)
    assert Typed(capsys, "limit", place, "issue_credit", "each", "20.00", "--by", "person-11").code == 0
    assert "issue_credit" in Typed(capsys, "status", place).out
    loose = Typed(capsys, "limit", place, "issue_credit", "each", "80.00", "--by", "person-11")
    assert loose.code == 2 and "not narrower" in loose.err


def test_a_limit_is_each_of_all_workflows_until_its_end_unless_more_is_said(
    folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    place, who = str(folder.path), ("--by", "person-11")
    short = Typed(capsys, "limit", place, "issue_credit", "20.00", *who)
    assert (short.code, short.out) == (0, "issue_credit: each is at most 20.00 from now on\n")
    named = Typed(capsys, "limit", place, "billing-dispute", "issue_credit", "5.00", "--until", "2999-12-31", *who)
    assert named.out == "issue_credit: each is at most 5.00 in billing-dispute until 2999-12-31 from now on\n"
    assert "each (billing-dispute)" in Typed(capsys, "status", place).out
    past = Typed(capsys, "limit", place, "issue_credit", "5.00", "--until", "2020-01-01", *who)
    wrong = Typed(capsys, "limit", place, "issue_credit", *who)
    unclear = Typed(capsys, "limit", place, "issue_credit", "5.00", "--until", "soon", *who)
    assert [said.code for said in (past, wrong, unclear)] == [2, 2, 2] and "already passed" in past.err
    logged = list(Typed(capsys, "log", place, "limits", "--json").lines)
    assert [line["step"] for line in logged] == ["tighten", "tighten"]


def test_stages_go_up_with_evidence_and_down_without(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    place = str(folder.path)
    text = (folder.path / "pilot.yaml").read_text()
    early = Typed(capsys, "promote", place, "refund-overpayment")
    assert early.code == 2 and "the gate of refund-overpayment is `approve`" in early.err
    assert "is in stage approve" in Typed(capsys, "demote", place, "billing-dispute").out
    few = Typed(capsys, "promote", place, "billing-dispute")
    assert few.code == 2 and "59 more are needed" in few.err
    assert "is in stage shadow" in Typed(capsys, "demote", place, "billing-dispute").out
    assert "is in stage approve" in Typed(capsys, "promote", place, "billing-dispute").out
    assert (folder.path / "pilot.yaml").read_text().splitlines()[0] == text.splitlines()[0], "comments stay"


def test_a_workflow_starts_in_shadow(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    place = str(folder.path)
    assert "shadow" in Typed(capsys, "init", place, "--workflow", "device-return", "--approver", "person-21").out
    settings = load_folder(folder.path).pilot.value.workflows["device-return"]
    assert (settings.stage, settings.approvers) == ("shadow", ["person-21"])
    unknown = Typed(capsys, "init", place, "--workflow", "device-retrun")
    assert unknown.code == 2 and "no goal" in unknown.err


def test_a_plan_shows_paths_limits_and_gate_and_sends_nothing(
    folder: Folder, estate: RunningEstate, capsys: pytest.CaptureFixture[str]
) -> None:
    before = dict(estate.counts)
    message = demo_cases(folder)["demo-1-resolved"]["message"]
    said = Typed(capsys, "plan", str(folder.path), "--message", message, "--session", "account_id=A-10234")
    for told in (
        "intent      billing-dispute",
        "account_id = A-10234 (session)",
        "if credit.amount is positive",
        "each 50.00",
        "gate        act",
        "Nothing was run.",
    ):
        assert told in said.out
    assert estate.counts == before


def test_a_bad_case_file_is_told_with_its_line(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    bad = folder.path / "bad.jsonl"
    bad.write_text('{"case": "a", "message": "x"}\n{"case": "b", "mesage": "x"}\n')
    said = Typed(capsys, "run", str(folder.path), "--cases", str(bad))
    assert said.code == 2 and "bad.jsonl:2" in said.err


def test_without_a_gate_the_next_step_is_named(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    import shutil

    shutil.rmtree(folder.path / "assessments")
    said = Typed(capsys, "status", str(folder.path))
    assert said.code == 2 and "cxready collect" in said.err


def test_a_log_that_somebody_changed_is_told(
    folder: Folder, estate: RunningEstate, capsys: pytest.CaptureFixture[str]
) -> None:
    import sqlite3

    cases = folder.path / "one.jsonl"
    cases.write_text(json.dumps(demo_cases(folder)["demo-5-blocked"]) + "\n")
    ran = Typed(capsys, "run", str(folder.path), "--cases", str(cases))
    assert "demo-5-blocked" in ran.out, ran.err
    with sqlite3.connect(folder.path / ".cxready" / "pilot.sqlite") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE decision_log SET decision = 'act' WHERE decision = 'blocked'")
    said = Typed(capsys, "log", str(folder.path), "demo-5-blocked")
    assert said.code == 1 and said.err
