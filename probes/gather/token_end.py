"""How a token's end looks, and whether the agent gets over it: waited for where its life is short, else seen on a token
that was spoilt, which a system answers as it answers an ended one (RFC 6750, 3.1: `invalid_token`).

The dead token is sent without the client that would renew it; then that client is made to hold it and asks once: an
answer means that one call met the end and was done once, since a 401 says that nothing was done (RFC 9110, 15.5.2).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from probes.artifact import Shot
from probes.gather.session import Session
from runtime.errors import BadInput, Refused
from runtime.estate import Estate
from runtime.systems.exchange import Exchange, Seen, System, Why
from runtime.systems.surface import Operation

if TYPE_CHECKING:
    from runtime.systems.oauth import OAuth  # brings requests along

LEEWAY_S = 2.0  # clocks differ, and services allow for it
Answered = Literal["unauthorized", "forbidden", "login page", "accepted", "unclear"]


class TokenEnd(BaseModel):
    """One token that no longer holds, and what was answered to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    how: Literal["waited", "spoilt"] = Field(description="its declared life was over, or it was changed by us")
    declared_s: float | None = Field(None, description="life that the token service declared, in seconds")
    answered: Answered
    status: int | None = None
    recovered: bool | None = Field(None, description="a call with the dead token was answered after one renewal")
    shot: Shot | None = None


def token_end(
    session: Session, system: str, client: System, operation: Operation, arguments: dict[str, Any]
) -> TokenEnd | None:
    """None where the client holds no token, or nothing may be asked without it."""
    auth: OAuth | None = getattr(client, "auth", None)
    if auth is None or auth.scheme != "oauth2":
        return None
    declared, most = auth.lifetimes[-1] if auth.lifetimes else None, longest_wait(session.estate, system)
    waits = declared is not None and declared <= most
    token = auth.token() if waits else spoilt(auth.token())
    if waits and declared is not None:
        session.tell(system, f"waiting {declared:.0f} s for the end of a token")
        time.sleep(max(0.0, declared + LEEWAY_S - auth.age_s()))
    dead = _sent(session, system, operation, arguments, token)
    if dead is None:
        return None
    answered = _answered(dead)
    return TokenEnd(
        how="waited" if waits else "spoilt",
        declared_s=declared,
        answered=answered,
        status=dead.status,
        recovered=_recovers(session, client, operation, arguments, token) if answered == "unauthorized" else None,
        shot=session.shot(dead),
    )


def longest_wait(estate: Estate, system: str) -> float:
    """Seconds up to which the end of the agent's token is waited for."""
    credentials = estate.systems[system].credentials
    credential = credentials.get("agent") or next(iter(credentials.values()), None)
    return credential.wait_for_end_s if credential else 0.0


def spoilt(token: str) -> str:
    """The token with some letters before its end changed; the very last may be padding in a signature (RFC 4648, 3.5)."""
    swapped = token[-16:-4].swapcase()
    if swapped == token[-16:-4]:  # digits only
        swapped = swapped.translate(str.maketrans("0123456789", "5678901234"))
    return token[:-16] + swapped + token[-4:] if len(token) >= 16 else token[::-1] + "x"


def _sent(
    session: Session, system: str, operation: Operation, arguments: dict[str, Any], token: str
) -> Exchange | None:
    why = Why("ask with a token that no longer holds", "machine_auth", session.run)
    session.trace.redactor.learn(token)
    try:
        client = session.nobody(system)
        return client.call(operation.id, arguments, headers={"Authorization": f"Bearer {token}"}, why=why)
    except (BadInput, Refused):
        return None


def _answered(dead: Exchange) -> Answered:
    if dead.ok:
        return "accepted"
    if dead.seen is Seen.LOGIN_PAGE:
        return "login page"
    if dead.seen is Seen.REFUSED and dead.status in (401, 403):
        return "unauthorized" if dead.status == 401 else "forbidden"
    return "unclear"


def _recovers(session: Session, client: System, operation: Operation, arguments: dict[str, Any], token: str) -> bool:
    auth: OAuth = client.auth  # type: ignore[attr-defined]
    why = Why("a call that meets the end of its token", "machine_auth", session.run)
    with auth.holding(token):
        return client.call(operation.id, arguments, why=why).ok
