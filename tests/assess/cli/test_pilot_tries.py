"""What a stranger types: a use case tried, thresholds measured, a customer's answer given; and what is wrong with the input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assess.demo.use_cases import trial
from assess.engagement import load_folder
from assess.piloting import run_cases
from tests.assess.cli.test_pilot import Typed

Capture = pytest.CaptureFixture[str]


def test_a_use_case_is_tried_and_stays_in_a_folder_that_the_other_commands_read(
    tmp_path: Path, capsys: Capture
) -> None:
    place = tmp_path / "lumen"
    said = Typed(capsys, "try", "retention", str(place))
    assert said.code == 0, said.out + said.err
    for told in (
        "rising-frustration",
        "handed_off",
        "billing.createCredit",
        "8 cases, all as expected",
        f"cxready pilot log {place}",
    ):
        assert told in said.out
    log = Typed(capsys, "log", str(place), "resolving")
    assert "billing.createCredit" in log.out
    plan = Typed(capsys, "plan", str(place))
    assert "ask: Is the light on your router green" in plan.out and "wrong" not in plan.out


def test_which_use_cases_there_are(capsys: Capture) -> None:
    said = Typed(capsys, "try", "--json")
    assert set(json.loads(said.out)) == set(trial.names())


def test_thresholds_are_measured_and_written(tmp_path: Path, capsys: Capture) -> None:
    held_out = tmp_path / "held-out.jsonl"
    with trial.systems_of("returns") as systems:
        trial.prepare(tmp_path / "shop", systems)
    lines = [
        {"text": "I'd like to give the lamp back", "goal": "return-order"},
        {"text": "How tall is the lamp?", "goal": None},
    ]
    held_out.write_text("\n".join(map(json.dumps, lines)))
    said = Typed(capsys, "calibrate", str(tmp_path / "shop"), "--held-out", str(held_out), "--write", "--json")
    found = json.loads(said.out)
    assert found["coverage"]["n"] == 1 and found["strangers"]["n"] >= 30
    own = load_folder(tmp_path / "shop").pilot.value.understanding
    assert (own.min_score, own.min_margin) == (found["thresholds"]["min_score"], found["thresholds"]["min_margin"])

    held_out.write_text('{"text": "x", "goal": "return-odrer"}\n')
    wrong = Typed(capsys, "calibrate", str(tmp_path / "shop"), "--held-out", str(held_out))
    assert wrong.code == 2 and "held-out.jsonl:1" in wrong.err and "did you mean `return-order`" in wrong.err


def test_a_customers_answer_is_given_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    from kb_audit.embedding import encoder

    with trial.systems_of("returns") as systems:
        trial.prepare(tmp_path / "shop", systems)
        for name, value in systems.environment().items():
            monkeypatch.setenv(name, value)
        asked = {
            "case": "q",
            "customer": "C-101",
            "session": {"account_id": "C-101"},
            "message": "I want to send my order back.",
        }
        run_cases(load_folder(tmp_path / "shop"), [asked], encode=encoder())
        wrong = Typed(capsys, "answer", str(tmp_path / "shop"), "q", "--message", "yes", "--customer", "C-102")
        assert wrong.code == 2 and "waits for no answer of C-102" in wrong.err
        said = Typed(
            capsys, "answer", str(tmp_path / "shop"), "q", "--message", "Yes, please", "--customer", "C-101", "--json"
        )
        assert json.loads(said.out)["outcome"] == "resolved"
