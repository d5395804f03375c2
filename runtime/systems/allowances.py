"""What an engagement allows on one system: which writes, on whom, with which side effects, and when."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from runtime.written import Strict

Receivers = Literal["none", "test", "real"]
SIDE_EFFECTS = ("mail", "sms", "webhooks", "exports")


class SideEffects(Strict):
    """What a write on staging sets off besides its record: `none`, `test` (only to the test recipient), `real`."""

    mail: Receivers | None = None
    sms: Receivers | None = None
    webhooks: Receivers | None = None
    exports: Receivers | None = Field(
        None, description="files and messages to other systems: ledger, data warehouse, print"
    )


class Writes(Strict):
    """What cxready may write on staging, on which test customer, and with what example."""

    allowed: bool = False
    example: dict[str, Any] = Field(
        default_factory=dict, description="values for a disposable record, by field name; or by operation"
    )
    max_records: int = Field(10, ge=0, le=50)
    reversible_only: bool = Field(
        True, description="only what can be removed or reversed; false: also records that stay, each is listed"
    )
    test_customer: str | None = None
    side_effects: Literal["none"] | SideEffects | None = Field(
        None, description="asked before anything is written: `none`, or an answer for each kind"
    )
    test_recipient: str | None = Field(None, description="who receives what `test` side effects send")

    def sets_off(self, kind: str) -> Receivers | None:
        """The answer for one of SIDE_EFFECTS; None: not answered."""
        if self.side_effects is None or self.side_effects == "none":
            return self.side_effects
        answer: Receivers | None = getattr(self.side_effects, kind)
        return answer

    @model_validator(mode="after")
    def _has_recipient(self) -> Writes:
        if not self.test_recipient and any(self.sets_off(kind) == "test" for kind in SIDE_EFFECTS):
            raise ValueError("side_effects: test needs test_recipient: who receives it?")
        return self


class Window(Strict):
    """When a system may be asked; several windows add up. Days and hours are wall clock times in `zone`."""

    days: str = Field(
        "mon-sun", description="like mon-fri or sat,sun; a window over midnight belongs to the day it opens"
    )
    hours: str = "00:00-24:00"
    zone: str = "UTC"
    writes_only: bool = Field(False, description="speaks about writes alone; reads are free, or mind the other windows")
    starts: date | None = Field(None, description="first day on which it opens")
    ends: date | None = Field(None, description="last day on which it opens")
    holidays: list[date] = Field(default_factory=list, description="days on which it stays shut")

    @field_validator("hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        found = re.fullmatch(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)", value)
        times = [int(part) for part in found.groups()] if found else [99, 0, 99, 0]
        start, end = times[0] * 60 + times[1], times[2] * 60 + times[3]
        if start >= 24 * 60 or end > 24 * 60:
            raise ValueError('write hours like "20:00-23:00"')
        if start == end:
            raise ValueError(f"{value} is no time at all; write 00:00-24:00 for the whole day")
        return value

    @field_validator("days")
    @classmethod
    def _days(cls, value: str) -> str:
        day = r"(mon|tue|wed|thu|fri|sat|sun)"
        if not re.fullmatch(rf"{day}(-{day})?(,{day}(-{day})?)*", value.lower().replace(" ", "")):
            raise ValueError(f"{value} is no range of days; write mon-fri or sat,sun")
        return value

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if not _is_zone(value) and _is_zone("Europe/Berlin"):  # a machine without any zones cannot tell
            raise ValueError(f"{value} is no time zone; write one like Europe/Berlin")
        return value

    @model_validator(mode="after")
    def _order(self) -> Window:
        if self.starts and self.ends and self.ends < self.starts:
            raise ValueError(f"it ends on {self.ends}, before it starts on {self.starts}")
        return self


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
