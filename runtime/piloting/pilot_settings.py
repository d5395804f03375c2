"""`pilot.yaml`: one workflow's stage, share, hours, approvers, stop rules and retention."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from runtime.written import Strict

Stage = Literal["shadow", "approve", "act"]
STAGES: tuple[Stage, ...] = ("shadow", "approve", "act")


class Charter(Strict):
    """What stops the pilot by itself: upper ends of 95 % intervals."""

    wrong_actions_at_most: float = Field(0.03, ge=0, le=1)
    handoffs_at_most: float = Field(0.5, ge=0, le=1)
    cases_before_act: int = Field(59, ge=1, description="reviewed cases before the stage may rise to act")


class WorkflowPilot(Strict):
    stage: Stage = "shadow"
    share: float = Field(1.0, ge=0, le=1, description="share of cases that the pilot takes")
    hours: str = "00:00-24:00"
    approvers: list[str] = Field(default_factory=list)
    approval_expires_hours: int = Field(72, ge=1)
    charter: Charter = Field(default_factory=Charter)


class Understanding(Strict):
    """When a message counts as understood; `cxready pilot calibrate` measures both."""

    min_score: float = Field(0.45, ge=0, le=1, description="nearness of the nearest utterance (cosine)")
    min_margin: float = Field(0.06, ge=0, le=1, description="lead over the next goal")


class PilotFile(Strict):
    format: Literal[1] = 1
    environment: Literal["staging", "production"] = "staging"
    workflows: dict[str, WorkflowPilot] = Field(default_factory=dict)
    understanding: Understanding = Field(default_factory=Understanding)
    retention_days: int = Field(180, ge=1)
    stopped: bool = False
