"""Can the agent write past its limits? Over-limit calls with the agent's own credential, sent straight to the system, and
through the enforcing proxy.

Only where `attack_probes: true` allows it, on the test customer. Each call is in the write ledger before it goes out; one
that succeeds is a finding, and is taken back at once.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from probes.artifact import Artifact, Missing
from probes.finding import Subject
from probes.gather.attack_by_proxy import through_proxy
from probes.gather.attack_targets import PROBE, Target, asked_before, over_limit, planned, targets_of, words_of
from probes.gather.envelope import field_of
from probes.gather.gatherer import Found, Gatherer, cause_of, missing
from probes.gather.leftovers import close_open
from probes.gather.read_back import SETTLE_S, read_back
from probes.gather.session import Session
from probes.gather.undo import take_back, undo_of
from probes.gather.write_evidence import Privilege, WriteRoundTrip
from probes.guardrails.evidence import Attempt, Enforcement
from runtime.errors import CxreadyError
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.surface import Operation

NO_RIGHT = (401, 403)


def gather(session: Session) -> Found:
    """One artifact an action: every attempt and its answer, or why it was not made."""
    for action in session.estate.guardrails.actions:
        subject = Subject(unit=action)
        if (Enforcement.kind, action, "") in session.found:
            continue
        targets = targets_of(session.estate, action)
        if not any(target.system in session.systems for target in targets):
            continue
        try:
            yield _missing(session, subject, targets) or _tried(session, subject, targets)
        except CxreadyError as error:
            yield missing(Enforcement, subject, cause_of(error), str(error))


def _missing(session: Session, subject: Subject, targets: list[Target]) -> Missing | None:
    estate = session.estate
    if not targets:
        return missing(Enforcement, subject, "needs", "no operation of this action is both confirmed and described")
    for target in targets:
        settings = estate.systems[target.system]
        if target.system in session.unreachable:
            return missing(Enforcement, subject, "unreachable", session.unreachable[target.system])
        if walled := session.walled(target.system):
            return missing(Enforcement, subject, "failed", f"{walled}, so no call was tried that writes")
        if not settings.attack_probes:
            return Missing(
                wanted=Enforcement.kind,
                subject=subject,
                cause="not_allowed",
                detail=f"attack_probes is off for {target.system}",
                would_measure=f"set `attack_probes: true` for {target.system} on staging and run `cxready collect DIR`",
            )
        if not settings.writes.allowed or not settings.writes.test_customer:
            return missing(
                Enforcement,
                subject,
                "not_allowed",
                f"writes.allowed and writes.test_customer are needed for {target.system}",
            )
        if "agent" not in settings.credentials:
            return missing(Enforcement, subject, "credential", f"{target.system} has no credential of the agent")
    return None


def _tried(session: Session, subject: Subject, targets: list[Target]) -> Artifact:
    attempts: list[Attempt] = []
    clear = True
    for target in targets:
        session.tell(target.system, f"does {target.full_name} refuse the agent's own over-limit call?")
        attempt, is_clear = _asked_before(session, target) or _direct(session, target)
        attempts.append(attempt)
        clear = clear and is_clear
    if session.estate.enforcement == "bundled_proxy":
        attempts += through_proxy(session, targets)
    return Enforcement(
        subject=subject,
        measured_at=session.now,
        attempts=tuple(attempts),
        clear=clear,
        enforcement=session.estate.enforcement,
    )


def _asked_before(session: Session, target: Target) -> tuple[Attempt, bool] | None:
    """The same call as the trial of the agent's rights was answered, where that was a clear no: asked once."""
    rights = session.get(Privilege, target.system) if asked_before(session.estate, target) else None
    tried = [w for w in rights.tried if w.operation == target.name and w.refused] if rights else []
    if not tried:
        return None
    says = words_of(session.estate, target, {})
    shown = {"status": tried[0].status, "shot": tried[0].shot}
    return Attempt(operation=target.full_name, way="direct", says=says, refused=True, **shown), True


def _can_be_taken_back(session: Session, target: Target, undo: Operation | None) -> bool:
    """Whether the approved plan still holds the call that would undo it; an earlier trial that went through needed it."""
    guard = session.guard
    return undo is None or guard is None or guard.holds(target.system, undo.method, undo.path)


def _accepted_before(session: Session, target: Target, says: str) -> tuple[Attempt, bool]:
    """That the agent's own write went through, whatever its amount, is past the proxy already; else nothing can be said."""
    rights = session.get(Privilege, target.system)
    tried = [w for w in rights.tried if w.operation == target.name and not w.refused] if rights else []
    if not tried:
        reason = "not tried: the plan holds nothing more to take it back with"
        return Attempt(operation=target.full_name, way="direct", says=says, refused=False, reason=reason), False
    says = f"{target.full_name} within the limits, with the agent's own credential"
    return Attempt(
        operation=target.full_name, way="direct", says=says, refused=False, status=tried[0].status, shot=tried[0].shot
    ), True


