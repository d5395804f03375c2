"""The part of `escalation.yaml` about the way back: who decides, how they are told, and where answers arrive."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from runtime.systems.settings import Secret
from runtime.written import Strict

Tls = Literal["starttls", "tls", "none"]
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Server(Strict):
    """A mail server. `none` sends in the clear and is taken for a server on this machine only."""

    server: str = Field(description="host:port")
    tls: Tls = "starttls"
    user: str | None = None
    password: Secret | None = None

    @property
    def host(self) -> str:
        return self.server.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.server.rpartition(":")[2])

    @model_validator(mode="after")
    def _reachable(self) -> Server:
        if not re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):\d{1,5}", self.server):
            raise ValueError('write the server as "mail.example:587"')
        if self.tls == "none" and self.host not in LOOPBACK:
            raise ValueError("`tls: none` is for a server on this machine only: use starttls or tls")
        if bool(self.user) != bool(self.password):
            raise ValueError("give `user` and `password` together")
        return self


class Mailbox(Server):
    """A mailbox read by IMAP (RFC 9051): to see what arrived, or to take replies."""

    tls: Tls = "tls"
    folder: str = "INBOX"
    authserv_id: str | None = Field(
        None,
        description="name that your own mail gateway writes first in Authentication-Results (RFC 8601); replies count only under it",
    )


class Person(Strict):
    """Somebody who may decide, by an id. The address is where a personal link is sent and a reply comes from."""

    mail: str | None = None

    @field_validator("mail")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,190}", value):
            raise ValueError("write one plain address, like desk.lead@example.org")
        return value


class Answers(Strict):
    """How decisions come back."""

    address: str | None = Field(
        None,
        description="where people open decision links, like https://decide.example; `cxready pilot serve` answers there",
    )
    signed_in_header: str | None = Field(
        None,
        description="header in which your single sign-on names the person; then a link works only for the one it was sent to",
    )
    send_by: str | None = Field(None, description="destination of kind smtp through which personal notices are sent")
    replies: Mailbox | None = Field(None, description="mailbox that replies to notices arrive in")
    silent_hours: float = Field(
        72, gt=0, description="the longest that the agent stays silent in a conversation that a person has"
    )
    remind_at: float = Field(
        0.5, gt=0, lt=1, description="share of the time to the deadline after which people are reminded"
    )
    deputy_at: float = Field(0.8, gt=0, lt=1, description="share after which the route's deputy is told as well")

    @field_validator("address")
    @classmethod
    def _secure(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "https://x")
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ValueError("decision links need https (http is for this machine only)")
        return value.rstrip("/") if value else None
