"""Can the agent write past its limits? Over-limit calls with the agent's own credential, sent straight to the system, and
through the enforcing proxy.

Only where `attack_probes: true` allows it, on the test customer. Each call is in the write ledger before it goes out; one
that succeeds is a finding, and is taken back at once.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from probes.artifact import Artifact, Missing
from probes.finding import Subject
from probes.gather.gatherer import Found, Gatherer, cause_of, missing
from probes.gather.guarded import find_operation
from probes.gather.plan import PlanLine, line, surface_of
from probes.gather.read_back import SETTLE_S, read_back
from probes.gather.samples import field_of
from probes.gather.session import Session
from probes.gather.undo import close_open, take_back, undo_of
from probes.gather.write_evidence import WriteRoundTrip
from probes.guardrails.evidence import Attempt, Enforcement
from runtime.errors import CxreadyError
from runtime.estate import Estate
from runtime.guardrails.cedar import limit_minor, workflows_of
from runtime.guardrails.effects import Effect
from runtime.money import from_minor
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.surface import Operation

PROBE = "enforced_at_api"
OVER_MINOR = 2_000
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


@dataclass(frozen=True)
class Target:
    """One write of an action, as the system declares it."""

    action: str
    system: str
    name: str
    operation: Operation
    effect: Effect

    @property
    def full_name(self) -> str:
        return f"{self.system}.{self.name}"


def targets_of(estate: Estate, action: str) -> list[Target]:
    """Confirmed writes of an action that a description declares."""
    found = []
    for name in estate.guardrails.actions[action].operations:
        system, _, short = name.partition(".")
        effect = estate.effect(name)
        if effect is None or effect.does == "read" or system not in estate.systems:
            continue
        operation = find_operation(surface_of(estate, system), short)
        if operation is not None:
            found.append(Target(action, system, short, operation, effect))
    return found


def _missing(session: Session, subject: Subject, targets: list[Target]) -> Missing | None:
    estate = session.estate
    if not targets:
        return missing(Enforcement, subject, "needs", "no operation of this action is both confirmed and described")
    for target in targets:
        settings = estate.systems[target.system]
        if target.system in session.unreachable:
            return missing(Enforcement, subject, "unreachable", session.unreachable[target.system])
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
        attempt, is_clear = _direct(session, target)
        attempts.append(attempt)
        clear = clear and is_clear
    if session.estate.enforcement == "bundled_proxy":
        attempts += _through_proxy(session, targets)
    return Enforcement(
        subject=subject,
        measured_at=session.now,
        attempts=tuple(attempts),
        clear=clear,
        enforcement=session.estate.enforcement,
    )


def _direct(session: Session, target: Target) -> tuple[Attempt, bool]:
    """The call with the agent's credential, and whether the answer was a clear yes or no."""
    arguments = _arguments(session, target)
    says = _words(session.estate, target, arguments)
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
    entry = session.ledger.intend(
        target.system,
        target.name,
        arguments,
        undo=undo.id if undo else None,
        undo_arguments=before if isinstance(before, Mapping) else {},
        run=session.run,
    )
    exchange = session.system(target.system, "agent").call(
        target.operation.id, arguments, why=Why(f"must be refused: {says}", PROBE, session.run)
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
        status=exchange.status,
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
        status=exchange.status,
        reason=reason if sticks else f"{reason} Whether this write ever sticks is not known.",
        shot=session.shot(exchange),
    )
    return attempt, sticks


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


def _through_proxy(session: Session, targets: list[Target]) -> Iterator[Attempt]:
    """Over-limit calls to the real proxy in front of staging: they must not get any further."""
    from probes.derive.trial_calls import confirmed_facts
    from runtime.guardrails.proxy import serve

    with TemporaryDirectory(prefix="cxready-") as place:
        estate = session.estate
        proxy = serve(
            estate, folder=Path(place), secrets=session.secrets, facts=confirmed_facts(estate), run=session.run
        )
        try:
            for target in targets:
                if estate.systems[target.system].protocol == "rest":
                    yield _proxied(session, target, proxy)
        finally:
            proxy.close()


