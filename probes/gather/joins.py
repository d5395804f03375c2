"""Follows the keys that link one system's record to the next one's, as the engagement names them: usage → contract →
invoice.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from probes.artifact import Artifact, Missing, Shot
from probes.finding import Subject
from probes.gather.envelope import plain
from probes.gather.gatherer import Found, Gatherer, cause_of_answer, each_system, missing
from probes.gather.plan import PlanLine, line
from probes.gather.read_choice import reads
from probes.gather.samples import test_customer
from probes.gather.session import Session
from runtime.estate import Estate
from runtime.systems.exchange import Seen, Why
from runtime.systems.surface import Operation

RECORDS = ("crm", "billing", "usage", "logistics", "ticketing")
"""Roles of systems that hold records about a customer's own affairs."""


class JoinSeen(BaseModel):
    """One key followed. `found`: the other system knows the value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str
    to: str
    carried: bool
    found: bool
    operation: str = ""
    shot: Shot | None = None
    says: str = ""


class Joins(Artifact):
    """Keys of one system that other systems should know."""

    kind: ClassVar[str] = "joins"

    joins: tuple[JoinSeen, ...]
    customer_key: str = ""
    unlinked: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="system that the same workflows call, and no chain of named keys leads to"
    )


def gather_system(session: Session, system: str) -> Found:
    """Takes a value that this system gave, and asks the other system for it."""
    session.tell(system, "do its keys lead to the next system?")
    written = session.settings(system).joins
    subject = Subject(unit=system)
    if not written:
        yield Joins(subject=subject, measured_at=session.now, joins=(), unlinked=unlinked(session.estate, system))
        return
    seen: list[JoinSeen] = []
    for name, target in written.items():
        found = _follow(session, system, name, target)
        if isinstance(found, Missing):
            yield found
            return
        seen.append(found)
    apart = unlinked(session.estate, system)
    yield Joins(subject=subject, measured_at=session.now, joins=tuple(seen), unlinked=apart)


def unlinked(estate: Estate, system: str) -> dict[str, tuple[str, ...]]:
    """Systems with a customer's records that share a workflow with this one, and the workflows: no named key, nor a chain
    of them, leads there. Empty for a system without such records.
    """
    if estate.systems[system].role not in RECORDS:
        return {}
    reached, waiting = {system}, [system]
    while waiting:
        here = waiting.pop()
        found = _beside(estate, here) - reached
        reached |= found
        waiting += found
    apart: dict[str, list[str]] = {}
    for workflow, goal in estate.goals.items():
        called = {op.partition(".")[0] for op in goal.operations()} & estate.systems.keys()
        for other in sorted(called - reached if system in called else ()):
            if estate.systems[other].role in RECORDS:
                apart.setdefault(other, []).append(workflow)
    return {other: tuple(workflows) for other, workflows in apart.items()}


def _beside(estate: Estate, system: str) -> set[str]:
    """Systems one named key away, in either direction."""
    forth = {target.partition(".")[0] for target in estate.systems[system].joins.values()} & estate.systems.keys()
    back = {n for n, s in estate.systems.items() if system in {t.partition(".")[0] for t in s.joins.values()}}
    return forth | back


def _follow(session: Session, system: str, name: str, target: str) -> JoinSeen | Missing:
    other = target.partition(".")[0]
    subject = Subject(unit=system)
    if other not in session.estate.systems:
        return missing(
            Joins,
            subject,
            "needs",
            f"joins names {target}, but the engagement has no system {other}",
            f"correct `joins` of {system} in engagement.yaml: {other} is no system",
        )
    values = session.samples.seen.get(system, {}).get(plain(name.rpartition(".")[2]), [])
    if not values:
        if not session.samples.seen.get(system):
            return missing(Joins, subject, "needs", f"{system} gave no record to take {name} from")
        return JoinSeen(field=name, to=target, carried=False, found=False, says=f"no answer of {system} carried {name}")
    if other in session.unreachable:
        return missing(Joins, subject, "unreachable", f"{other}: {session.unreachable[other]}")
    return _ask(session, system, name, target, values[0])


def _ask(session: Session, system: str, name: str, target: str, value: Any) -> JoinSeen | Missing:
    other, _, other_field = target.partition(".")
    known = session.samples.seen.get(other, {}).get(plain(other_field), [])
    if value in known:
        return JoinSeen(
            field=name,
            to=target,
            carried=True,
            found=True,
            says=f"{other} gave the same {other_field} for the same customer",
        )
    for operation in reads(session.estate, other):
        takes = next((p.name for p in operation.parameters if plain(p.name) == plain(other_field)), None)
        arguments, lacking = session.samples.arguments(session.estate, other, operation, session.now)
        if takes is None or [n for n in lacking if n != takes]:
            continue
        exchange = session.reader(other).call(
            operation.id, {**arguments, takes: value}, why=Why("read by another system's key", "joins", session.run)
        )
        if exchange.seen not in (Seen.OK, Seen.REFUSED) or exchange.status in (401, 403):
            says = f"{other}.{operation.id} answered {exchange.status or exchange.seen} to the key {other_field}"
            return missing(Joins, Subject(unit=system), cause_of_answer(exchange), says)
        found = exchange.seen is Seen.OK and str(value) in str(exchange.body)
        return JoinSeen(
            field=name,
            to=target,
            carried=True,
            found=found,
            operation=f"{other}.{operation.id}",
            shot=session.shot(exchange),
            says=f"{other}.{operation.id} answered {exchange.status}",
        )
    if known:
        return JoinSeen(
            field=name,
            to=target,
            carried=True,
            found=False,
            says=(
                f"{system} and {other} gave different values of {other_field} for customer "
                f"{test_customer(session.estate, system)}"
            ),
        )
    return missing(
        Joins,
        Subject(unit=system),
        "needs",
        f"no read operation of {other} takes or gives {other_field}",
        f"describe a read of {other} that takes {other_field}, or correct `joins` of {system} in engagement.yaml",
    )


def key_parameter(operation: Operation, field: str) -> str | None:
    """The parameter of an operation that takes a key."""
    return next((p.name for p in operation.parameters if plain(p.name) == plain(field)), None)


def planned(estate: Estate) -> list[PlanLine]:
    """One read of the other system for each key that is not already seen on both sides."""
    lines = []
    for settings in estate.systems.values():
        for target in settings.joins.values():
            other, _, field = target.partition(".")
            takes = next(
                (op for op in (reads(estate, other) if other in estate.systems else []) if key_parameter(op, field)),
                None,
            )
            if takes:
                lines.append(line(other, takes, f"read by the key {field} of another system", "joins"))
    return lines


GATHERER = Gatherer(
    name="joins",
    plan=planned,
    run=each_system("joins", (Joins,), gather_system),
    gives=(Joins,),
    level=4,
    cost=50,
    probes=("joins",),
)
