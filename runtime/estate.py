"""The estate: everything that users wrote and that the ground floor works with, checked and in one place.

`assess/engagement.py` loads the folder and builds it; probes and runtime only ever receive it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from runtime.escalation.routes import EscalationFile
from runtime.goals import Goal
from runtime.guardrails.effects import Effect, EffectsFile
from runtime.guardrails.policy import GuardrailsFile
from runtime.system_values import SystemValue
from runtime.systems.settings import Network, SystemSettings

AgentKind = Literal["bundled", "http"]
EnforcementKind = Literal["bundled_proxy", "own_gateway", "none"]


@dataclass(frozen=True)
class TicketReading:
    """How a ticket export is to be read where the file does not say it: headings, order of day and month, zone."""

    columns: Mapping[str, str] = field(default_factory=dict)
    dates: Literal["", "day first", "month first"] = ""
    zone: str = "UTC"
    accept_loss: bool = False


@dataclass(frozen=True)
class Estate:
    """What an engagement covers. `folder` is where relative paths start; it may be a bundle's `inputs/`."""

    folder: Path
    organisation: str
    currency: str
    systems: Mapping[str, SystemSettings]
    effects: Mapping[str, EffectsFile]
    guardrails: GuardrailsFile
    goals: Mapping[str, Goal]
    escalation: EscalationFile
    network: Network = field(default_factory=Network)
    agent: AgentKind = "bundled"
    enforcement: EnforcementKind = "bundled_proxy"
    gateway_url: str | None = None
    contact: str = ""
    knowledge: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    review_days: Mapping[str, int] = field(default_factory=dict)
    second_judge: bool = False
    system_values: tuple[SystemValue, ...] = ()
    tickets: str | None = None
    ticket_reading: TicketReading | None = None

    def effect(self, operation: str) -> Effect | None:
        """Confirmed effect of `system.operation`; None when unclassified."""
        system, _, name = operation.partition(".")
        written = self.effects.get(system)
        return written.effect(name) if written else None

    def is_write(self, operation: str) -> bool:
        """True unless the operation is confirmed to be a read: the unknown is treated as a write."""
        effect = self.effect(operation)
        return effect is None or effect.does != "read"

    def writes_of(self, workflow: str) -> list[str]:
        """`system.operation` of each write on any path of a workflow."""
        return [name for name in self.goals[workflow].operations() if self.is_write(name)]
