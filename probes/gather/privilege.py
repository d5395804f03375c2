"""Tries each write with the agent's own credential where writes should arrive through the enforcing proxy: the system
must refuse.

What goes through by mistake is in the ledger before, and taken back after.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from probes.finding import Subject
from probes.gather.error_shapes import error_seen
from probes.gather.example_body import example_body
from probes.gather.gatherer import Found, Gatherer, each_system, missing
from probes.gather.guarded import find_operation
from probes.gather.leftovers import close_open
from probes.gather.plan import PlanLine, line, operations_called, surface_of
from probes.gather.read import Answers
from probes.gather.samples import Samples
from probes.gather.session import Session
from probes.gather.undo import take_back, undo_of
from probes.gather.write_evidence import AgentWrite, Privilege, ReadBeyond
from probes.gather.write_targets import Target, targets, uncalled_creates
from runtime.estate import Estate
from runtime.systems.exchange import Seen, Why
from runtime.systems.surface import Operation

NEEDS = 5
OTHERS = 2  # creates that no workflow calls


def gather_system(session: Session, system: str) -> Found:
    """One refused write for each write that workflows call."""
    session.tell(system, "is the agent's own credential refused where it should be?")
    subject, declared = Subject(unit=system), writes_declared(session.estate, system)
    if not session.surface(system).digest:
        yield missing(Privilege, subject, "no_input", f"{system} has no description that names its writes")
        return
    elsewhere = _elsewhere(session.estate, system)
    chosen = _triable(session.estate, system) if declared else []
    if declared and not elsewhere:
        yield missing(
            Privilege,
            subject,
            "needs",
            (
                f"{system} has no credentials `agent` and `enforcer` apart: with one credential for both, "
                "nothing can be refused"
            ),
        )
        return
    if declared and not chosen:
        blocked = next((t for t in targets(session.estate, system) if t.cause), None)
        yield (
            Privilege(
                subject=subject,
                measured_at=session.now,
                writes_declared=declared,
                enforced_elsewhere=elsewhere,
                beyond=_beyond(session, system),
            )
            if blocked is None
            else missing(Privilege, subject, blocked.cause or "needs", blocked.detail)
        )
        return
    tried, untried = [], {}
    for target in chosen:
        enough = session.left(system) > NEEDS
        untriable = session.walled(system) or ("" if enough else "the request budget is used up")
        found = untriable or _try(session, system, target)
        if isinstance(found, AgentWrite):
            tried.append(found)
        else:
            untried[target.name] = found
    if chosen and not tried:
        why = "; ".join(f"{name}: {says}" for name, says in untried.items())
        yield missing(Privilege, subject, "needs", f"no write of {system} could be tried ({why})")
        return
    yield Privilege(
        subject=subject,
        measured_at=session.now,
        writes_declared=declared,
        enforced_elsewhere=elsewhere,
        tried=tuple(tried),
        untried=untried,
        beyond=_beyond(session, system),
    )


def _try(session: Session, system: str, target: Target) -> AgentWrite | str:
    """The write as the system answered it, else why nothing can be said."""
    operation, effect = target.operation, target.effect
    assert operation and effect
    arguments, lacking = example_body(session.samples, session.estate, system, operation, session.now)
    if lacking:
        return f"writes.example gives no value for {', '.join(lacking)}"
    if effect.repeat and effect.does == "create":
        arguments = effect.repeat.carried(arguments, session.reference())
    undo = undo_of(session, system, target.name, effect)
    entry = session.ledger.intend(
        system, target.name, arguments, undo=undo.id if undo else None, undo_arguments={}, run=session.run
    )
    exchange = session.write(
        entry,
        session.system(system, "agent"),
        operation.id,
        arguments,
        why=Why(f"write: try {target.name} with the agent's own credential", "least_privilege", session.run),
    )
    if exchange.seen is Seen.OK:
        body: dict[str, Any] = dict(exchange.body) if isinstance(exchange.body, Mapping) else {}
        session.ledger.created(entry, body)
        take_back(session, entry, system, target.name, effect, arguments, body)
    elif exchange.seen in (Seen.FAULT, Seen.PATH):
        close_open(session, system, target.name)
        return f"the system was not reached: {exchange.status or 'no answer'}"
    else:
        session.ledger.nothing(entry)
    return AgentWrite(
        operation=target.name,
        status=exchange.status,
        refused=exchange.seen is Seen.REFUSED and exchange.status in (401, 403),
        shot=session.shot(exchange),
        error=error_seen(session, "missing right", exchange),
    )


def _triable(estate: Estate, system: str) -> list[Target]:
    """Creates only: one that goes through by mistake can be taken back without knowing a state before it. Those that
    workflows call, and two that none does, where the engagement or the description gives all that they need.
    """
    called = [
        t for t in targets(estate, system) if not t.cause and t.effect and t.effect.does == "create" and t.effect.undo
    ]
    others = [t for t in uncalled_creates(estate, system) if _complete(estate, system, t)]
    return called + others[:OTHERS]


def _complete(estate: Estate, system: str, target: Target) -> bool:
    assert target.operation
    return not example_body(Samples(), estate, system, target.operation, datetime.now(UTC))[1]


def _beyond(session: Session, system: str) -> tuple[ReadBeyond, ...]:
    """What the agent's own credential could read although no workflow calls it; nothing is sent for it."""
    answers = session.get(Answers, system)
    if not isinstance(answers, Answers) or "agent" not in session.holders(system):
        return ()
    called = {operation.id for operation in operations_called(session.estate, system)}
    given = [a.operation for a in answers.answers if a.seen == Seen.OK and a.operation not in called]
    return tuple(ReadBeyond(operation=name, returns=_restricted(session.estate, f"{system}.{name}")) for name in given)


