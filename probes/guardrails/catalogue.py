"""The guardrail probes in one list, for the catalogue to take."""

from __future__ import annotations

from probes.guardrails.covers_every_write import CoversEveryWrite
from probes.guardrails.cumulative_limits_hold import CumulativeLimitsHold
from probes.guardrails.defined import Defined
from probes.guardrails.denials_logged import DenialsLogged
from probes.guardrails.discloses_ai import DisclosesAi
from probes.guardrails.enforced_at_api import EnforcedAtApi
from probes.guardrails.escalation_triggers import EscalationTriggers
from probes.guardrails.fits_workflows import FitsWorkflows
from probes.guardrails.high_stakes_gated import HighStakesGated
from probes.guardrails.kill_switch import KillSwitch
from probes.guardrails.limits_proved import LimitsProved
from probes.guardrails.owned import Owned
from probes.guardrails.restricted_data_blocked import RestrictedDataBlocked
from probes.guardrails.restricted_data_named import RestrictedDataNamed
from probes.guardrails.reviewed_with_evidence import ReviewedWithEvidence
from probes.guardrails.survives_bypasses import SurvivesBypasses
from probes.probe import Probe

PROBES: tuple[type[Probe], ...] = (
    Defined, Owned, RestrictedDataNamed, DisclosesAi, CoversEveryWrite, EscalationTriggers, RestrictedDataBlocked, DenialsLogged,
    LimitsProved, EnforcedAtApi, CumulativeLimitsHold, SurvivesBypasses, KillSwitch, HighStakesGated,
    ReviewedWithEvidence, FitsWorkflows,
)  # fmt: skip
