"""The catalogue: every question, put together from probes, kb_audit and installed packages; and what collects for them.

Version `2026.1`. Ids are stable: added or retired, never reused. Packages add probes by the entry point group
`cxready.probes` (attribute `api = 1`); one that cannot be loaded is a remark, not a crash.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from probes.artifact import Artifact
from probes.derive.run import Deriver
from probes.finding import DIMENSIONS, Dimension
from probes.gather.gatherer import Gatherer
from probes.probe import BY_ROLE, Probe

VERSION = "2026.1"
API = 1
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Catalogue:
    """Questions, and the highest level that the first assessment asks about, by dimension."""

    version: str
    probes: tuple[Probe, ...]

    @property
    def highest(self) -> Mapping[Dimension, int]:
        return {
            d: max((p.level for p in self.probes if _asked_of(p, d) and not p.later), default=1) for d in DIMENSIONS
        }


@dataclass(frozen=True)
class Collection:
    """Everything that a collection uses, in no particular order."""

    kinds: Mapping[str, type[Artifact]]
    gatherers: Sequence[Gatherer]
    derivers: Sequence[Deriver]


@cache
def catalogue() -> Catalogue:
    """All questions; light: nothing that gathers is imported by a probe's module but its artifacts."""
    from kb_audit.probes.catalogue import PROBES as OF_KNOWLEDGE
    from probes.api.questions import PROBES as OF_SYSTEMS
    from probes.escalation.catalogue import PROBES as OF_ESCALATION
    from probes.guardrails.catalogue import PROBES as OF_GUARDRAILS

    classes: tuple[Callable[[], Probe], ...] = (*OF_SYSTEMS, *OF_KNOWLEDGE, *OF_GUARDRAILS, *OF_ESCALATION, *_plugins())
    return Catalogue(VERSION, tuple(found() for found in classes))


def collection() -> Collection:
    """Artifacts, gatherers and derivers of the whole house."""
    from kb_audit import collecting as knowledge
    from kb_audit import system_readings
    from probes.api import questions as systems
    from probes.derive import guardrails, volume
    from probes.escalation import catalogue as escalation
    from probes.gather import guardrail_attacks, handoff_drill

    gatherers: tuple[Gatherer, ...] = (
        *systems.GATHERERS,
        knowledge.GATHERER,
        system_readings.GATHERER,
        guardrail_attacks.GATHERER,
        handoff_drill.GATHERER,
    )
    derivers: tuple[Deriver, ...] = (
        *systems.DERIVERS,
        *escalation.DERIVERS,
        volume.DERIVER,
        guardrails.DERIVER,
        knowledge.DERIVER,
    )
    classes: set[type[Artifact]] = {kind for gatherer in gatherers for kind in gatherer.gives}
    classes |= {kind for deriver in derivers for kind in deriver.gives}
    classes |= {kind for probe in catalogue().probes for kind in probe.needs}
    classes |= {*knowledge.ARTIFACTS, *escalation.ARTIFACTS}
    return Collection({kind.kind: kind for kind in sorted(classes, key=lambda k: k.kind)}, gatherers, derivers)


def _asked_of(probe: Probe, dimension: Dimension) -> bool:
    return dimension in ("crm", "api") if probe.dimension == BY_ROLE else probe.dimension == dimension


def _plugins() -> list[Callable[[], Probe]]:
    from importlib.metadata import entry_points

    found: list[Callable[[], Probe]] = []
    for point in entry_points(group="cxready.probes"):
        try:
            loaded = point.load()
        except Exception as error:
            log.warning("probe %s of an installed package could not be loaded: %s", point.name, error)
            continue
        if getattr(loaded, "api", None) == API:
            found.append(loaded)
    return found
