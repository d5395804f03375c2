"""A demo folder with a gate written by hand, so that the pilot can be tried without measuring first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assess.demo.estate import RunningEstate
from assess.demo.folder import write_folder
from assess.demo.use_cases.gate import write_trial_gate
from assess.engagement import Folder, load_folder
from runtime.gate import RepeatSafe
from runtime.systems.settings import Autonomy

AUTONOMIES: Mapping[str, Autonomy] = {
    "billing-dispute": "act",
    "refund-overpayment": "approve",
    "device-return": "observe",
    "plan-change": "blocked",
}
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
    write_trial_gate(path, autonomies, repeat=repeat, held_by=["F-02"], days=days)


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
