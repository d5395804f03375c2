"""Reads what the agent will read: answers against the declared schema, lists walked twice.

Nothing here writes.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from probes.artifact import Artifact, Shot
from probes.finding import Subject
from probes.gather.answer_schema import answer_faults, schema_for
from probes.gather.envelope import plain
from probes.gather.gatherer import Found, Gatherer, each_system, missing
from probes.gather.pagination import PAGES, Pagination, pageable, walk
from probes.gather.plan import PlanLine, line, surface_of
from probes.gather.read_choice import page_parameters, reads
from probes.gather.samples import records_of, test_customer
from probes.gather.session import Session
from probes.gather.tokens import tokens_of
from runtime.estate import Estate
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.surface import Operation

PAGES_ASKED = 10


class AnswerSeen(BaseModel):
    """One answer against what the description declares for its status. `faults`: required fields missing, other
    types.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    operation: str
    status: int | None
    seen: str
    declared: bool = Field(description="the status is declared with a schema")
    faults: tuple[str, ...] = ()
    request: int = Field(0, description="number of the request in the run; 0: not kept")
    tokens: int | None = Field(None, description="what a model reads of it: its JSON, four characters a token")
    records: int | None = Field(None, description="records of a list; None for one record")
    shot: Shot | None = None


class Answers(Artifact):
    """Every read that could be asked, and which could not and why."""

    kind: ClassVar[str] = "answers"

    answers: tuple[AnswerSeen, ...]
    not_asked: dict[str, str] = Field(default_factory=dict)


def gather_system(session: Session, system: str) -> Found:
    """Each read once, then one list twice."""
    session.tell(system, "do answers look as described?")
    found = ask_all(session, system)
    if found.answers:
        yield found
    else:
        why = (
            "; ".join(f"{name}: {why}" for name, why in found.not_asked.items())
            or "the description holds no read operation"
        )
        yield missing(Answers, Subject(unit=system), "needs", why[:400])
    session.tell(system, "do lists come whole?")
    yield walk(session, system)


def ask_all(session: Session, system: str) -> Answers:
    """Asks every chosen read once; what earlier answers held helps to ask later ones."""
    answers: list[AnswerSeen] = []
    waiting = reads(session.estate, system)
    lacking_of: dict[str, list[str]] = {}
    while waiting:
        ready, lacking_of = _askable(session, system, waiting)
        if not ready:
            break
        for operation, arguments in ready:
            answers.append(_ask(session, system, operation, arguments))
            waiting.remove(operation)
    not_asked = {op.id: "no value for " + ", ".join(lacking_of.get(op.id, [])) for op in waiting}
    return Answers(
        subject=Subject(unit=system), measured_at=session.now, tool=_tool(), answers=tuple(answers), not_asked=not_asked
    )


def _askable(
    session: Session, system: str, waiting: list[Operation]
) -> tuple[list[tuple[Operation, dict[str, Any]]], dict[str, list[str]]]:
    ready, lacking_of = [], {}
    for operation in waiting:
        arguments, lacking = session.samples.arguments(session.estate, system, operation, session.now)
        if lacking:
            lacking_of[operation.id] = lacking
        else:
            ready.append((operation, arguments))
    return ready, lacking_of


def _ask(session: Session, system: str, operation: Operation, arguments: dict[str, Any]) -> AnswerSeen:
    customer = test_customer(session.estate, system)
    of_customer = dict(arguments)
    size, _ = page_parameters(operation)
    customer_filter = _customer_parameter(session.estate, system, operation)
    if customer_filter and customer and customer_filter not in of_customer:
        of_customer[customer_filter] = customer
    if size:
        of_customer[size] = PAGES_ASKED
    exchange = session.reader(system).call(
        operation.id, of_customer, why=Why("read one answer", "description_true", session.run)
    )
    own = customer is not None and customer in {str(v) for v in of_customer.values()}
    session.samples.learn(
        system,
        exchange.body if exchange.seen is Seen.OK else None,
        own=own,
        resource=_resource(operation, exchange.body),
    )
    return _against_description(session, operation, exchange)


def _customer_parameter(estate: Estate, system: str, operation: Operation) -> str | None:
    names = {"accountid", "account", "customerid", "customer"}
    return next((p.name for p in operation.parameters if p.where == "query" and plain(p.name) in names), None)


def _resource(operation: Operation, body: Any) -> str:
    return operation.resource if operation.one_by_path or records_of(body) is not None else ""


def _against_description(session: Session, operation: Operation, exchange: Exchange) -> AnswerSeen:
    promised = session.surface(exchange.system).format != "examples"  # what was called once is no promise
    faults = answer_faults(operation, exchange) if promised else ()
    return AnswerSeen(
        operation=operation.id,
        status=exchange.status,
        seen=str(exchange.seen),
        declared=promised and bool(schema_for(operation, exchange.status)),
        faults=faults,
        request=exchange.n,
        tokens=tokens_of(exchange.body) if exchange.seen is Seen.OK else None,
        records=None if (listed := records_of(exchange.body)) is None else len(listed),
        shot=session.shot(exchange) if faults or exchange.seen is not Seen.OK else None,
    )


def _tool() -> dict[str, str]:
    from importlib.metadata import version

    return {"jsonschema": version("jsonschema")}


def planned(estate: Estate) -> list[PlanLine]:
    """Each read once, one list walked with two page sizes."""
    lines: list[PlanLine] = []
    for system in estate.systems:
        chosen = reads(estate, system)
        lines += [
            line(system, op, "read one answer and compare it with the description", "description_true") for op in chosen
        ]
        listing = pageable(estate, system)
        if listing and surface_of(estate, system).digest:
            most = sum(PAGES.values())
            walk, probe = "walk one list twice, with two page sizes", "pagination_complete"
            once_more = line(system, listing[0], f"{walk}, once more where the walks differ", probe, most)
            lines += [line(system, listing[0], walk, probe, most), once_more.model_copy(update={"spare": True})]
    return lines


GATHERER = Gatherer(
    name="read",
    plan=planned,
    run=each_system("read", (Answers, Pagination), gather_system),
    gives=(Answers, Pagination),
    level=2,
    cost=20,
    probes=(
        "description_true",
        "pagination_complete",
        "latency",
        "joins",
        "finds_customer",
        "history_readable",
        "writes_stick",
        "deletes_stick",
        "repeat_safe",
        "no_lost_updates",
        "notes_writable",
        "audit_trail",
        "least_privilege",
    ),
)
