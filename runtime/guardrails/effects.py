"""`effects/<system>.yaml`: what each operation of a system does, above all to money.

Unconfirmed or unlisted operations are unclassified, and an unclassified write is denied.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from runtime.money import MoneyText
from runtime.written import Strict


class CurrencyField(Strict):
    field: str


class MoneyOut(Strict):
    """What leaves the company when the operation succeeds: exactly one of field, before − after, the full value of a record, or a fixed amount."""

    field: str | None = None
    unit: Literal["major", "minor"] = "major"
    currency: CurrencyField | str | None = Field(
        None, description="a field of the request, or an ISO 4217 code; default: the engagement's"
    )
    before: str | None = None
    after: str | None = None
    full_value_of: str | None = None
    fixed: MoneyText | None = None

    @model_validator(mode="after")
    def _one_way(self) -> MoneyOut:
        ways = [
            self.field is not None,
            self.before is not None and self.after is not None,
            self.full_value_of is not None,
            self.fixed is not None,
        ]
        if sum(ways) != 1:
            raise ValueError("say exactly one of: field · before and after · full_value_of · fixed")
        return self


class CustomerRef(Strict):
    """Whose record is touched: a field of the request, or the owner of a record that a field names."""

    field: str | None = None
    through: str | None = None
    is_: str = Field("crm.account", alias="is")

    @model_validator(mode="after")
    def _one_way(self) -> CustomerRef:
        if (self.field is None) == (self.through is None):
            raise ValueError("say exactly one of: field · through")
        return self


class Repeat(Strict):
    """How a repeated write is made harmless: a key header, and/or a read that finds what was written."""

    key: str | None = Field(None, description="header that carries the idempotency key")
    find: str | None = Field(None, description="operation that finds the written record by our own reference")
    reference: str = Field(
        "reference", description="field that carries our own reference in the write, and parameter of `find`"
    )
    settle_s: float = Field(2.0, ge=0, le=600)


class Effect(Strict):
    does: Literal["read", "create", "update", "delete"]
    money_out: MoneyOut | None = None
    when_absent: Literal["full"] | None = Field(None, description="an empty body means the full value")
    customer: CustomerRef | None = None
    repeat: Repeat | None = None
    undo: str | None = Field(None, description="operation that takes the written record back")
    undo_with: dict[str, str] = Field(
        default_factory=dict, description="argument of `undo` → field of the answer; default: id"
    )
    read_back: str | None = Field(None, description="operation that reads the written record; default: repeat.find")
    returns: list[str] = Field(default_factory=list, description="restricted or personal fields in the answer")
    sends: list[str] = Field(
        default_factory=list, description="fields of the request that leave the company, like a mail's text"
    )


class Confirmed(Strict):
    by: str
    on: str
    surface: str | None = Field(None, description="sha256 of the surface that was read when confirming")


class EffectsFile(Strict):
    format: Literal[1] = 1
    confirmed: Confirmed | None = None
    operations: dict[str, Effect] = Field(default_factory=dict)

    def effect(self, operation: str) -> Effect | None:
        """The confirmed effect of an operation; None when unclassified or not confirmed by a person."""
        return self.operations.get(operation) if self.confirmed else None
