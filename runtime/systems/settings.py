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


_OF_GRANT = {"client_credentials": [], "refresh_token": ["refresh_token"], "jwt_bearer": ["private_key", "subject"]}
Secret = Annotated[str, AfterValidator(_reference)]


class Environment(Strict):
    url: str = Field(description="base address; ${NAME} is taken from the environment")


class Obtained(Strict):
    by: str
    at: datetime


class Credential(Strict):
    """How one holder proves who it is. RFC 6750 (bearer), RFC 7617 (basic), RFC 6749 and RFC 7523 (oauth2), OASIS
    UsernameToken Profile (ws_security).
    """

    scheme: Literal["bearer", "api_key", "basic", "oauth2", "session", "ws_security"]
    token: Secret | None = None
    header: str = "X-API-Key"
    key: Secret | None = None
    user: str | None = None
    password: Secret | None = None
    token_url: str | None = Field(None, description="absolute, or a path on the system's own address")
    client_id: str | None = None
    client_secret: Secret | None = None
    client_auth: Literal["secret_basic", "secret_post"] = Field(
        "secret_basic", description="where the client's secret goes: the header, or the form"
    )
    private_key: str | None = Field(
        None,
        description="instead of a secret (private_key_jwt): ${NAME} or keyring:… that holds a PEM or JWK, or the name of its file",
    )
    key_id: str | None = Field(None, description="`kid` of the key, where the token service asks for one")
    algorithm: (
        Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
        | None
    ) = Field(None, description="default: RS256, ES256 … EdDSA, as the key's type has it")
    audience: str | None = Field(None, description="what the token service calls itself; default: its token address")
    grant: Literal["client_credentials", "refresh_token", "jwt_bearer"] = "client_credentials"
    refresh_token: Secret | None = Field(
        None, description="grant refresh_token; one that is rotated belongs into keyring:…, where the new one is kept"
    )
    subject: str | None = Field(None, description="grant jwt_bearer: the user in whose name the assertion speaks")
    password_type: Literal["digest", "text"] = Field("digest", description="scheme ws_security")
    timestamp: bool = Field(False, description="scheme ws_security: adds a wsu:Timestamp to each message")
    scope: str | None = None
    wait_for_end_s: float = Field(
        60.0, ge=0, le=900, description="a token that lives this long at most is waited out, so that its end is seen"
    )
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
            "oauth2": ["token_url", "client_id", *_OF_GRANT[self.grant]],
            "session": ["token"],
            "ws_security": ["user", "password"],
        }
        missing = [name for name in needed[self.scheme] if getattr(self, name) is None]
        if missing:
            raise ValueError(f"scheme {self.scheme} needs {', '.join(missing)}")
        self._check_proof()
        return self

    def _check_proof(self) -> None:
        """One proof of the client: a secret or a key; a public client only with a refresh token."""
        if self.scheme != "oauth2":
            return
        if self.client_secret is not None and self.private_key is not None:
            raise ValueError("client_secret and private_key are both given: write one of them")
        if self.client_secret is None and self.private_key is None and self.grant != "refresh_token":
            raise ValueError("scheme oauth2 needs client_secret, or private_key")
        if self.private_key is not None and "PRIVATE KEY" in self.private_key:
            raise ValueError("a secret stands here only by reference: write ${NAME}, keyring:… or the name of a file")


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
    def _tokens_in_messages(self) -> SystemSettings:
        wrong = [holder for holder, credential in self.credentials.items() if credential.scheme == "ws_security"]
        if wrong and self.protocol != "soap":
            raise ValueError(
                f"scheme ws_security ({', '.join(wrong)}) stands in SOAP messages; this system speaks {self.protocol}"
            )
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
