"""Values that systems hold and articles state, read from the systems: each read once, only the value is kept.

Kept is only what can be an amount, a percentage, a duration …: anything else at that place might be personal data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from probes.artifact import Artifact, Cause, Missing
from probes.finding import Subject
from probes.gather.gatherer import Gatherer, cause_of, missing
from probes.gather.guarded import find_operation
from probes.gather.plan import PlanLine, line, surface_of
from probes.gather.read_choice import is_read
from probes.gather.session import Session
from runtime.errors import CxreadyError
from runtime.estate import Estate
from runtime.plan import taken_from
from runtime.system_values import SystemValue
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.surface import Operation

MOST_READS = 10
PROBE = "agrees_with_systems"
_PURPOSE = "read a value that articles state"
Asked = tuple[str, str]


class ValueRead(BaseModel):
    """What one place of an answer held; `why` where it could not be taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    place: str
    value: str = ""
    why: str = ""


class SystemValues(Artifact):
    """The values of one system that engagement.yaml names under `knowledge.system_values`."""

    kind: ClassVar[str] = "system_values"

    values: tuple[ValueRead, ...]


def planned(estate: Estate) -> list[PlanLine]:
    """One request for each operation and its arguments, at most ten a system."""
    lines = []
    for system in dict.fromkeys(value.system for value in estate.system_values):
        for operation, _ in _reads(estate, system).values():
            lines.append(line(system, operation, _PURPOSE, PROBE))
    return lines


def gather(session: Session) -> Iterator[Artifact | Missing]:
    """Asks each system for its values; what it refuses is Missing, the next goes on."""
    named = {value.system for value in session.estate.system_values}
    for system in (each for each in session.systems if each in named):
        if ("system_values", system) in session.steps:
            continue
        if system in session.unreachable:
            cause: Cause = "path" if system in session.on_the_way else "unreachable"
            yield missing(SystemValues, Subject(unit=system), cause, session.unreachable[system])
            continue
        try:
            yield _values(session, system)
        except CxreadyError as error:
            yield missing(SystemValues, Subject(unit=system), cause_of(error), str(error))
            continue
        session.finish("system_values", system)


def _values(session: Session, system: str) -> SystemValues:
    session.tell(system, "does it hold what articles say?")
    answers = {
        asked: session.reader(system).call(operation.id, arguments, why=Why(_PURPOSE, PROBE, session.run))
        for asked, (operation, arguments) in _reads(session.estate, system).items()
    }
    read = tuple(
        _taken(value, answers.get(_asked(value))) for value in session.estate.system_values if value.system == system
    )
    return SystemValues(subject=Subject(unit=system), measured_at=session.now, values=read)


def _reads(estate: Estate, system: str) -> dict[Asked, tuple[Operation, dict[str, Any]]]:
    """Operation and arguments of each read; what is no read of the description is never sent."""
    found: dict[Asked, tuple[Operation, dict[str, Any]]] = {}
    for value in estate.system_values:
        operation = find_operation(surface_of(estate, system), value.operation) if value.system == system else None
        if operation and is_read(estate, system, operation) and len(found) < MOST_READS:
            found.setdefault(_asked(value), (operation, value.with_))
    return found


def _asked(value: SystemValue) -> Asked:
    return value.operation, repr(sorted(value.with_.items()))


def _taken(value: SystemValue, answer: Exchange | None) -> ValueRead:
    from kb_audit.system_agreement import claim_of_value

    if answer is None:
        why = f"{value.operation} is no read of its description, or one beyond the {MOST_READS} that are asked"
        return ValueRead(place=value.place, why=why)
    if answer.seen is not Seen.OK:
        return ValueRead(place=value.place, why=f"{value.operation} answered {answer.status or answer.seen}")
    try:
        held = taken_from(answer.body, value.at)
    except KeyError:
        return ValueRead(place=value.place, why=f"the answer of {value.operation} holds nothing at {value.at}")
    if isinstance(held, bool | dict | list) or held is None or claim_of_value(value, str(held)) is None:
        return ValueRead(
            place=value.place,
            why=f"what stands at {value.at} makes no amount, percentage, duration, date or count of the sentence; name its unit",
        )
    return ValueRead(place=value.place, value=str(held))


GATHERER = Gatherer(
    name="system_values",
    plan=planned,
    run=gather,
    gives=(SystemValues,),
    level=4,
    cost=15,
    probes=(f"knowledge.{PROBE}",),
)