def _restricted(estate: Estate, operation: str) -> tuple[str, ...]:
    """Data in its answer that guardrails.yaml says is never read."""
    effect, rules = estate.effect(operation), estate.guardrails.restricted_data
    return tuple(name for name in (effect.returns if effect else ()) if rules.get(name) == "never_read")


def rights_tried(estate: Estate, system: str) -> list[Target]:
    """What is sent with the agent's own credential, where writes should arrive with another one."""
    return _triable(estate, system) if _elsewhere(estate, system) else []


def _elsewhere(estate: Estate, system: str) -> bool:
    return estate.enforcement == "bundled_proxy" and {"agent", "enforcer"} <= set(estate.systems[system].credentials)


def writes_declared(estate: Estate, system: str) -> int:
    """Operations of the description that write, as the effects file says, else as their method says."""
    written = estate.effects.get(system)
    effects = written.operations if written and written.confirmed else {}

    def writes(operation: Operation) -> bool:
        effect = effects.get(operation.id) or effects.get(operation.id.rpartition(".")[2])
        return effect.does != "read" if effect else not operation.reads

    return sum(writes(op) for op in surface_of(estate, system).operations.values())


def planned(estate: Estate) -> list[PlanLine]:
    """One write a create operation that must be refused; the undo stands by for the case that it is not."""
    lines: list[PlanLine] = []
    for system in estate.systems:
        for target in rights_tried(estate, system):
            undo = find_operation(surface_of(estate, system), str(target.effect.undo)) if target.effect else None
            assert target.operation
            lines.append(
                line(
                    system,
                    target.operation,
                    f"{target.name} with the agent's own credential: must be refused",
                    "least_privilege",
                    1,
                    undo.id if undo else None,
                )
            )
    return lines


GATHERER = Gatherer(
    name="privilege",
    plan=planned,
    run=each_system("privilege", (Privilege,), gather_system),
    gives=(Privilege,),
    level=3,
    cost=25,
    probes=("least_privilege", "enforced_at_api"),
)
