"""The demo's billing dispute, worked on by a model in one agent step."""

from __future__ import annotations

import json
from typing import Any

import yaml

from assess.engagement import Folder, load_folder
from tests.runtime.piloted import write_gate

MAY: list[Any] = [
    {"call": "usage.UsagePort.getUsage", "with": {"account": "account_id"}, "gives": {"usage": "/"}},
    {
        "call": "usage.UsagePort.getLoggingStatus",
        "with": {"from": "usage.from", "to": "usage.to"},
        "gives": {"logging": "/"},
    },
    {"call": "crm.getContract", "with": {"account_id": "account_id"}, "gives": {"contract": "/"}},
    {"call": "crm.findNotes", "with": {"account_id": "account_id"}},
    {"rule": "prorated_credit", "with": ["usage", "logging", "contract", "charge_id"], "gives": ["credit"]},
    {
        "call": "billing.createCredit",
        "with": {"account_id": "account_id"},
        "same_effect": ["account_id", "charge_id"],
        "gives": {"credit_id": "/id"},
    },
]
TASK = {
    "task": "find which charge the customer means and credit what the usage gap explains",
    "may": MAY,
    "gives": {"summary": "text"},
    "at_most": {"calls": 12, "tokens": 20_000, "seconds": 2},
}


def with_task(folder: Folder, task: dict[str, Any], slots: dict[str, Any] = {}, **more: Any) -> Folder:  # noqa: B006
    """The demo's folder, its billing dispute worked on by a model."""
    place = folder.path / "goals.yaml"
    goals = yaml.safe_load(place.read_text(encoding="utf-8"))
    goals["billing-dispute"] |= {
        "slots": {"account_id": {"from": "session"}, **slots},
        "steps": [{"agent": task, **more}],
        "done": "{summary}" if task.get("gives") else "It was credited.",
    }
    place.write_text(yaml.safe_dump(json.loads(json.dumps(goals)), sort_keys=False), encoding="utf-8")  # no aliases
    pilot = folder.path / "pilot.yaml"
    written = yaml.safe_load(pilot.read_text(encoding="utf-8"))
    written["workflows"]["billing-dispute"]["charter"] = {"handoffs_at_most": 1.0}
    pilot.write_text(yaml.safe_dump(written), encoding="utf-8")
    write_gate(folder.path)
    return load_folder(folder.path)
