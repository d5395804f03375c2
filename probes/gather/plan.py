"""What a run would send, before it sends it: a plan that IT reads, approves, and that then binds the run.

Made without a network, from what users wrote and the descriptions. Counts are upper bounds.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from probes.gather.guarded import find_operation
from runtime.errors import CxreadyError
from runtime.estate import Estate
from runtime.systems.settings import SystemSettings
from runtime.systems.surface import Operation, Surface

if TYPE_CHECKING:
    pass

DEFAULT_LIMIT = 100
KEPT_FOR_CLEANUP = 3


class PlanLine(BaseModel):
    """At most `count` requests of one kind. `undo`: how a record that it makes is taken back. `spare`: only sent when
    something is looked at once more; planned from what all others leave of the budget.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: str
    method: str
    path: str
    operation: str = ""
    purpose: str
    probe: str
    count: int = Field(ge=1)
    access: Literal["read", "write"] = "read"
    undo: str | None = None
    spare: bool = False


class Plan(BaseModel):
    """All lines of a run. `inputs` is the digest of the files it was made from, `files` that of each place among them;
    `kept` holds requests a system that only take back what a run left that was cut off; `digest` is that of the whole.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    organisation: str
    inputs: str = ""
    files: dict[str, str] = Field(default_factory=dict)
    tool: str = ""
    only_system: str | None = None
    only_probe: str | None = None
    max_requests: int = DEFAULT_LIMIT
    kept: dict[str, int] = Field(default_factory=dict)
    lines: tuple[PlanLine, ...]
    bodies: dict[str, str] = Field(
        default_factory=dict, description="what a trial of a write sends: system.operation → JSON, as known beforehand"
    )
    left_out: dict[str, str] = Field(default_factory=dict, description="what was not planned, and why")

    @property
    def digest(self) -> str:
        """`sha256:…` over the canonical JSON of the plan."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    def totals(self) -> dict[str, int]:
        """Requests at most, by system."""
        found: dict[str, int] = {}
        for line in self.lines:
            found[line.system] = found.get(line.system, 0) + line.count
        return found

    def most(self, system: str) -> int:
        """Requests that a system gets at most, with those kept for taking back."""
        return self.totals().get(system, 0) + self.kept.get(system, 0)

    def as_table(self) -> str:
        """The plan as a person reads it: one line a kind of request, by system."""
        rows = []
        for system, total in self.totals().items():
            kept = f", and {self.kept[system]} kept for taking back" if self.kept.get(system) else ""
            rows.append(f"{system}: at most {total} requests{kept} (limit {self.max_requests})")
            rows += [_row(number, line) for number, line in enumerate(self.lines, 1) if line.system == system]
        rows += [f"sent by a trial of {name}: {body}" for name, body in self.bodies.items()]
        rows += [f"left out: {what}: {why}" for what, why in self.left_out.items()]
        return "\n".join([*rows, f"plan {self.digest}"])


def surface_of(estate: Estate, name: str) -> Surface:
    """The declared surface of a system; format `none` when it has no description that can be read."""
    return _surface(name, estate.systems[name], estate.folder)


def operations_called(estate: Estate, name: str) -> list[Operation]:
    """Operations of a system that workflows call and its description declares, in the order of the calls."""
    surface = surface_of(estate, name)
    called = [
        op.partition(".")[2] for goal in estate.goals.values() for op in goal.operations() if op.startswith(f"{name}.")
    ]
    found = [find_operation(surface, op) for op in dict.fromkeys(called)]
    return list({op.id: op for op in found if op}.values())


def line(
    system: str, operation: Operation, purpose: str, probe: str, count: int = 1, undo: str | None = None
) -> PlanLine:
    """The line of one declared operation; it is a write unless the description says that it only reads."""
    return PlanLine(
        system=system,
        method=operation.method,
        path=operation.path,
        operation=operation.id,
        purpose=purpose,
        probe=probe,
        count=count,
        access="read" if operation.reads else "write",
        undo=undo,
    )


_KEPT: dict[tuple[str, str, float], Surface] = {}


def _surface(name: str, settings: SystemSettings, folder: Path) -> Surface:
    from runtime.systems.surface_reader import load_surface

    path = folder / settings.description if settings.description else None
    stamp = path.stat().st_mtime if path and path.exists() else 0.0
    key = (name, str(path), stamp)
    if key not in _KEPT:
        try:
            _KEPT[key] = load_surface(name, settings, folder)
        except CxreadyError as error:
            from runtime.systems.surface import Problem

            _KEPT[key] = Surface(
                system=name, format="none", digest="", problems=(Problem("blocker", error.what, error.where),)
            )
    return _KEPT[key]


def _row(number: int, one: PlanLine) -> str:
    undo = f", taken back by {one.undo}" if one.undo else ""
    return f"  {number:>4}  {one.count:>3} × {one.method:<6} {one.path:<34} {one.access}{undo}  {one.purpose} ({one.probe})"
