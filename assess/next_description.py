"""Another version of a system's description held against the folder's own: what breaks, and which workflows it hits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assess.engagement import Folder
from probes.derive.surface_diff import SurfaceChange, surface_diff
from probes.gather.versions import workflows_hit
from probes.wording import counted
from runtime.errors import BadInput
from runtime.systems.surface_reader import load_surface


@dataclass(frozen=True)
class NextDescription:
    """Changes from the folder's description to the other one; `hit`: workflow → its operations that break."""

    system: str
    old: str
    new: str
    changes: tuple[SurfaceChange, ...]
    hit: Mapping[str, tuple[str, ...]]

    @property
    def breaking(self) -> list[SurfaceChange]:
        return [change for change in self.changes if change.breaking]

    def lines(self, most: int | None) -> list[str]:
        """Plain lines: workflows that are hit, then what breaks, then what else changed."""
        others = [change for change in self.changes if not change.breaking]
        head = (
            f"{self.system}: {self.old} → {self.new}: {counted(len(self.breaking), 'breaking change')},"
            f" {counted(len(others), 'other')}"
        )
        hit = [f"  hits {name}: {', '.join(operations)}" for name, operations in self.hit.items()]
        return [
            head,
            *(hit or ["  hits no workflow"]),
            *_listed("breaks", self.breaking, most),
            *_listed("changes", others, most),
        ]


def next_description(folder: Folder, system: str, new: Path) -> NextDescription:
    """Compares offline; nothing is sent and nothing in the folder is changed.

    Raises:
        BadInput: no such system, no description of it, or a file without an operation.
    """
    settings = folder.estate.systems.get(system)
    if settings is None or settings.description is None:
        known = ", ".join(n for n, s in folder.estate.systems.items() if s.description)
        raise BadInput(f"{system} is no system with a description", "--system", f"use one of: {known}")
    here = load_surface(system, settings, folder.estate.folder)
    there = load_surface(system, settings.model_copy(update={"description": new.name}), new.resolve().parent)
    for surface, name in ((here, settings.description), (there, str(new))):
        if not surface.operations:
            why = surface.problems[0].what if surface.problems else "it declares no operation"
            raise BadInput(f"there is nothing to compare: {why}", name, "give a description with operations")
    changes = tuple(sorted(surface_diff(here, there), key=lambda c: (not c.breaking, c.operation)))
    hit = workflows_hit(folder.estate, system, here, changes)
    return NextDescription(system, settings.description, new.name, changes, hit)


def _listed(word: str, changes: list[SurfaceChange], most: int | None) -> list[str]:
    shown = changes if most is None else changes[:most]
    more = [f"  … {len(changes) - len(shown)} more"] if len(changes) > len(shown) else []
    return [f"  {word}: {' '.join(filter(None, (c.operation, c.what)))}" for c in shown] + more
