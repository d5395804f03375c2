"""`effects/<system>.yaml`: what each operation of a system does, above all to money.

Unconfirmed or unlisted operations are unclassified, and an unclassified write is denied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from runtime.guardrails.conditions import Term
from runtime.money import MoneyText
from runtime.written import Strict

REFERENCE = "{reference}"


class CurrencyField(Strict):
    field: str


class MoneyOut(Strict):
    """What leaves the company when the operation succeeds: exactly one of field, before − after, the full value of a record, what is
    computed from records, or a fixed amount."""

    field: str | None = Field(None, description="argument that holds the amount, or a field inside one: amount.value")
    unit: Literal["major", "minor"] = "major"
    currency: CurrencyField | str | None = Field(
        None, description="a field of the request, or an ISO 4217 code; default: the engagement's"
    )
    before: str | None = None
    after: str | None = None
    full_value_of: str | None = None
    computed: Term | None = Field(None, description="from records and arguments, like the prices of the returned items")
    fixed: MoneyText | None = None

    @model_validator(mode="after")
    def _one_way(self) -> MoneyOut:
        ways = [
            self.field is not None,
            self.before is not None and self.after is not None,
            self.full_value_of is not None,
            self.computed is not None,
            self.fixed is not None,
        ]
        if sum(ways) != 1:
            raise ValueError("say exactly one of: field · before and after · full_value_of · computed · fixed")
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
        "reference",
        description="field that carries our own reference in the write (`CustomFields.Key` for one inside another), and parameter of `find`",
    )
    find_with: dict[str, str] = Field(
        default_factory=dict,
        description="parameter of `find` → text with {reference} in it, for systems that search with a query; default: the field `reference` as it is",
    )
    settle_s: float = Field(2.0, ge=0, le=600)

    @model_validator(mode="after")
    def _names_the_reference(self) -> Repeat:
        if self.find_with and not any(REFERENCE in text for text in self.find_with.values()):
            raise ValueError(f"find_with needs {REFERENCE} in one of its texts: what is searched for")
        if self.find_with and self.find is None:
            raise ValueError("find_with says how to ask `find`: name that operation too")
        return self

    def carried(self, arguments: Mapping[str, Any], reference: str) -> dict[str, Any]:
        """The arguments of a write with our reference in its field."""
        name, _, inner = self.reference.partition(".")
        if not inner:
            return {**arguments, name: reference}
        held = arguments.get(name)
        return {**arguments, name: {**(held if isinstance(held, Mapping) else {}), inner: reference}}

    def reference_in(self, record: Any) -> str | None:
        """Our reference as a write or a record carries it."""
        for name in self.reference.split("."):
            record = record.get(name) if isinstance(record, Mapping) else None
        return record if isinstance(record, str) else None

    def asked(self, reference: str) -> dict[str, str]:
        """Arguments of `find` that search for one reference.

        Raises:
            ValueError: a reference with anything but letters, digits, `.`, `_`, `-`, `:` could change the query.
        """
        if not self.find_with:
            return {self.reference: reference}
        if not re.fullmatch(r"[A-Za-z0-9._:-]{1,200}", reference):
            raise ValueError("a reference that a query is built with holds letters, digits, dots and hyphens only")
        return {name: text.replace(REFERENCE, reference) for name, text in self.find_with.items()}


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
    needs_right: str | None = Field(
        None, description="what the vendor calls the right to do it, like an OAuth scope or a key's permission"
    )
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
