"""What questions and operations relate to in published frameworks: rows for print and JSON. Relates to, never complies with."""

from __future__ import annotations

from pydantic import Field

from assess.out import Out


class Relation(Out):
    """One entry of one edition, as this assessment touches it."""

    id: str = Field(description="framework, edition and entry, like OWASP-LLM:2025/LLM06")
    framework: str = Field(description="name with edition, for print")
    title: str = Field(description="our own words, not the framework's text")
    verified: bool = Field(description="the entry's id and title were seen at their source")
    note: str = ""
    probes: list[str] = Field(default_factory=list)
    met: int = 0
    not_met: int = 0
    not_measured: int = 0
    findings: list[str] = Field(default_factory=list)
    operations: list[str] = Field(default_factory=list, description="sentences about concrete operations")
