"""`systems.yaml` of a use case: its companies' systems as data: records, and operations that read and write them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from runtime.written import Strict, load

Kind = Literal["get", "find", "create", "update", "cancel"]
KINDS: tuple[Kind, ...] = ("get", "find", "create", "update", "cancel")
_TODAY = re.compile(r"\{today([+-]\d+)?\}")


class Refusal(Strict):
    """An error that an operation answers when arguments, or fields of the record that one names, have these values."""

    when: dict[str, str] = Field(description="argument, or argument.field of the record that it names → value")
    status: int = Field(409, ge=400, le=499)
    kind: str = Field(description="end of the problem's type (RFC 9457), like region-full")
    says: str


class Operation(Strict):
    """Exactly one of get · find · create · update · cancel, with the name of its records."""

    get: str | None = None
    find: str | None = None
    create: str | None = None
    update: str | None = None
    cancel: str | None = None
    by: list[str] = Field(default_factory=list, description="fields that `find` may search for")
    takes: dict[str, str] = Field(
        default_factory=dict,
        description="field of the body → text, long_text, money, currency, list; `?` at the end: optional",
    )
    sets: dict[str, Any] = Field(default_factory=dict, description="fields that the system itself fills in")
    belongs: dict[str, str] = Field(
        default_factory=dict, description="field of the body → records whose account it must be"
    )
    at_most: dict[str, str] = Field(
        default_factory=dict, description="amount of the body → field of the record that another names"
    )
    refuses: list[Refusal] = Field(default_factory=list)
    keeps_key: bool = Field(True, description="honours Idempotency-Key and keeps our reference")

    @model_validator(mode="after")
    def _one_kind(self) -> Operation:
        if sum(getattr(self, kind) is not None for kind in KINDS) != 1:
            raise ValueError("say exactly one of: get · find · create · update · cancel")
        return self

    @property
    def kind(self) -> Kind:
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def of(self) -> str:
        """Which records."""
        return str(getattr(self, self.kind))


class Records(Strict):
    """Records of one kind: `rows` as they stand at the start; ids of new ones begin with `prefix`."""

    key: str = "id"
    prefix: str = "R"
    rows: list[dict[str, Any]] = Field(default_factory=list)


class DeclaredSystem(Strict):
    role: str
    title: str
    records: dict[str, Records]
    operations: dict[str, Operation]


class Fault(Strict):
    """What goes wrong on the way when a call's path, query or body names this text: the n-th time only, or always."""

    system: str
    names: str = Field(description="text in path, query or body")
    method: Literal["GET", "POST", "PATCH"] = "GET"
    does: Literal["down", "html", "lost", "slow", "garbage", "huge"]
    times: int = Field(1_000_000, ge=1, description="how often; `lost` once is a lost answer to a write that was done")


class UseCaseFile(Strict):
    """`systems.yaml`."""

    format: Literal[1] = 1
    title: str
    organisation: str
    says: str = Field(description="what it shows, one sentence")
    currency: str = "EUR"
    customers: list[dict[str, str]] = Field(description="account_id, name and email of everybody who may get mail")
    systems: dict[str, DeclaredSystem]
    faults: list[Fault] = Field(default_factory=list)
    not_repeat_safe: list[str] = Field(
        default_factory=list, description="writes that neither key nor read-back make safe"
    )


def read(path: Path, today: date) -> UseCaseFile:
    """The file with `{today-3}` in its rows replaced.

    Raises:
        BadInput: with file and line.
    """
    written = load(path, UseCaseFile).value
    plain = written.model_dump(mode="python", by_alias=True)
    return UseCaseFile.model_validate(_dated(plain, today))


def _dated(value: Any, today: date) -> Any:
    if isinstance(value, dict):
        return {name: _dated(inner, today) for name, inner in value.items()}
    if isinstance(value, list):
        return [_dated(inner, today) for inner in value]
    return dated(value, today) if isinstance(value, str) else value


def dated(text: str, today: date) -> str:
    """`{today}`, `{today-3}` as ISO 8601 dates."""
    return _TODAY.sub(lambda found: (today + timedelta(days=int(found[1] or 0))).isoformat(), text)
