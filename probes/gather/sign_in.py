"""Whether a machine signs in by itself: with the own credential, with a renewed token, and not without any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from probes.artifact import Artifact, Missing, Shot
from probes.finding import Subject
from probes.gather.error_shapes import ErrorSeen, error_seen
from probes.gather.gatherer import cause_of, cause_of_answer, missing
from probes.gather.interactive_step import step_in, step_of
from probes.gather.session import Session
from probes.gather.token_end import TokenEnd, token_end
from probes.gather.waiting import WAITING
from runtime.errors import BadInput, CxreadyError, Refused
from runtime.systems.exchange import Exchange, Seen, System, Why
from runtime.systems.settings import Credential
from runtime.systems.surface import Operation


class MachineAuth(Artifact):
    """How the agent proves itself, and whether that worked without a person."""

    kind: ClassVar[str] = "machine_auth"

    scheme: str
    holder: str
    signed_in: bool
    interactive: bool
    token_lifetime_s: float | None = None
    renewed: bool | None = Field(
        None, description="a second token was obtained without a person; None where tokens are not used"
    )
    end: TokenEnd | None = Field(None, description="what a token that no longer holds was answered")
    own_identity: bool = Field(True, description="the agent's credential is not the one of another holder")
    refused_without: bool | None = Field(None, description="the same read without a credential was refused")
    step: str = Field("", description="what a person would have to do, where the refusal asks for it, like a CAPTCHA")
    says: str = ""
    shot: Shot | None = None
    shot_without: Shot | None = None
    error_without: ErrorSeen | None = Field(None, description="the refusal of that read, as an error")


def machine_auth(
    session: Session, system: str, client: System, operation: Operation, arguments: dict[str, Any], first: Exchange
) -> MachineAuth | Missing:
    """What the first read with the agent's credential, a renewed token and no credential at all were answered."""
    signed_in = _signed_in(first)
    if signed_in is None:
        says = (
            f"{operation.id} answered {first.status or 'nothing'} ({first.seen}), which says nothing about signing in"
        )
        return missing(MachineAuth, Subject(unit=system), cause_of_answer(first), says)
    auth = getattr(client, "auth", None)
    lifetime = getattr(auth, "token_lifetime_s", None)
    without = _without(session, system, operation, arguments)
    renewed = _renewed(session, system, client, operation, arguments)
    credential = session.settings(system).credentials.get(client.holder)  # type: ignore[call-overload]
    return MachineAuth(
        subject=Subject(unit=system),
        measured_at=session.now,
        scheme=credential.scheme if credential else "none",
        holder=client.holder,
        signed_in=signed_in,
        interactive=bool(getattr(auth, "interactive", False))
        or (credential is not None and credential.scheme == "session"),
        token_lifetime_s=lifetime,
        renewed=renewed,
        end=token_end(session, system, client, operation, arguments) if signed_in and renewed else None,
        own_identity=_own(session, system, client.holder),
        refused_without=None if without is None else _refused_without(without),
        step="" if signed_in else step_of(first),
        says=f"{operation.id} answered {first.status}{_by_a_person(credential)}",
        shot=session.shot(first),
        shot_without=session.shot(without) if without else None,
        error_without=error_seen(session, "no credential", without) if without else None,
    )


def _by_a_person(credential: Credential | None) -> str:
    if credential is None or credential.scheme != "session":
        return ""
    when = f" on {credential.obtained.at:%Y-%m-%d %H:%M}" if credential.obtained else ""
    return f", with a session that a person obtained{when}"


def _signed_in(first: Exchange) -> bool | None:
    """None where the answer is about something else: a fault, a throttle, a wall, a value that does not fit."""
    if first.ok:
        return True
    if first.seen is Seen.LOGIN_PAGE or (first.seen is Seen.REFUSED and first.status in (401, 403)):
        return False
    return None


def _refused_without(without: Exchange) -> bool | None:
    """Whether a read without a credential was refused; None where the answer does not tell."""
    if without.ok:
        return False
    refused = without.seen is Seen.LOGIN_PAGE or (without.seen is Seen.REFUSED and without.status in (401, 403))
    return True if refused or _is_fault_of_client(without) else None


def _is_fault_of_client(answer: Exchange) -> bool:
    """A SOAP service says no with a fault of its own, at whatever status."""
    return answer.seen is Seen.REFUSED and isinstance(answer.body, Mapping) and "fault" in answer.body


def _renewed(
    session: Session, system: str, client: System, operation: Operation, arguments: dict[str, Any]
) -> bool | None:
    auth = getattr(client, "auth", None)
    if getattr(auth, "scheme", "") != "oauth2" or auth is None:
        return None
    auth.renew()
    why = Why("read with a renewed token", "machine_auth", session.run)
    return _signed_in(client.call(operation.id, arguments, why=why))


def _without(session: Session, system: str, operation: Operation, arguments: dict[str, Any]) -> Exchange | None:
    try:
        return session.nobody(system).call(
            operation.id, arguments, why=Why("ask without a credential", "machine_auth", session.run)
        )
    except (BadInput, Refused) as error:
        if cause_of(error) in WAITING:
            raise
        return None


def _own(session: Session, system: str, holder: str) -> bool:
    """False when another holder of the engagement uses the very same credential."""
    credentials = session.settings(system).credentials
    mine = next((c for h, c in credentials.items() if h == holder), None)
    return mine is None or not any(other == mine for h, other in credentials.items() if h != holder)


def not_signed_in(session: Session, system: str, error: CxreadyError) -> MachineAuth:
    """The token service or the credential's scheme said no before a read could be asked."""
    holders = session.holders(system)
    scheme = session.settings(system).credentials[holders[0]].scheme if holders else "none"
    return MachineAuth(
        subject=Subject(unit=system),
        measured_at=session.now,
        scheme=scheme,
        holder="agent",
        signed_in=False,
        interactive=False,
        step=step_in(str(error)),
        says=error.what,
    )