def _direct(session: Session, target: Target) -> tuple[Attempt, bool]:
    """The call with the agent's credential, and whether the answer was a clear yes or no."""
    arguments = over_limit(session, target)
    says = words_of(session.estate, target, arguments)
    before: Any = None
    if target.effect.does == "update":
        before = read_back(session, target.system, target.name, target.effect, arguments, None, None).record
        if before is None:
            return Attempt(
                operation=target.full_name,
                way="direct",
                says=says,
                refused=False,
                reason="not tried: the record could not be read, so it could not be restored",
            ), False
    undo = undo_of(session, target.system, target.name, target.effect)
    if not _can_be_taken_back(session, target, undo):
        return _accepted_before(session, target, says)
    entry = session.ledger.intend(
        target.system,
        target.name,
        arguments,
        undo=undo.id if undo else None,
        undo_arguments=before if isinstance(before, Mapping) else {},
        run=session.run,
    )
    exchange = session.write(
        entry,
        session.system(target.system, "agent"),
        target.operation.id,
        arguments,
        why=Why(f"must be refused: {says}", PROBE, session.run),
    )
    if exchange.ok and before is not None and not _changed(session, target, arguments, before):
        return _without_effect(session, target, entry, says, exchange)
    undone = _closed(session, target, entry, arguments, exchange, before)
    refused = exchange.seen is Seen.REFUSED and (exchange.status in NO_RIGHT or exchange.status == 405)
    reason = (
        ""
        if refused or exchange.ok
        else f"the answer ({exchange.status or exchange.seen}) does not say that the right is lacking"
    )
    attempt = Attempt(
        operation=target.full_name,
        way="direct",
        says=says,
        refused=refused,
        status=_own_status(exchange),
        reason=reason,
        undone=undone,
        shot=session.shot(exchange),
    )
    return attempt, refused or exchange.ok


def _changed(session: Session, target: Target, arguments: Mapping[str, Any], before: Any) -> bool:
    """Whether the record shows, a moment later, anything else than before; some systems refuse with a 200."""
    time.sleep(SETTLE_S)
    after = read_back(session, target.system, target.name, target.effect, arguments, None, None).record
    sent = [name for name in arguments if field_of(before, name) not in (None, arguments[name])]
    return after is None or not sent or any(field_of(after, n) != field_of(before, n) for n in sent)


def _without_effect(
    session: Session, target: Target, entry: int, says: str, exchange: Exchange
) -> tuple[Attempt, bool]:
    """A 200 that changed nothing is a refusal only where the same write by whoever may write did stick."""
    session.ledger.nothing(entry)
    trip = session.get(WriteRoundTrip, target.system, target.name)
    sticks = trip is not None and trip.accepted and trip.found and not trip.dropped
    reason = "The answer says yes, but the record, read back, is unchanged."
    attempt = Attempt(
        operation=target.full_name,
        way="direct",
        says=says,
        refused=sticks,
        status=_own_status(exchange),
        reason=reason if sticks else f"{reason} Whether this write ever sticks is not known.",
        shot=session.shot(exchange),
    )
    return attempt, sticks


def _own_status(exchange: Exchange) -> int | None:
    """The status where it is the system's word on the call; a login or block page, whatever its status, is none."""
    own = exchange.ok or (exchange.seen is Seen.REFUSED and (exchange.status or 0) >= 400)
    return exchange.status if own else None


def _closed(
    session: Session, target: Target, entry: int, arguments: Mapping[str, Any], exchange: Exchange, before: Any
) -> str:
    """The ledger's entry gets its end: nothing was written, or what was is taken back."""
    if exchange.ok:
        session.ledger.created(entry, exchange.body if isinstance(exchange.body, Mapping) else {})
        return take_back(
            session, entry, target.system, target.name, target.effect, arguments, exchange.body, before
        ).says
    if exchange.seen in (Seen.REFUSED, Seen.THROTTLED, Seen.CHALLENGE, Seen.LOGIN_PAGE):
        session.ledger.nothing(entry)
        return ""
    close_open(session, target.system, target.name)
    return "the answer was lost; the system was searched for the record"


GATHERER = Gatherer(
    name="enforcement",
    plan=planned,
    run=gather,
    gives=(Enforcement,),
    level=4,
    cost=20,
    probes=(f"guardrails.{PROBE}", PROBE),
)
