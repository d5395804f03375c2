"""What a workflow may do now: the gate, narrowed by its expiry, by changed files, by the pilot's stage and by whoever runs it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from runtime.errors import BadInput, CxreadyError
from runtime.estate import Estate
from runtime.gate import Gate, WorkflowGate, narrowest
from runtime.guardrails.certificate import policy_digest
from runtime.piloting.pilot_settings import PilotFile, Stage, WorkflowPilot
from runtime.systems.settings import Autonomy
from runtime.written import digest_of

BY_STAGE: Mapping[Stage, Autonomy] = {"shadow": "observe", "approve": "approve", "act": "act"}
ALL_STAND_ON = ("engagement.yaml", "goals.yaml", "guardrails.yaml", "escalation.yaml")


@dataclass(frozen=True)
class Allowed:
    """The autonomy that holds, and why it is not more."""

    autonomy: Autonomy
    why: str
    gate: WorkflowGate | None = None


def read_gate(folder: Path) -> Gate:
    """The newest gate.json of an engagement's folder.

    Raises:
        BadInput: none yet, or not readable as one.
    """
    found = sorted((folder / "assessments").glob("*/gate.json"))
    if not found:
        raise BadInput(
            "there is no gate yet",
            str(folder),
            f"measure and judge first: `cxready collect {folder}`, then `cxready assess {folder}`",
        )
    try:
        return Gate.model_validate(json.loads(found[-1].read_text(encoding="utf-8")))
    except (ValidationError, ValueError):
        raise BadInput(
            "this is no gate of a format that this version reads",
            str(found[-1]),
            f"run `cxready assess {folder}` again",
        ) from None


def allowed(
    workflow: str,
    gate: Gate,
    estate: Estate,
    pilot: PilotFile,
    *,
    today: date,
    at_most: Autonomy = "act",
    policy: str | None = None,
) -> Allowed:
    """The least of gate, files, expiry, stage and `at_most`. A workflow that pilot.yaml does not name is only observed.

    Args:
        policy: digest of the compiled policy as it stands; None computes it.
    """
    own = gate.workflows.get(workflow)
    if own is None:
        return Allowed("blocked", "the gate does not know this workflow")
    if own.autonomy == "blocked":
        return Allowed("blocked", f"blocked by the gate: {', '.join(own.held_by[:3]) or 'not measured'}", own)
    if today > gate.expires:
        return Allowed("blocked", f"the gate expired on {gate.expires}", own)
    changed = [*_changed(own, gate, estate), *_replaced(own, gate, estate, policy)]
    if changed:
        return Allowed("blocked", f"{', '.join(changed)} changed since it was judged; run `cxready assess` again", own)
    stage = pilot.workflows[workflow].stage if workflow in pilot.workflows else "shadow"
    least = narrowest(own.autonomy, BY_STAGE[stage], at_most)
    reasons = {own.autonomy: f"gate: {own.autonomy}", BY_STAGE[stage]: f"stage: {stage}", at_most: f"at most {at_most}"}
    return Allowed(least, reasons[least] if least != "act" else "", own)


def _changed(own: WorkflowGate, gate: Gate, estate: Estate) -> list[str]:
    """Files that this workflow stands on and that are not what was judged."""
    names = [*ALL_STAND_ON]
    for system in own.systems:
        names.append(f"effects/{system}.yaml")
        description = estate.systems[system].description if system in estate.systems else None
        names += [description] if description else []
    return [name for name in names if gate.inputs.get(name) != _now(estate.folder / name)]


def _replaced(own: WorkflowGate, gate: Gate, estate: Estate, policy: str | None) -> list[str]:
    """What was judged and is another version now: the compiled policy, and packages of facts and rules."""
    found = []
    if own.writes and gate.policy and gate.policy != (policy or policy_digest(estate)):
        found.append("the compiled policy")
    return found + [
        f"package {name}" for name, version in gate.packages.items() if _installed(name) not in (None, version)
    ]


@cache
def _installed(package: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


def not_taken(case: str, settings: WorkflowPilot | None, now: datetime, zone: str) -> str:
    """Why the pilot leaves a case to people: outside its share or its hours; empty when it takes it.

    The share is drawn by the case's name, so that a replay and a second message of the case draw the same.
    """
    if settings is None:
        return ""
    drawn = int.from_bytes(hashlib.sha256(case.encode()).digest()[:4], "big") / 2**32
    if drawn >= settings.share:
        return f"outside the pilot's share of {settings.share:.0%}"
    local = now.astimezone(ZoneInfo(zone)).strftime("%H:%M")
    start, _, end = settings.hours.partition("-")
    inside = start <= local < end if start <= end else local >= start or local < end
    return "" if inside else f"outside the pilot's hours ({settings.hours} {zone})"


def _now(path: Path) -> str | None:
    try:
        return digest_of(path) if path.is_file() else None
    except CxreadyError:
        return None
