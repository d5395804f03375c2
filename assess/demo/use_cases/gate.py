"""A gate for a trial on the bundled estates: what the files allow, nothing of it measured; a real pilot's gate comes from `cxready assess`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assess.engagement import Folder, load_folder
from runtime.gate import Gate, RepeatSafe, WorkflowGate
from runtime.systems.settings import Autonomy
from runtime.whole_file import write_text

BY_KEY = RepeatSafe(by="key", header="Idempotency-Key")


def write_trial_gate(
    folder: Path,
    autonomies: Mapping[str, Autonomy],
    *,
    repeat: Mapping[str, RepeatSafe] | None = None,
    held_by: Collection[str] = (),
    days: int = 30,
) -> None:
    """Writes `assessments/trial/gate.json`.

    Args:
        autonomies: workflow → what it may do.
        repeat: write → how it may be repeated, where not by its idempotency key.
        days: until it expires; negative for one that has.
    """
    loaded, now = load_folder(folder), datetime.now(UTC)
    workflows = {
        name: _workflow(loaded, name, autonomy, repeat or {}, held_by) for name, autonomy in autonomies.items()
    }
    gate = Gate(
        as_of=now, expires=(now + timedelta(days=days)).date(), catalogue="trial", profile="default", bundle="not measured",
        inputs=loaded.digests(), workflows=workflows,
    )  # fmt: skip
    place = folder / "assessments" / "trial"
    place.mkdir(parents=True, exist_ok=True)
    write_text(place / "gate.json", gate.model_dump_json())


def _workflow(
    folder: Folder, name: str, autonomy: Autonomy, repeat: Mapping[str, RepeatSafe], held_by: Collection[str]
) -> WorkflowGate:
    goal = folder.estate.goals[name]
    return WorkflowGate(
        autonomy=autonomy,
        by_dimension={},
        held_by=[] if autonomy == "act" else list(held_by),
        allow=goal.operations(),
        writes={call: repeat.get(call, BY_KEY) for call in folder.estate.writes_of(name)},
        systems=sorted({call.system for call in goal.calls()}),
    )
