"""The questions of the knowledge dimension, for the catalogue."""

from __future__ import annotations

from kb_audit.probes.agrees_with_guardrails import AgreesWithGuardrails
from kb_audit.probes.agrees_with_systems import AgreesWithSystems
from kb_audit.probes.covers_intents import CoversIntents
from kb_audit.probes.current import Current
from kb_audit.probes.links_alive import LinksAlive
from kb_audit.probes.no_conflicts import NoConflicts
from kb_audit.probes.no_dead_references import NoDeadReferences
from kb_audit.probes.no_duplicates import NoDuplicates
from kb_audit.probes.no_injection import NoInjection
from kb_audit.probes.no_personal_data import NoPersonalData
from kb_audit.probes.owned import Owned
from kb_audit.probes.retrieves import Retrieves
from kb_audit.probes.review_loop import ReviewLoop
from kb_audit.probes.scoped import Scoped
from kb_audit.probes.structured import Structured
from probes.probe import Probe

PROBES: tuple[type[Probe], ...] = (
    Owned, Current, CoversIntents, Structured,
    NoConflicts, NoDuplicates, LinksAlive, NoDeadReferences, Retrieves,
    AgreesWithGuardrails, AgreesWithSystems, Scoped, NoInjection, NoPersonalData,
    ReviewLoop,
)  # fmt: skip
