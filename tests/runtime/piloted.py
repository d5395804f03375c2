"""A demo folder with a gate written by hand, so that the pilot can be tried without measuring first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from assess.demo.estate import RunningEstate
from assess.demo.folder import write_folder
from assess.engagement import Folder, load_folder
from runtime.gate import Gate, RepeatSafe, WorkflowGate
from runtime.systems.settings import Autonomy

AUTONOMIES: Mapping[str, Autonomy] = {
    "billing-dispute": "act",
    "refund-overpayment": "approve",
    "device-return": "observe",
    "plan-change": "blocked",
}
KEY = RepeatSafe(by="key", header="Idempotency-Key")
NO_WAY = {"billing.createRefund": RepeatSafe()}


def piloted(
    path: Path,
    estate: RunningEstate,
    repeat: Mapping[str, RepeatSafe] = NO_WAY,
    autonomies: Mapping[str, Autonomy] = AUTONOMIES,
) -> Folder:
    """The demo's folder, with a gate as an assessment of it would write one."""
    write_folder(path, estate)
    write_gate(path, repeat, autonomies)
    (path / "environment.json").write_text(json.dumps(estate.environment()))
    return load_folder(path)


def write_gate(
    path: Path,
    repeat: Mapping[str, RepeatSafe] = NO_WAY,
    autonomies: Mapping[str, Autonomy] = AUTONOMIES,
    days: int = 30,
) -> None:
    folder = load_folder(path)
    now = datetime.now(UTC)
    gate = Gate(
        as_of=now, expires=(now + timedelta(days=days)).date(), catalogue="1", profile="default", bundle="sha256:0", inputs=folder.digests(),
        workflows={name: _gate(folder, name, autonomy, repeat) for name, autonomy in autonomies.items()},
    )  # fmt: skip
    place = path / "assessments" / "by-hand"
    place.mkdir(parents=True, exist_ok=True)
    (place / "gate.json").write_text(gate.model_dump_json())


def _gate(folder: Folder, name: str, autonomy: Autonomy, repeat: Mapping[str, RepeatSafe]) -> WorkflowGate:
    goal = folder.estate.goals[name]
    writes = {call: repeat.get(call, KEY) for call in folder.estate.writes_of(name)}
    held = [] if autonomy == "act" else ["F-02"]
    systems = sorted({call.system for call in goal.calls()})
    return WorkflowGate(
        autonomy=autonomy, by_dimension={}, held_by=held, allow=goal.operations(), writes=writes, systems=systems
    )


def case(
    name: str, account: str, message: str = "My bill is wrong: there is a flat data charge.", **more: Any
) -> dict[str, Any]:
    return {
        "case": name,
        "customer": account,
        "session": {"account_id": account},
        "channel": "chat",
        "message": message,
        **more,
    }


def demo_cases(folder: Folder) -> dict[str, dict[str, Any]]:
    """The six cases of the demo by name."""
    lines = (folder.path / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    return {found["case"]: found for found in map(json.loads, lines)}
