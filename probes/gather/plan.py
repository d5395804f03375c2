"""What a run would send, before it sends it: a plan that IT reads, approves, and that then binds the run.

Made without a network, from what users wrote and the descriptions. Counts are upper bounds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from probes.gather.guarded import find_operation
from runtime.errors import BadInput, Conflict, CxreadyError
from runtime.estate import Estate
from runtime.systems.settings import SystemSettings
from runtime.systems.surface import Operation, Surface
from runtime.written import read_text

if TYPE_CHECKING:
    from probes.gather.gatherer import Gatherer

DEFAULT_LIMIT = 100


class PlanLine(BaseModel):
    """At most `count` requests of one kind. `undo`: how a record that it makes is taken back."""

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


class Plan(BaseModel):
    """All lines of a run. `inputs` is the digest of the files it was made from; `digest` that of the whole plan."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    organisation: str
    inputs: str = ""
    max_requests: int = DEFAULT_LIMIT
    lines: tuple[PlanLine, ...]
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

    def as_table(self) -> str:
        """The plan as a person reads it: one line a kind of request, by system."""
        rows = []
        for system, total in self.totals().items():
            rows.append(f"{system}: at most {total} requests (limit {self.max_requests})")
            rows += [_row(line) for line in self.lines if line.system == system]
        rows += [f"left out: {what}: {why}" for what, why in self.left_out.items()]
        return "\n".join([*rows, f"plan {self.digest}"])


def plan(
    estate: Estate,
    gatherers: Sequence[Gatherer],
    *,
    only_system: str | None = None,
    only_probe: str | None = None,
    max_requests: int = DEFAULT_LIMIT,
    inputs: str = "",
) -> Plan:
    """The plan of a run, in the order in which it asks; a gatherer that no longer fits a system's budget is left out
    there, and said so.
    """
    kept: list[PlanLine] = []
    left_out: dict[str, str] = {}
    used: dict[str, int] = {}
    for gatherer in in_order(gatherers, only_probe):
        for system, lines in _by_system(gatherer.plan(estate)).items():
            if only_system not in (None, system):
                continue
            room = max_requests - used.get(system, 0)
            fitting, why = _fitting(gatherer, lines, room)
            if why:
                left_out[f"{gatherer.name} on {system}"] = why
            used[system] = used.get(system, 0) + sum(one.count for one in fitting)
            kept += fitting
    return Plan(
        organisation=estate.organisation, inputs=inputs, max_requests=max_requests, lines=tuple(kept), left_out=left_out
    )


def _fitting(gatherer: Gatherer, lines: list[PlanLine], room: int) -> tuple[list[PlanLine], str]:
    """All lines where they fit; reads are cut to what is left, writes only come together with what takes them back."""
    asked = sum(one.count for one in lines)
    if asked <= room:
        return lines, ""
    why = f"at most {asked} requests are wanted, {max(room, 0)} are left"
    if any(one.access == "write" for one in lines) and not gatherer.fills:
        return [], why
    fitting = []
    for one in lines:
        count = min(one.count, room)
        room -= max(count, 0)
        if count > 0:
            fitting.append(one.model_copy(update={"count": count}))
    return fitting, "" if gatherer.fills else why


def read(path: Path) -> Plan:
    """An approved plan from its file: the plan as JSON, with its `digest` beside the fields.

    Raises:
        BadInput: the file is missing or is no plan.
        Conflict: its digest does not fit its lines: it was edited.
    """
    try:
        raw = json.loads(read_text(path))
        stated = raw.pop("digest", None) if isinstance(raw, dict) else None
        found = Plan.model_validate(raw)
    except (ValueError, ValidationError) as error:
        raise BadInput(
            f"this is no plan: {str(error).splitlines()[0]}",
            str(path),
            "make one with `cxready collect DIR --dry-run -o plan.json`",
        ) from None
    if stated != found.digest:
        raise Conflict(
            "the plan was changed after it was made",
            str(path),
            "make a new plan with `cxready collect DIR --dry-run -o plan.json` and have it approved",
        )
    return found


def write(found: Plan, path: Path) -> None:
    """The plan as a file, whole or not at all."""
    made = path.with_name(path.name + ".new")
    made.write_text(as_text(found), encoding="utf-8", newline="\n")
    made.replace(path)


def as_text(found: Plan) -> str:
    """The plan as JSON with its digest: what a person approves and `read` takes."""
    return json.dumps({**found.model_dump(mode="json"), "digest": found.digest}, indent=1, ensure_ascii=False) + "\n"


def in_order(gatherers: Iterable[Gatherer], only_probe: str | None = None) -> list[Gatherer]:
    """Lowest level first, then cheapest; those that the one wanted probe does not need stay out."""
    wanted = [g for g in gatherers if only_probe is None or g.level <= 1 or g.serves(only_probe)]
    return sorted(wanted, key=lambda g: (g.level, g.cost))


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


def _by_system(lines: Iterable[PlanLine]) -> dict[str, list[PlanLine]]:
    found: dict[str, list[PlanLine]] = {}
    for one in lines:
        found.setdefault(one.system, []).append(one)
    return found


def _row(one: PlanLine) -> str:
    undo = f", taken back by {one.undo}" if one.undo else ""
    return f"  {one.count:>3} × {one.method:<6} {one.path:<34} {one.access}{undo}  {one.purpose} ({one.probe})"
