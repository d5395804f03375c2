"""`cxready guardrails …` as it is typed: exit codes, lines, and what a wrong line is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from assess.demo.estate import start
from assess.demo.folder import write_folder
from tests.harness.command import command

RETAIL = Path(__file__).parents[2] / "policies" / "retail"
ORDER = {"order_id": "#1", "owner": "u-1", "status": "pending", "payments": [{"type": "payment", "amount_minor": 1999}]}
CANCEL = {
    "workflow": "cancel_order",
    "operation": "shop.cancel_pending_order",
    "arguments": {"order_id": "#1", "reason": "no longer needed"},
    "facts": {"order": ORDER, "explicit_confirmation": True},
    "customer": "u-1",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RETAIL, tmp_path / "shop"))


def calls(folder: Path, *lines: object) -> Path:
    path = folder / "calls.jsonl"
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines), encoding="utf-8")
    return path


def test_calls_are_decided_a_line_each_and_expectations_count(folder: Path) -> None:
    path = calls(
        folder,
        {**CANCEL, "expect": "act"},
        "",
        {**CANCEL, "customer": "u-2", "expect": "refuse", "id": "another's"},
        {**CANCEL, "facts": {"order": {**ORDER, "status": "delivered"}, "explicit_confirmation": True}, "expect": "refuse"},
        {**CANCEL, "facts": {"order": {**ORDER, "payments": [{"type": "payment", "amount_minor": 200_000}]}, "explicit_confirmation": True},
         "expect": "escalate"},
    )  # fmt: skip
    said = command("guardrails", "test", folder, "--calls", path, "--json")
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert said.code == 0, said
    assert [line["decision"] for line in lines] == ["act", "refuse", "refuse", "escalate"]
    assert {"decision", "reason", "rule"} <= set(lines[0])
    assert lines[2]["reason"] == "only a pending order can be changed or cancelled"
    assert lines[3]["reason"] == "2000.00 USD is above the limit of 1000.00 USD for cancel_order"


def test_a_key_that_stands_twice_is_refused(folder: Path) -> None:
    twice = json.dumps({**CANCEL, "expect": "refuse"}).replace('"order_id": "#1", "reason"', '"order_id": "#1", "order_id": "#2", "reason"')  # fmt: skip
    said = command("guardrails", "test", folder, "--calls", calls(folder, twice))
    assert said.code == 0 and "canonical_form" in said.out


def test_a_failed_expectation_is_exit_one_and_shown(folder: Path) -> None:
    path = calls(folder, {**CANCEL, "expect": "refuse"})
    said = command("guardrails", "test", folder, "--calls", path)
    assert said.code == 1 and "← expected refuse" in said.out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not JSON"),
        ("[]", "needs `workflow` and `operation`"),
        ({**CANCEL, "expects": "act"}, "did you mean `expect`"),
        ({**CANCEL, "expect": "allow"}, "one of: act, approve, escalate, refuse"),
        ({**CANCEL, "facts": {"confirmed_by_custmer": True}}, "did you mean `confirmed_by_customer`"),
        ({**CANCEL, "arguments": []}, "no mapping"),
        ('{"workflow": "a", "operation": "b.c", "x": "\\u0000', "not JSON"),
    ],
)
def test_a_wrong_line_is_told_with_its_number(folder: Path, line: object, words: str) -> None:
    path = calls(folder, CANCEL, "", line)
    said = command("guardrails", "test", folder, "--calls", path)
    assert said.code == 2 and words in said.err and "calls.jsonl:3" in said.err, said


def test_proof_and_check_end_with_what_holds(folder: Path) -> None:
    proved = command("guardrails", "prove", folder)
    assert proved.code == 0 and "0 follow from the others" in proved.out and "NOT PROVED" not in proved.out
    every = command("guardrails", "prove", folder, "--all")
    assert "left out  cancel_order/cancel_order/shop.cancel_pending_order" in every.out
    checked = command("guardrails", "check", folder, "--json")
    assert checked.code == 1, "the goals of this folder read nothing before they write"
    assert any("no step before gives that" in one["says"] for one in json.loads(checked.out)["suggestions"])


def test_two_versions_are_compared(folder: Path, tmp_path: Path) -> None:
    newer = Path(shutil.copytree(folder, tmp_path / "newer"))
    same = command("guardrails", "diff", folder, newer)
    assert same.code == 0 and "exactly the same" in same.out
    path = newer / "guardrails.yaml"
    text = path.read_text(encoding="utf-8").replace("conditions: [own_order, order_pending, accepted_reason, ", "conditions: [own_order, order_pending, ")  # fmt: skip
    path.write_text(text, encoding="utf-8")
    said = command("guardrails", "diff", folder, newer)
    assert said.code == 1 and "newly allowed" in said.out and "this reason for cancelling is not accepted" in said.out
    back = command("guardrails", "diff", newer, folder, "--json")
    assert back.code == 0 and json.loads(back.out.splitlines()[0])["kind"] == "newly refused"


def test_the_catalogue_of_bypasses_is_tried_and_staging_is_asked_where_allowed(tmp_path: Path) -> None:
    with start(flawless=True) as running:
        write_folder(tmp_path / "northwind", running)
        said = command("guardrails", "test", tmp_path / "northwind", "--staging", "--json", env=running.environment())
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert said.code == 0, [line for line in lines if line["held"] is False]
    held = {line["to"]: sum(one["held"] is True and one["to"] == line["to"] for one in lines) for line in lines}
    assert held["decision point"] > 40 and held["proxy"] > 50
    assert held["staging, past the proxy"] >= 5 and held["staging, through the proxy"] >= 5