def _proxied(session: Session, target: Target, proxy: Any) -> Attempt:
    import requests

    from runtime.guardrails.case_context import CaseContext

    arguments = _arguments(session, target)
    says = _words(session.estate, target, arguments)
    customer = session.estate.systems[target.system].writes.test_customer
    allowed = workflows_of(session.estate, session.estate.guardrails.actions[target.action], target.full_name)
    workflow = allowed[0] if allowed and target.effect.money_out else "a-workflow-that-may-not"
    context = CaseContext(workflow=workflow, case=session.reference(), customer=customer, read={})
    in_path = [p.name for p in target.operation.parameters if p.where == "path"]
    path = target.operation.path
    for name in in_path:
        path = path.replace(f"{{{name}}}", str(arguments.get(name)))
    body = {k: v for k, v in arguments.items() if k not in in_path}
    entry = session.ledger.intend(
        target.system, target.name, arguments, undo=target.effect.undo, undo_arguments={}, run=session.run
    )
    with requests.Session() as caller:
        caller.trust_env = False
        answer = caller.request(
            target.operation.method,
            f"{proxy.url}/{target.system}{path}",
            json=body or None,
            headers=proxy.headers(context),
            timeout=30,
        )
    told = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
    undone = ""
    if answer.ok:
        session.ledger.created(entry, told if isinstance(told, dict) else {})
        undone = take_back(session, entry, target.system, target.name, target.effect, arguments, told).says
    else:
        session.ledger.nothing(entry)
    reason = str(told.get("reason", "")) if isinstance(told, dict) else ""
    return Attempt(
        operation=target.full_name,
        way="proxy",
        says=says,
        refused=not answer.ok and bool(answer.headers.get("X-Cxready-Decision")),
        status=answer.status_code,
        reason=reason,
        undone=undone,
    )


def _arguments(session: Session, target: Target) -> dict[str, Any]:
    """The engagement's example with an amount above the limit and our own reference; a path value that nobody gave names no record."""
    arguments, lacking = session.samples.body(session.estate, target.system, target.operation, session.now)
    arguments |= {
        p.name: "cxready-none" for p in target.operation.parameters if p.where == "path" and p.name in lacking
    }
    out = target.effect.money_out
    if out and out.field:
        over = _over(session.estate, target)
        currency = session.estate.guardrails.actions[target.action].limits.currency or session.estate.currency
        arguments[out.field] = str(over) if out.unit == "minor" else from_minor(over, currency)
    reference = target.effect.repeat.reference if target.effect.repeat else "reference"
    if reference in target.operation.body_schema.get("properties", {}):
        arguments[reference] = session.reference()
    return {k: v for k, v in arguments.items() if k.lower() != "idempotency-key"}


def _over(estate: Estate, target: Target) -> int:
    """Clearly above the limit of one call, in minor units."""
    action = estate.guardrails.actions[target.action]
    return 2 * (limit_minor(action, "each", action.limits.currency or estate.currency) or 0) + OVER_MINOR


def _words(estate: Estate, target: Target, arguments: Mapping[str, Any]) -> str:
    out = target.effect.money_out
    if out and out.field:
        currency = estate.guardrails.actions[target.action].limits.currency or estate.currency
        return f"{target.full_name} with {from_minor(_over(estate, target), currency)} {currency}, above the limit of {target.action}"
    return f"{target.full_name}, which only passes the enforcement point"


def planned(estate: Estate) -> list[PlanLine]:
    """One call an operation; should it succeed, reading and taking back."""
    lines: list[PlanLine] = []
    for action in estate.guardrails.actions:
        targets = targets_of(estate, action)
        if all(estate.systems[t.system].attack_probes and estate.systems[t.system].writes.allowed for t in targets):
            lines += [one for target in targets for one in _lines(estate, target)]
    return lines


def _lines(estate: Estate, target: Target) -> Iterator[PlanLine]:
    surface = surface_of(estate, target.system)
    undo = (
        find_operation(surface, target.effect.undo)
        if target.effect.undo
        else target.operation
        if target.effect.does == "update"
        else None
    )
    yield line(
        target.system,
        target.operation,
        f"must be refused: {_words(estate, target, {})}",
        PROBE,
        1,
        undo.id if undo else None,
    )
    names = [target.effect.read_back, target.effect.repeat.find if target.effect.repeat else None]
    readers = [found for name in dict.fromkeys(names) if name and (found := find_operation(surface, name))]
    most = 3 if target.effect.does == "update" or target.effect.repeat else 1
    for reader in readers[:1]:
        yield line(target.system, reader, f"read around the attempt on {target.name}", PROBE, most)
    if undo:
        yield line(target.system, undo, f"take back {target.name}, should it have been accepted", PROBE, 1)


GATHERER = Gatherer(
    name="enforcement",
    plan=planned,
    run=gather,
    gives=(Enforcement,),
    level=4,
    cost=20,
    probes=(f"guardrails.{PROBE}", PROBE),
)
