"""Finds the test customer in the CRM the way customers name themselves, and reads what they have been through."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from probes.artifact import Artifact, Missing, Shot
from probes.finding import Subject
from probes.gather.envelope import plain
from probes.gather.gatherer import Found, Gatherer, cause_of_answer, each_system, missing
from probes.gather.history import History, history_of, history_operation
from probes.gather.plan import PlanLine, line
from probes.gather.read_choice import reads, search_parameters
from probes.gather.samples import records_of, test_customer
from probes.gather.session import Session
from runtime.estate import Estate
from runtime.systems.exchange import Seen, Why
from runtime.systems.surface import Operation

_VALUES = {
    "email": ("email", "emailaddress", "mail"),
    "phone": ("phone", "phonenumber", "mobile", "telephone", "msisdn"),
    "order": ("orderid", "ordernumber", "orderno", "order"),
}


class SearchSeen(BaseModel):
    """One search. `by` e-mail, phone or order; the value itself is not kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str
    offered: bool
    found: bool = False
    matches: int = 0
    operation: str = ""
    shot: Shot | None = None


class CustomerSearch(Artifact):
    """The test customer searched by what a customer says."""

    kind: ClassVar[str] = "customer_search"

    searches: tuple[SearchSeen, ...]


def gather_system(session: Session, system: str) -> Found:
    """Three searches and one history; asked of the CRM only."""
    if session.settings(system).role != "crm":
        return
    session.tell(system, "can the customer be found, and what happened before?")
    yield _search(session, system)
    yield history_of(session, system)


def search_operation(estate: Estate, system: str) -> Operation | None:
    """The read that takes most of e-mail, phone and order."""
    return max(
        (op for op in reads(estate, system) if search_parameters(op)),
        key=lambda op: len(search_parameters(op)),
        default=None,
    )


def _search(session: Session, system: str) -> Artifact | Missing:
    subject, customer = Subject(unit=system), test_customer(session.estate, system)
    operation = search_operation(session.estate, system)
    if customer is None:
        do = f"name `writes.test_customer` of {system} in engagement.yaml and run `cxready collect DIR` again"
        return missing(CustomerSearch, subject, "needs", "engagement.yaml names no test customer", do)
    if not session.surface(system).digest:
        return missing(CustomerSearch, subject, "no_input", f"{system} has no description that could name a search")
    if operation is None and (written := _written_searches(session, system)):
        return CustomerSearch(
            subject=subject,
            measured_at=session.now,
            searches=tuple(
                _one(session, system, written[kind][0], kind, written[kind][1], customer)
                if kind in written
                else SearchSeen(by=kind, offered=False)
                for kind in _VALUES
            ),
        )
    values = {kind: _known(session, system, names) for kind, names in _VALUES.items()}
    offered = search_parameters(operation) if operation else {}
    lacking = [kind for kind in offered if values.get(kind) is None]
    if operation and lacking:
        return missing(
            CustomerSearch,
            subject,
            "needs",
            f"the test customer's {', '.join(lacking)} is not known: add it to writes.example of {system}",
        )
    asked = [
        _one(session, system, operation, kind, {offered[kind]: values[kind]}, customer)
        if operation and kind in offered
        else SearchSeen(by=kind, offered=False)
        for kind in _VALUES
    ]
    unanswered = next((one for one in asked if isinstance(one, Missing)), None)
    if unanswered:
        return unanswered
    searches = tuple(one for one in asked if isinstance(one, SearchSeen))
    return CustomerSearch(subject=subject, measured_at=session.now, searches=searches)


def _one(
    session: Session, system: str, operation: Operation, kind: str, arguments: Mapping[str, Any], customer: str
) -> SearchSeen | Missing:
    exchange = session.reader(system).call(
        operation.id, arguments, why=Why(f"read the customer by {kind}", "finds_customer", session.run)
    )
    if exchange.seen not in (Seen.OK, Seen.REFUSED) or exchange.status in (401, 403):
        says = f"{operation.id} answered {exchange.status or exchange.seen} to the search by {kind}"
        return missing(CustomerSearch, Subject(unit=system), cause_of_answer(exchange), says)
    found = (
        (records_of(exchange.body) or ([exchange.body] if isinstance(exchange.body, Mapping) else []))
        if exchange.seen is Seen.OK
        else []
    )
    matched = any(str(customer) in {str(v) for v in record.values()} for record in found if isinstance(record, Mapping))
    return SearchSeen(
        by=kind, offered=True, found=matched, matches=len(found), operation=operation.id, shot=session.shot(exchange)
    )


def _written_searches(session: Session, system: str) -> dict[str, tuple[Operation, Mapping[str, Any]]]:
    """Searches in a query language of the system's own, as `writes.example` of the engagement shows them; what is
    searched by is told from the text.
    """
    example = session.settings(system).writes.example
    found: dict[str, tuple[Operation, Mapping[str, Any]]] = {}
    for operation in search_by_text(session.estate, system):
        arguments = example.get(operation.id)
        if isinstance(arguments, Mapping):
            text = " ".join(map(str, arguments.values()))
            kind = "email" if "@" in text else "phone" if re.search(r"\+?\d[\d ()/-]{6,}\d", text) else "order"
            found.setdefault(kind, (operation, arguments))
    return found


def search_by_text(estate: Estate, system: str) -> list[Operation]:
    """Reads that `writes.example` shows how to search with, by a parameter called query, q, filter or search."""
    example = estate.systems[system].writes.example
    history = history_operation(estate, system)
    return [
        op
        for op in reads(estate, system)
        if op.id in example
        and op is not history
        and any(plain(p.name) in ("query", "q", "filter", "search") for p in op.parameters)
    ]


def _known(session: Session, system: str, names: tuple[str, ...]) -> Any:
    example = {plain(k): v for k, v in session.settings(system).writes.example.items()}
    pool = session.samples.seen.get(system, {})
    return next((example[n] for n in names if n in example), None) or next(
        (pool[n][0] for n in names if pool.get(n)), None
    )


def planned(estate: Estate) -> list[PlanLine]:
    """Three searches and one history on the CRM."""
    lines = []
    for system, settings in estate.systems.items():
        if settings.role != "crm":
            continue
        search, history = search_operation(estate, system), history_operation(estate, system)
        if search is None:
            by_text = search_by_text(estate, system)
            lines += [line(system, op, "find the test customer", "finds_customer") for op in by_text]
        lines += (
            [line(system, search, "find the test customer by e-mail, phone and order", "finds_customer", 3)]
            if search
            else []
        )
        lines += [line(system, history, "read the test customer's history", "history_readable")] if history else []
    return lines


GATHERER = Gatherer(
    name="customer",
    plan=planned,
    run=each_system("customer", (), gather_system, of_crm=(CustomerSearch, History)),
    gives=(CustomerSearch, History),
    level=2,
    cost=25,
    probes=("finds_customer", "history_readable"),
)
