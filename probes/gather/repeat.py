"""What came of sending the same write twice: safe by key, safe by reading back, or not safe."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from probes.artifact import Artifact, Shot


class RepeatTrial(Artifact):
    """The same write twice. Subject: system and operation."""

    kind: ClassVar[str] = "repeat_trial"

    does: Literal["create", "update", "delete"]
    by: Literal["key", "read_back", "no"]
    offered: bool = Field(description="a key is named by the effects file or the description")
    header: str | None = None
    named: bool = Field(True, description="the effects file names this header, so that the pilot sends it")
    find: str | None = None
    settle_s: float = 0.0
    records: int = Field(1, description="records that exist after the same write was sent twice")
    second_key_honoured: bool | None = None
    pairs: int = Field(1, description="pairs that were sent, each with a key of its own")
    honoured: int | None = Field(None, description="pairs that made one record; None where no key was sent")
    raced: bool | None = Field(
        None, description="a repetition that overtook the first answer made one record; None where none was sent"
    )
    first: Shot | None = None
    second: Shot | None = None
    search: Shot | None = None
