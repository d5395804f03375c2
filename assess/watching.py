"""Watching an estate: measured again, compared with the bundle before, and said which gates would change and why.

Made for a timer: "the vendor changed its authentication" is found the same day, before a customer finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assess.comparing import compare_targets
from assess.comparison import Comparison, GateMove
from assess.engagement import Folder
from assess.measuring import measure
from assess.opening import newest_bundle
from probes.derive.surface_diff import SurfaceChange
from probes.gather.onlooker import Progress, silent
from probes.gather.plan import Plan
from probes.gather.run import CollectResult
from probes.gather.versions import Drift
from runtime.errors import BadInput
from runtime.understanding.encode import Encode


@dataclass(frozen=True)
class Watched:
    """One look. `comparison` is None for the first one: there was nothing to compare with."""

    result: CollectResult
    comparison: Comparison | None
    drift: tuple[Drift, ...] = ()

    @property
    def moved(self) -> list[GateMove]:
        """Gates that the new evidence would set otherwise."""
        return [gate for gate in self.comparison.gates if gate.moved] if self.comparison else []

    def lines(self) -> list[str]:
        """Plain lines for a mail: what moved and why, what broke, what the descriptions changed."""
        c = self.comparison
        if c is None:
            return [f"first look: {self.result.bundle_path}; there is nothing yet to compare with"]
        said = [f"{c.old.as_of:%Y-%m-%d %H:%M} → {c.new.as_of:%Y-%m-%d %H:%M} UTC"]
        for gate in self.moved:
            said.append(f"{gate.title}: {gate.was or 'not there'} → {gate.now or 'not there'}")
            said += [f"    because {why}" for why in gate.because]
        said += [] if self.moved else ["every gate stands as it did"]
        said += [f"broken: {change.title}" for change in c.broken]
        for drift in self.drift:
            said += [drifted(drift, x) for x in drift.changes if x.breaking][:10]
        return said


def drifted(drift: Drift, change: SurfaceChange) -> str:
    """One breaking change, with the workflows that it hits."""
    short = change.operation.rpartition(".")[2]
    hit = sorted(w for w, ops in drift.hit.items() if any(op.rpartition(".")[2] == short for op in ops))
    says = f" (hits {', '.join(hit)})" if hit else ""
    return f"{drift.subject.unit}: {change.operation} {change.what}{says}"


def look_again(
    folder: Folder,
    *,
    plan: Plan | None = None,
    max_requests: int = 100,
    progress: Progress = silent,
    secrets: Mapping[str, str] | None = None,
    encode: Encode | None = None,
) -> Watched:
    """Collects one bundle and compares it with the newest one before.

    Raises:
        Conflict, Refused: as for a collection.
    """
    before = _newest(folder.path)
    result = measure(folder, plan=plan, max_requests=max_requests, progress=progress, secrets=secrets, encode=encode)
    if before is None:
        return Watched(result, None)
    return Watched(result, compare_targets(before, folder.path), _drift(result.bundle_path))


def _newest(folder: Path) -> Path | None:
    try:
        return newest_bundle(folder)
    except BadInput:
        return None


def _drift(place: Path) -> tuple[Drift, ...]:
    from probes.bundle import Bundle

    bundle = Bundle.open(place)
    try:
        return tuple(found for found in bundle.all(Drift) if found.hit)
    finally:
        bundle.close()
