"""Holds each description against two others: the one of the last bundle, and production's. Nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from probes.artifact import Artifact, Missing
from probes.bundle import Bundle
from probes.derive.surface_diff import SurfaceChange, surface_diff
from probes.finding import Subject
from probes.gather.gatherer import Found, Gatherer, each_system, missing
from probes.gather.session import Session
from runtime.errors import CxreadyError
from runtime.estate import Estate
from runtime.systems.surface import Surface
from runtime.systems.surface_reader import load_surface

MOST_KEPT = 50


class Drift(Artifact):
    """What changed in a description since the last bundle. `hit`: workflow → its operations with a breaking change."""

    kind: ClassVar[str] = "drift"

    since: str = Field(description="name of the earlier bundle")
    changes: tuple[SurfaceChange, ...] = ()
    hit: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class Parity(Artifact):
    """Where production's description differs from staging's, for what workflows call."""

    kind: ClassVar[str] = "parity"

    document: str
    compared: int = Field(description="operations that workflows call and both describe")
    changes: tuple[SurfaceChange, ...] = ()


def gather_system(session: Session, system: str) -> Found:
    """Drift since the last bundle, and parity with production."""
    yield _drift(session, system)
    yield _parity(session, system)


def _drift(session: Session, system: str) -> Artifact | Missing:
    subject = Subject(unit=system)
    place = _last_bundle(session.folder)
    if place is None:
        return missing(Drift, subject, "no_input", "there is no earlier bundle to compare with", _AGAIN)
    bundle = Bundle.open(place)
    try:
        old = load_surface(system, session.settings(system), bundle.inputs)
        new = session.surface(system)
    except CxreadyError as error:
        return missing(Drift, subject, "no_input", f"no description to compare: {error}", _AGAIN)
    finally:
        bundle.close()
    if not old.operations or not new.operations:
        return missing(Drift, subject, "no_input", "one of the two descriptions holds no operation", _AGAIN)
    changes = surface_diff(old, new)
    return Drift(
        subject=subject,
        measured_at=session.now,
        since=bundle.name,
        changes=tuple(sorted(changes, key=lambda c: not c.breaking)[:MOST_KEPT]),
        hit=workflows_hit(session.estate, system, old, changes),
    )


def _parity(session: Session, system: str) -> Artifact | Missing:
    subject = Subject(unit=system)
    document = session.settings(system).production_description
    if document is None:
        return missing(Parity, subject, "no_input", "production's description is not named", _name_it(system))
    settings = session.settings(system).model_copy(update={"description": document})
    try:
        there = load_surface(system, settings, session.estate.folder)
        here = session.surface(system)
    except CxreadyError as error:
        return missing(Parity, subject, "no_input", str(error), _name_it(system))
    called = _called(session, system, here)
    return Parity(
        subject=subject,
        measured_at=session.now,
        document=document,
        compared=sum(name in there.operations for name in called),
        changes=tuple(c for c in surface_diff(here, there) if c.operation in called and c.breaking)[:MOST_KEPT],
    )


def workflows_hit(
    estate: Estate, system: str, surface: Surface, changes: Sequence[SurfaceChange]
) -> dict[str, tuple[str, ...]]:
    """Workflow → its operations of this system with a breaking change, theirs or that of what finds, reads back or undoes
    them; `surface` is the version that they were written for.
    """
    broken = {c.operation for c in changes if c.breaking}
    found = {
        name: tuple(
            op
            for op in goal.operations()
            if op.startswith(f"{system}.") and broken & {_named(surface, used) for used in _with_helpers(estate, op)}
        )
        for name, goal in estate.goals.items()
    }
    return {name: operations for name, operations in found.items() if operations}


def _with_helpers(estate: Estate, call: str) -> list[str]:
    effect = estate.effect(call)
    if effect is None:
        return [call]
    helpers = (effect.undo, effect.read_back, effect.repeat.find if effect.repeat else None)
    return [call, *(f"{call.partition('.')[0]}.{name}" for name in helpers if name)]


def _named(surface: Surface, call: str) -> str:
    """The operation's id in the description, where a port may stand before its name."""
    from probes.gather.guarded import find_operation

    found = find_operation(surface, call.partition(".")[2])
    return found.id if found else call.partition(".")[2]


def _called(session: Session, system: str, surface: Surface) -> set[str]:
    names = (op for goal in session.estate.goals.values() for op in goal.operations())
    return {_named(surface, op) for op in names if op.startswith(f"{system}.")} & surface.operations.keys()


def _last_bundle(folder: Path) -> Path | None:
    found = sorted(p for p in (folder / "bundles").glob("[0-9]*") if (p / "manifest.json").is_file())
    found = found or sorted((folder / "bundles").glob("[0-9]*.zip"))
    return found[-1] if found else None


def _name_it(system: str) -> str:
    return f"put production's description of {system} into the folder and name it as `production_description`"


_AGAIN = "keep the bundle and run `cxready collect DIR` again later"

GATHERER = Gatherer(
    name="versions",
    plan=lambda estate: [],
    run=each_system("versions", (Drift, Parity), gather_system),
    gives=(Drift, Parity),
    level=4,
    cost=0,
    probes=("no_drift", "sandbox_parity"),
)
