"""A collection of systems alone, as a program that tests can kill: `python -m tests.probes.gather.collecting FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from assess.engagement import load_folder
from probes.api.questions import DERIVERS, GATHERERS
from probes.artifact import Artifact
from probes.gather.plan import Plan
from probes.gather.run import CollectResult, collect

KINDS: dict[str, type[Artifact]] = {kind.kind: kind for gatherer in GATHERERS for kind in gatherer.gives}
KINDS |= {kind.kind: kind for deriver in DERIVERS for kind in deriver.gives}


def collected(
    folder: Path,
    secrets: dict[str, str] | None = None,
    *,
    plan: Plan | None = None,
    only_system: str | None = None,
    max_requests: int = 100,
    **more: object,
) -> CollectResult:
    """One collection of a folder with the gatherers of systems."""
    return collect(
        load_folder(folder).estate,
        folder=folder,
        kinds=KINDS,
        gatherers=GATHERERS,
        derivers=DERIVERS,
        plan=plan,
        only_system=only_system,
        max_requests=max_requests,
        secrets=secrets,
        **more,  # type: ignore[arg-type]
    )


if __name__ == "__main__":
    print(collected(Path(sys.argv[1])).bundle_path)
