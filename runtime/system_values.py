"""A value that a system holds and articles state: the sentence that states it, and the read that gives it.

Written in engagement.yaml: `{says: "You can return a phone within {} of delivery.", read: shop.getPolicy, at: /return_days,
unit: days}`.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from runtime.written import Strict

SLOT = "{}"


class SystemValue(Strict):
    """One value. Names of conditions ("business customers") belong into the sentence: they say for whom it holds."""

    says: str = Field(description="the rule as an article would say it, `{}` where the value stands", max_length=300)
    read: str = Field(description="system.operation, an operation that only reads", pattern=r"^[^.\s]+\.\S")
    with_: dict[str, Any] = Field(default_factory=dict, alias="with", description="arguments of the read")
    at: str = Field(description="JSON pointer into the answer (RFC 6901)", pattern=r"^/")
    unit: str = Field("", description="days, hours, %, EUR …, where the answer holds the bare number", max_length=20)

    @field_validator("says")
    @classmethod
    def _one_slot(cls, says: str) -> str:
        if says.count(SLOT) != 1:
            raise ValueError("write the sentence with {} once, where the value stands")
        return says

    @property
    def system(self) -> str:
        return self.read.partition(".")[0]

    @property
    def operation(self) -> str:
        return self.read.partition(".")[2]

    @property
    def place(self) -> str:
        """`shop.getPolicy /return_days`, with its arguments: what tells one value from another."""
        given = ", ".join(f"{name}={value}" for name, value in sorted(self.with_.items()))
        return f"{self.read}{f'({given})' if given else ''} {self.at}"

    def sentence(self, value: object) -> str:
        """The rule with the value in its place."""
        unit = self.unit if self.unit == "%" else f" {self.unit}"
        return self.says.replace(SLOT, f"{value}{unit}".strip())
