"""From the scenes of a trial to an outcome; what was tried is always the bundled runtime, and said so."""

from __future__ import annotations

from collections.abc import Sequence

from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.guardrails.evidence import Scene

BUNDLED = "bundled runtime"
SHOWN = 6


def of_scenes(scenes: Sequence[Scene], *, held: str, broken: str, cause: str, consequence: str = "") -> Outcome:
    """Met when every scene was tried and held. `broken` may hold {name}, the first scene that did not."""
    failed = [scene for scene in scenes if scene.tried and not scene.held]
    if failed:
        evidence = [
            Evidence(says=f"{scene.name}: {scene.says}.", facts=dict(scene.figures)) for scene in failed[:SHOWN]
        ]
        title = broken.format(name=failed[0].name)
        return not_met(title, *evidence, cause=cause, consequence=consequence, subject_of_proof=BUNDLED)
    untried = next((scene for scene in scenes if not scene.tried), None)
    if untried or not scenes:
        return not_measured(
            f"{held}: not measured ({f'{untried.name}: {untried.says}' if untried else 'nothing could be tried'})",
            cause="needs",
            would_measure=(
                "see with `cxready guardrails test DIR --calls FILE` that a small write within the limits is allowed, "
                "then run `cxready collect DIR`"
            ),
        )
    evidence = [Evidence(says=f"{scene.name}: {scene.says}.", facts=dict(scene.figures)) for scene in scenes[:SHOWN]]
    return met(held, *evidence, subject_of_proof=BUNDLED)
