"""Who a call is for: told by the trusted runtime, signed with the run's secret, so that an agent cannot name a customer of its own.

Signing: itsdangerous (HMAC-SHA256, with a time stamp).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runtime.errors import BadInput
from runtime.guardrails.request import Approval
from runtime.systems.settings import Autonomy

HEADER = "X-Cxready-Context"
MAX_AGE_S = 900
MAX_LENGTH = 48_000
_SALT = "cxready.case"


class CaseContext(BaseModel):
    """`read` names what the runtime looked up; the proxy reads records itself and only counts near misses by it. Trials alone hand in the
    records themselves (see proxy.serve, trusts_signed_records).

    `settled`: the runtime read back after an unknown outcome and found that nothing was written.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    workflow: str
    case: str
    customer: str | None = None
    category: str | None = None
    autonomy: Autonomy = "act"
    read: dict[str, Any] = Field(default_factory=dict)
    approval: dict[str, str] | None = Field(None, description="id, digest, by")
    settled: bool = False

    def approved(self) -> Approval | None:
        return (
            Approval(self.approval["id"], self.approval["digest"], self.approval.get("by", ""))
            if self.approval
            else None
        )


def headers(secret: str, token: str, context: CaseContext) -> dict[str, str]:
    """The headers that a trusted runtime sends with a call through the proxy.

    Raises:
        BadInput: more was read than fits into a header; hand in only what the facts look at.
    """
    from itsdangerous import URLSafeTimedSerializer

    signed = URLSafeTimedSerializer(secret, salt=_SALT).dumps(context.model_dump(mode="json"))
    text = signed if isinstance(signed, str) else signed.decode()
    if len(text) > MAX_LENGTH:
        raise BadInput(
            "the case's records are too large to be signed", context.case, "hand in only what the conditions look at"
        )
    return {"Authorization": f"Bearer {token}", HEADER: text}


def verified(secret: str, value: str) -> CaseContext | None:
    """The context, or None when it is absent, forged, older than 15 minutes, or not one."""
    from itsdangerous import BadData, URLSafeTimedSerializer

    if not value or len(value) > MAX_LENGTH:
        return None
    try:
        found: Mapping[str, Any] = URLSafeTimedSerializer(secret, salt=_SALT).loads(value, max_age=MAX_AGE_S)
        return CaseContext.model_validate(found)
    except (BadData, ValidationError):
        return None
