"""What a run would send, before it sends it: a plan that IT reads, approves, and that then binds the run.

Made without a network, from what users wrote and the descriptions. Counts are upper bounds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from probes.gather.guarded import SIGN_IN, find_operation
from runtime.errors import CxreadyError
from runtime.estate import Estate
from runtime.systems.settings import SystemSettings
from runtime.systems.surface import Operation, Surface

if TYPE_CHECKING:
    from probes.gather.gatherer import Gatherer

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
            kept = f", and {self.kept[system]} kept for taking back after a crash" if self.kept.get(system) else ""
            rows.append(f"{system}: at most {total} requests{kept} (limit {self.max_requests})")
            rows += [_row(number, line) for number, line in enumerate(self.lines, 1) if line.system == system]
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
    files: Mapping[str, str] | None = None,
    left: Iterable[PlanLine] = (),
) -> Plan:
    """The plan of a run, in the order in which it asks; a gatherer that no longer fits a system's budget is left out
    there, and said so.

    Args:
        files: digest of each place that the plan was made from.
        left: what taking back the open writes of earlier runs sends; it comes first.
    """
    from probes.gather.side_effects import held_back, settled

    estate = settled(estate)
    kept = {name: n for name, s in estate.systems.items() if (n := kept_for_cleanup(s, max_requests))}
    chosen = [one for one in left if only_system in (None, one.system)]
    left_out = {f"writes on {n}": why for n, why in held_back(estate).items() if only_system in (None, n)}
    asked = list(_asked(estate, in_order(gatherers, only_probe), only_system))
    chosen = [*_sign_ins(estate, [*chosen, *(one for _, _, lines in asked for one in lines)]), *chosen]
    used = {name: sum(one.count for one in chosen if one.system == name) for name in estate.systems}
    for gatherer, system, lines in asked:
        room = max_requests - kept.get(system, 0) - used.get(system, 0)
        fitting, why = _fitting(gatherer, lines, room)
        if why:
            left_out[f"{gatherer.name} on {system}"] = why
        used[system] = used.get(system, 0) + sum(one.count for one in fitting)
        chosen += fitting
    return Plan(
        organisation=estate.organisation,
        inputs=inputs,
        files=dict(files or {}),
        tool=f"cxready {_version()}",
        only_system=only_system,
        only_probe=only_probe,
        max_requests=max_requests,
        kept={name: n for name, n in kept.items() if used.get(name)},
        lines=tuple(chosen),
        left_out=left_out,
    )


def kept_for_cleanup(settings: SystemSettings, max_requests: int) -> int:
    """Requests of a system's budget that only taking back may use."""
    return KEPT_FOR_CLEANUP if settings.writes.allowed and max_requests > 20 else 0


def _sign_ins(estate: Estate, lines: Sequence[PlanLine]) -> list[PlanLine]:
    """Tokens that a narrow plan needs without asking about signing in itself."""
    asked = {one.system for one in lines} - {one.system for one in lines if one.path == SIGN_IN}
    return [
        PlanLine(
            system=name,
            method="POST",
            path=SIGN_IN,
            operation=SIGN_IN,
            purpose=f"sign in as {holder}",
            probe="machine_auth",
            count=1,
        )
        for name, settings in estate.systems.items()
        if name in asked
        for holder, credential in settings.credentials.items()
        if credential.scheme == "oauth2"
    ]


def _asked(
    estate: Estate, gatherers: Iterable[Gatherer], only_system: str | None
) -> Iterator[tuple[Gatherer, str, list[PlanLine]]]:
    """What each gatherer wants of each system, in order; what only uses the rest of the budget comes last."""
    last: list[tuple[Gatherer, str, list[PlanLine]]] = []
    for gatherer in gatherers:
        for system, lines in _by_system(gatherer.plan(estate)).items():
            if only_system not in (None, system):
                continue
            firm = [one for one in lines if not one.spare and not gatherer.fills]
            if firm:
                yield gatherer, system, firm
            rest = [one for one in lines if one not in firm]
            last += [(gatherer, system, group) for group in _groups(gatherer, rest)]
    yield from sorted(last, key=lambda wanted: wanted[0].fills)


def _groups(gatherer: Gatherer, lines: list[PlanLine]) -> list[list[PlanLine]]:
    """What is only of use together: lines of one purpose, where the gatherer says so; else each for itself."""
    if not gatherer.whole:
        return [[one] for one in lines]
    purposes = dict.fromkeys(one.purpose for one in lines)
    return [[one for one in lines if one.purpose == purpose] for purpose in purposes]


def _fitting(gatherer: Gatherer, lines: list[PlanLine], room: int) -> tuple[list[PlanLine], str]:
    """All lines where they fit; reads are cut to what is left, writes only come together with what takes them back."""
    asked = sum(one.count for one in lines)
    if asked <= room:
        return lines, ""
    why = f"at most {asked} requests are wanted, {max(room, 0)} are left"
    fills = gatherer.fills or all(one.spare for one in lines)
    if any(one.access == "write" for one in lines) and not fills:
        return [], why
    if gatherer.whole:
        return [], ""
    fitting = []
    for one in lines:
        count = min(one.count, room)
        room -= max(count, 0)
        if count > 0:
            fitting.append(one.model_copy(update={"count": count}))
    return fitting, "" if fills else why


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


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("cxready")
    except PackageNotFoundError:
        return "from source"


def _by_system(lines: Iterable[PlanLine]) -> dict[str, list[PlanLine]]:
    found: dict[str, list[PlanLine]] = {}
    for one in lines:
        found.setdefault(one.system, []).append(one)
    return found


def _row(number: int, one: PlanLine) -> str:
    undo = f", taken back by {one.undo}" if one.undo else ""
    return f"  {number:>4}  {one.count:>3} × {one.method:<6} {one.path:<34} {one.access}{undo}  {one.purpose} ({one.probe})"
