"""What an engagement says about one system: where it is, who asks, what may be written, when.

Secrets are references only: `${NAME}` (environment) or `keyring:service/user`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, field_validator, model_validator

from runtime.written import Strict

Role = Literal["crm", "billing", "usage", "logistics", "identity", "knowledge", "ticketing", "other"]
Protocol = Literal["rest", "soap", "graphql", "json-rpc", "mcp"]
Holder = Literal["audit", "agent", "enforcer"]
Autonomy = Literal["act", "approve", "observe", "blocked"]

_REFERENCE = re.compile(r"(\$\{[A-Z][A-Z0-9_]*\}|keyring:[^\s]+)")


def _reference(value: str) -> str:
    if not _REFERENCE.fullmatch(value):
        raise ValueError("a secret stands here only by reference: write ${NAME} or keyring:service/user")
    return value


Secret = Annotated[str, AfterValidator(_reference)]


class Environment(Strict):
    url: str = Field(description="base address; ${NAME} is taken from the environment")


class Credential(Strict):
    """How one holder proves who it is. RFC 6750 (bearer), RFC 7617 (basic), RFC 6749 section 4.4 (client credentials)."""

    scheme: Literal["bearer", "api_key", "basic", "oauth2", "session"]
    token: Secret | None = None
    header: str = "X-API-Key"
    key: Secret | None = None
    user: str | None = None
    password: Secret | None = None
    token_url: str | None = Field(None, description="absolute, or a path on the system's own address")
    client_id: str | None = None
    client_secret: Secret | None = None
    scope: str | None = None
    rights: list[str] = Field(
        default_factory=list, description="what the vendor lets this credential do, in its own words"
    )

    @property
    def granted(self) -> list[str]:
        """The vendor's rights: as listed, and every OAuth scope."""
        return [*self.rights, *(self.scope or "").split()]

    @model_validator(mode="after")
    def _complete(self) -> Credential:
        needed = {
            "bearer": ["token"],
            "api_key": ["key"],
            "basic": ["user", "password"],
            "oauth2": ["token_url", "client_id", "client_secret"],
            "session": ["token"],
        }
        missing = [name for name in needed[self.scheme] if getattr(self, name) is None]
        if missing:
            raise ValueError(f"scheme {self.scheme} needs {', '.join(missing)}")
        return self


class Writes(Strict):
    """What cxready may write on staging, on which test customer, and with what example."""

    allowed: bool = False
    example: dict[str, Any] = Field(
        default_factory=dict, description="values for a disposable record, by field name; or by operation"
    )
    max_records: int = Field(10, ge=0, le=50)
    reversible_only: bool = True
    test_customer: str | None = None


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


class Network(Strict):
    """The way out: a proxy, and whom to trust. TLS checking cannot be switched off."""

    proxy: str | None = Field(
        None,
        description="address or ${NAME}; `direct`: none, whatever the environment says; default: the environment's",
    )
    no_proxy: list[str] = Field(
        default_factory=list, description="hosts and domains that are reached without the proxy"
    )
    ca: str = Field("system", description="`system`, or a PEM file inside the folder")
    client_certificate: str | None = Field(None, description="a PEM file inside the folder: certificate and key")
    client_certificate_password: Secret | None = None


class SystemSettings(Strict):
    role: Role
    protocol: Protocol = "rest"
    description: str | None = Field(
        None,
        description="OpenAPI document, WSDL, GraphQL schema, OpenRPC document or saved tools/list, a path inside the folder",
    )
    production_description: str | None = Field(
        None, description="production's own description, a path inside the folder; compared, never called"
    )
    contract_tests: str | None = Field(
        None, description="JUnit report of the interface's contract tests, a path inside the folder"
    )
    environments: dict[Literal["staging", "production"], Environment]
    credentials: dict[Holder, Credential] = Field(default_factory=dict)
    writes: Writes = Field(default_factory=Writes)
    windows: list[Window] = Field(default_factory=list)
    network: Network | None = None
    attack_probes: bool = Field(False, description="over-limit calls and other attack-like probes are allowed here")
    owner: str | None = Field(None, description="who owns changes to this system's interface")
    joins: dict[str, str] = Field(
        default_factory=dict, description="field of this system → `system.field` that carries the same key"
    )

    @model_validator(mode="after")
    def _has_staging(self) -> SystemSettings:
        if "staging" not in self.environments:
            raise ValueError("environments needs `staging`: nothing is ever measured in production")
        return self
