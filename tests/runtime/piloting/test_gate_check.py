"""What a workflow may do: the least of gate, expiry, files, stage, share and hours."""

from __future__ import annotations

from datetime import UTC, date, datetime

from assess.demo.estate import RunningEstate
from assess.engagement import Folder, load_folder
from runtime.piloting.gate_check import allowed, not_taken, read_gate
from runtime.piloting.pilot_settings import PilotFile, WorkflowPilot
from tests.runtime.piloted import write_gate

TODAY = datetime.now(UTC).date()
ACT = PilotFile(workflows={"billing-dispute": WorkflowPilot(stage="act")})


def autonomy(
    folder: Folder, settings: PilotFile = ACT, today: date = TODAY, workflow: str = "billing-dispute", **more: str
) -> tuple[str, str]:
    gate = read_gate(folder.path)
    found = allowed(workflow, gate.model_copy(update=more), folder.estate, settings, today=today)
    return found.autonomy, found.why


def test_gate_and_stage_are_narrowed_to_the_least(folder: Folder, estate: RunningEstate) -> None:
    assert autonomy(folder) == ("act", "")
    for stage, least in (("approve", "approve"), ("shadow", "observe")):
        settings = PilotFile(workflows={"billing-dispute": WorkflowPilot(stage=stage)})  # type: ignore[arg-type]
        assert autonomy(folder, settings) == (least, f"stage: {stage}")
    assert autonomy(folder, PilotFile())[0] == "observe", "a workflow that pilot.yaml does not name is only observed"
    assert autonomy(folder, workflow="plan-change")[0] == "blocked"
    assert autonomy(folder, workflow="unheard-of")[0] == "blocked"


def test_expiry_and_another_policy_close_it(folder: Folder) -> None:
    assert "expired" in autonomy(folder, today=date(2999, 1, 1))[1]
    assert autonomy(folder, policy="sha256:other")[1].startswith("the compiled policy changed")


def test_another_version_of_rules_closes_it(folder: Folder) -> None:
    assert "package click changed" in autonomy(folder, packages={"click": "0.0.1"})[1]  # type: ignore[arg-type]


def test_a_changed_limit_closes_it_until_it_is_judged_again(folder: Folder) -> None:
    path = folder.path / "guardrails.yaml"
    path.write_text(path.read_text().replace('each: "50.00"', 'each: "5000.00"'))
    changed = load_folder(folder.path)
    assert autonomy(changed) == ("blocked", "guardrails.yaml changed since it was judged; run `cxready assess` again")
    write_gate(folder.path)
    assert autonomy(changed)[0] == "act"


def test_a_case_outside_share_or_hours_is_left_to_people() -> None:
    noon = datetime(2026, 11, 20, 11, tzinfo=UTC)  # 12:00 in Berlin
    taken = [not not_taken(f"case-{n}", WorkflowPilot(share=0.3), noon, "UTC") for n in range(2000)]
    assert 0.26 < sum(taken) / len(taken) < 0.34
    assert not_taken("c", WorkflowPilot(share=0), noon, "UTC") and not not_taken(
        "c", WorkflowPilot(share=1), noon, "UTC"
    )
    assert not_taken("c", WorkflowPilot(hours="08:00-12:00"), noon, "Europe/Berlin")
    assert not not_taken("c", WorkflowPilot(hours="08:00-12:00"), noon, "UTC")
    assert not not_taken("c", WorkflowPilot(hours="22:00-06:00"), datetime(2026, 11, 20, 23, tzinfo=UTC), "UTC")
    assert not not_taken("c", WorkflowPilot(), noon, "UTC")
