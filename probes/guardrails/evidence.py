"""Artifacts that the guardrail probes judge: what is declared, what is proved, and what attacks found."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from probes.artifact import Artifact, Shot
from runtime.guardrails.certificate import Certificate


class Proof(Artifact):
    """The proof of the limits, as its certificate. `rules` is the number of permits."""

    kind: ClassVar[str] = "proof"

    certificate: Certificate
    rules: int = 0
