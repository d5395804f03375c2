"""What an engagement says about one system: where it is, who asks, what may be written, when.

Secrets are references only: `${NAME}` (environment) or `keyring:service/user`.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from runtime.systems.allowances import SIDE_EFFECTS, SideEffects, Window, Writes
from runtime.written import Strict

__all__ = [
    "SIDE_EFFECTS",
    "Autonomy",
    "Credential",
    "Environment",
    "Holder",
    "Network",
    "Obtained",
    "Protocol",
    "Role",
    "Secret",
    "SideEffects",
    "SystemSettings",
    "Window",
    "Writes",
]

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


class Obtained(Strict):
    by: str
    at: datetime


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
    obtained: Obtained | None = Field(None, description="scheme session: who signed in for it, and when")
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

    @model_validator(mode="after")
    def _people_only_read(self) -> SystemSettings:
        of_people = [holder for holder, credential in self.credentials.items() if credential.scheme == "session"]
        if of_people and self.writes.allowed:
            raise ValueError(
                f"writes.allowed with a person's session ({', '.join(of_people)}): a session only reads; "
                "write `allowed: false`, or give every holder a credential of its own"
            )
        return self
