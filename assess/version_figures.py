"""What changed since the report was last issued, and how levels and own view went through time: rows for print and JSON."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from assess.changes import InputChange
from assess.out import Out
from probes.finding import Dimension


class Mover(Out):
    """One written file that changed, and what it moves by itself; an empty list: nothing."""

    file: str
    moves: list[str] = Field(default_factory=list)


class Since(Out):
    """The page "Changed since version N"."""

    version: int
    issued: date
    same_evidence: bool = Field(description="one bundle: whatever moved was moved by what people wrote")
    inputs: list[InputChange] = Field(default_factory=list, description="answer old → new, who, when")
    moved: list[str] = Field(default_factory=list, description="levels and gates that moved, in words")
    unmoved: list[str] = Field(default_factory=list, description="levels and gates that did not")
    by_file: list[Mover] = Field(default_factory=list, description="where the evidence is the same")
    mended: list[str] = Field(default_factory=list)
    broken: list[str] = Field(default_factory=list)
    first_measured: list[str] = Field(default_factory=list)
    gone: list[str] = Field(default_factory=list)


class Standing(Out):
    """One issued version, or this one: confirmed against self-assessed."""

    name: str = Field(description="version 1, …, or `now`")
    as_of: date
    confirmed: dict[Dimension, int]
    self_assessed: dict[Dimension, int | None]
