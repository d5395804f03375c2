"""Walks one list twice with two page sizes: the same ids, each once, in pages no larger than asked for.

At most five pages a walk; where a list is longer, the beginnings are compared. A list that differs is walked twice
more: somebody may have added a record meanwhile, and only what shows again is the system's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from probes.artifact import Artifact, Missing, Shot
from probes.finding import Subject
from probes.gather.gatherer import cause_of_answer, missing
from probes.gather.page_links import following, ids_of, leads_on, on_own_address, way_of
from probes.gather.plan import operations_called
from probes.gather.read_choice import page_parameters, reads
from probes.gather.session import Session
from runtime.errors import Refused
from runtime.estate import Estate
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.surface import Operation

SIZES = (3, 5)
PAGES = {3: 5, 5: 3}


class Pagination(Artifact):
    """One list, walked twice. `pageable` False: the description declares no list with pages."""

    kind: ClassVar[str] = "pagination"

    pageable: bool
    operation: str = ""
    sizes: tuple[int, ...] = ()
    pages: tuple[int, ...] = ()
    records: tuple[int, ...] = ()
    compared: int = 0
    complete: bool = Field(False, description="both walks reached the end")
    repeated: tuple[str, ...] = ()
    skipped: tuple[str, ...] = Field((), description="ids that one walk met and the other did not")
    oversized: int = Field(0, description="largest number of records above the page size asked for")
    way: str = ""
    links_elsewhere: str = Field("", description="the address that its links name, where it is not the system's own")
    walked: int = Field(1, description="pairs of walks; two where the first pair differed")
    examples: tuple[Shot, ...] = ()

    @property
    def differs(self) -> bool:
        return bool(self.skipped or self.repeated or self.oversized > 0)


def pageable(estate: Estate, system: str) -> list[Operation]:
    """Lists with parameters for size and for the next page; those that workflows call first, then those that need least."""
    found = [op for op in reads(estate, system) if all(page_parameters(op))]
    called = {op.id for op in operations_called(estate, system)}
    return sorted(found, key=lambda op: (op.id not in called, "{" in op.path, sum(p.required for p in op.parameters)))


def walk(session: Session, system: str) -> Artifact | Missing:
    """Two walks over the first list that holds more records than one small page."""
    subject = Subject(unit=system)
    candidates = pageable(session.estate, system)
    if not session.surface(system).digest:
        return missing(Pagination, subject, "no_input", f"{system} has no description that could name a list")
    if not candidates:
        return Pagination(subject=subject, measured_at=session.now, pageable=False)
    best: Artifact | Missing | None = None
    for operation in candidates[:2]:
        arguments, lacking = session.samples.arguments(session.estate, system, operation, session.now)
        if lacking:
            best = best or missing(Pagination, subject, "needs", f"no value for {', '.join(lacking)} of {operation.id}")
            continue
        try:
            found = _confirmed(session, system, operation, arguments)
        except Refused:
            if best is None:
                raise
            return best  # the plan or the budget holds one list only
        if isinstance(found, Missing):
            best = best or found
            continue
        if max(found.records) > SIZES[0]:
            return found
        best = found if not isinstance(best, Pagination) or max(found.records) > max(best.records) else best
    return best or missing(Pagination, subject, "needs", f"no list of {system} could be asked")


def _confirmed(session: Session, system: str, operation: Operation, arguments: dict[str, Any]) -> Pagination | Missing:
    """Two walks; two more where they differ."""
    found = _two_walks(session, system, operation, arguments)
    if isinstance(found, Missing) or not found.differs:
        return found
    again = _two_walks(session, system, operation, arguments)
    if isinstance(again, Missing):
        return again
    return again.model_copy(update={"walked": 2})


def _two_walks(session: Session, system: str, operation: Operation, arguments: dict[str, Any]) -> Pagination | Missing:
    walks = []
    for size in SIZES:
        pages = list(_pages(session, system, operation, arguments, size))
        if pages[-1].seen is not Seen.OK:
            says = f"{operation.id} answered {pages[-1].status or pages[-1].seen} on page {len(pages)}"
            return missing(Pagination, Subject(unit=system), cause_of_answer(pages[-1]), says)
        walks.append(pages)
        if len(pages) == 1 and len(ids_of(pages[0])) < SIZES[0]:
            break
    if all(_stuck(pages, size, operation) for pages, size in zip(walks, SIZES, strict=False)):
        says = f"{operation.id} gave as many records as were asked for, and nothing in the answers leads to more"
        return missing(Pagination, Subject(unit=system), "needs", says)
    return _compared(session, system, operation, walks)


def _stuck(pages: list[Exchange], size: int, operation: Operation) -> bool:
    """One full page and no word about another: the way on is one that we do not know, or there is none."""
    only = pages[0]
    here = len(ids_of(only))
    return len(pages) == 1 and here == size and following(only, operation, size, here) is None and not leads_on(only)


def _compared(session: Session, system: str, operation: Operation, walks: list[list[Exchange]]) -> Pagination:
    ids = [[i for page in pages for i in ids_of(page)] for pages in walks]
    ended = [
        len(pages) < PAGES[size] or not following(pages[-1], operation, size, 0)
        for pages, size in zip(walks, SIZES, strict=False)
    ]
    length = max(map(len, ids)) if all(ended) else min(map(len, ids))
    first, last = ids[0][:length], ids[-1][:length]
    return Pagination(
        subject=Subject(unit=system),
        measured_at=session.now,
        pageable=True,
        operation=operation.id,
        sizes=SIZES[: len(walks)],
        pages=tuple(len(w) for w in walks),
        records=tuple(map(len, ids)),
        compared=length,
        complete=all(ended),
        repeated=tuple(sorted({i for one in ids for i in one if one.count(i) > 1}))[:10],
        skipped=tuple(sorted(set(first) ^ set(last)))[:10],
        oversized=max(len(ids_of(page)) - size for pages, size in zip(walks, SIZES, strict=False) for page in pages),
        way=way_of(walks[0][0], operation),
        links_elsewhere=_elsewhere(session, system, walks[0], operation),
        examples=tuple(session.shot(p) for p in (walks[0][:2] if len(walks[0]) > 1 else walks[0])),
    )


def _pages(
    session: Session, system: str, operation: Operation, arguments: Mapping[str, Any], size: int
) -> Iterator[Exchange]:
    size_name, _ = page_parameters(operation)
    client = session.reader(system)
    why = Why("read one page of a list", "pagination_complete", session.run)
    page = client.call(operation.id, {**arguments, str(size_name): size}, why=why)
    yield page
    met = len(ids_of(page))
    for _ in range(PAGES[size] - 1):
        further = following(page, operation, size, met)
        if page.seen is not Seen.OK or further is None:
            return
        if isinstance(further, str):
            path, _ = on_own_address(further, page, _address(session, system))
            page = client.request("GET", path, why=why)
        else:
            page = client.call(operation.id, {**arguments, str(size_name): size, **further}, why=why)
        yield page
        if not ids_of(page):
            return
        met += len(ids_of(page))


def _elsewhere(session: Session, system: str, pages: list[Exchange], operation: Operation) -> str:
    """The address that a list's links name, where it is not the system's own."""
    for page in pages:
        further = following(page, operation, len(ids_of(page)), len(ids_of(page)))
        if isinstance(further, str) and on_own_address(further, page, _address(session, system))[1]:
            parts = urlsplit(further)
            return f"{parts.scheme}://{parts.netloc}"
    return ""


def _address(session: Session, system: str) -> str:
    """The system's own base address, as its connector has it."""
    transport = getattr(session.reader(system), "transport", None)
    return str(getattr(transport, "base", ""))
