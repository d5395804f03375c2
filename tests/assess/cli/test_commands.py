"""Each command as a user types it, on a measured folder: what it prints, and its exit code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.harness.command import command


@pytest.fixture
def folder(northwind, tmp_path: Path) -> Path:
    place = tmp_path / "northwind"
    shutil.copytree(northwind.folder, place)
    return place


def test_assess_prints_levels_gates_and_findings_and_writes_the_gate(folder: Path) -> None:
    said = command("assess", folder)
    assert said.code == 0, said
    assert "2 of 4 workflows pass" in said.out and "F-01" in said.out
    gate = json.loads(next((folder / "assessments").glob("*/gate.json")).read_text(encoding="utf-8"))
    assert gate["workflows"]["plan-change"]["autonomy"] == "blocked"


@pytest.mark.parametrize(
    ("condition", "code"),
    [("level:4", 1), ("gate:act", 1), ("finding:essential", 1), ("level:9", 2), ("nonsense", 2)],
)
def test_fail_on_decides_the_exit_code(folder: Path, condition: str, code: int) -> None:
    assert command("assess", folder, "--fail-on", condition).code == code


def test_assess_json_has_what_programs_rely_on(folder: Path) -> None:
    found = json.loads(command("assess", folder, "--json").out)
    assert {"format", "as_of", "overall", "levels", "gates", "findings", "requests", "reversed", "left_behind"} <= set(
        found
    )
    assert {
        "id",
        "number",
        "probe",
        "subject",
        "outcome",
        "title",
        "cause",
        "grade",
        "evidence",
        "remedy",
        "effort",
    } <= set(found["findings"][0])


@pytest.mark.parametrize(
    ("thing", "says"),
    [
        ("overall", "the minimum of the five dimensions"),
        ("api", "unit billing"),
        ("device-return", "knowledge: confirmed 2 → observe"),
        ("api.writes_stick", "billing.changePlan: not met (dropped)"),
        ("F-01", "remedy 1:"),
        ("return-a-device.md", "conflict with returns-at-a-glance.md"),
        ("return-a-device.md:150", "characters 131–194: ≤ 14 days"),
    ],
)
def test_explain_derives_it_line_by_line(folder: Path, thing: str, says: str) -> None:
    assert says in command("explain", folder, thing).out


def test_explain_suggests_a_name(folder: Path) -> None:
    assert command("explain", folder, "device-retrun").complains("did you mean `device-return`?")


def test_doctor_names_each_value_with_its_origin(folder: Path) -> None:
    said = command("doctor", folder)
    assert said.code == 0, said
    assert f"Northwind Telecom  ({folder / 'engagement.yaml'}:" in said.out
    assert "not set: BILLING_AGENT_CLIENT_SECRET" in said.out
    (folder / "goals.yaml").write_text("format: 1\n\tx: y\n", encoding="utf-8")
    assert command("doctor", folder).code == 1


def test_kb_audit_shows_both_sentences_of_each_conflict(folder: Path) -> None:
    said = command("kb", "audit", folder / "knowledge")
    assert said.code == 0, said
    assert "within 14 days" in said.out and "within 30 days" in said.out
    found = json.loads(command("kb", "audit", folder / "knowledge", "--json").out)
    conflicts = [f for f in found["findings"] if f["verdict"] == "conflict"]
    assert len(conflicts) == 2 and all(len(f["sides"]) == 2 for f in conflicts)


def test_guardrails_are_proved_compiled_and_tested(folder: Path) -> None:
    proved = command("guardrails", "prove", folder)
    assert proved.code == 0 and "NOT PROVED" not in proved.out
    assert "permit (principal" in command("guardrails", "compile", folder).out
    assert command("guardrails", "check", folder).code == 0
    facts = {"usage_gap_found": True, "contract_active": True}
    call = {"workflow": "billing-dispute", "operation": "billing.createCredit", "facts": facts}
    calls = [
        {**call, "arguments": {"account_id": "A-1", "amount": amount, "currency": "EUR"}}
        for amount in ("12.40", "74.50", "-5.00")
    ]
    (folder / "calls.jsonl").write_text("\n".join(map(json.dumps, calls)), encoding="utf-8")
    lines = command("guardrails", "test", folder, "--calls", folder / "calls.jsonl", "--json").out.splitlines()
    assert [json.loads(line)["decision"] for line in lines] == ["act", "escalate", "refuse"]


def test_handoff_score_gives_reasons(tmp_path: Path) -> None:
    (tmp_path / "ticket.txt").write_text("Customer angry. See transcript.\n", encoding="utf-8")
    found = json.loads(command("handoff", "score", tmp_path / "ticket.txt", "--json").out)
    assert found["score"] < 40 and all({"feature", "points", "says"} <= set(r) for r in found["reasons"])


def test_probes_list_names_essentials() -> None:
    rows = json.loads(command("probes", "list", "--json").out)
    essential = {row["id"] for row in rows if row["essential"]}
    assert {
        "api.writes_stick",
        "crm.repeat_safe",
        "knowledge.no_conflicts",
        "guardrails.limits_proved",
        "escalation.delivered",
    } <= essential


def test_schema_prints_a_json_schema() -> None:
    assert json.loads(command("schema", "engagement").out)["properties"]["systems"]
