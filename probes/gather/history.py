"""What the test customer has been through, read across channels from the CRM."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from probes.artifact import Artifact, Missing, Shot
from probes.finding import Subject
from probes.gather.envelope import plain
from probes.gather.gatherer import cause_of_answer, missing
from probes.gather.read_choice import reads
from probes.gather.samples import records_of
from probes.gather.session import Session
from runtime.estate import Estate
from runtime.systems.exchange import Seen, Why
from runtime.systems.surface import Operation

_HISTORY = re.compile(
    r"interaction|history|activit|timeline|conversation|correspondence|contacts?histor|engagement", re.IGNORECASE
)


class History(Artifact):
    """The test customer's history. `operation` is empty when the description offers none."""

    kind: ClassVar[str] = "history"

    operation: str = ""
    entries: int = 0
    channels: tuple[str, ...] = ()
    dated: bool = False
    summarised: bool = Field(False, description="entries say what it was about")
    shot: Shot | None = None


def history_operation(estate: Estate, system: str) -> Operation | None:
    """The read that lists what a customer has been through."""
    found = [op for op in reads(estate, system) if _HISTORY.search(op.id) or _HISTORY.search(op.path)]
    return next((op for op in found if not re.search("audit", op.id, re.IGNORECASE)), None)


def history_of(session: Session, system: str) -> Artifact | Missing:
    subject, operation = Subject(unit=system), history_operation(session.estate, system)
    if operation is None and not session.surface(system).digest:
        return missing(History, subject, "no_input", f"{system} has no description that could name a history")
    if operation is None:
        return History(subject=subject, measured_at=session.now)
    arguments, lacking = session.samples.arguments(session.estate, system, operation, session.now)
    if lacking:
        return missing(History, subject, "needs", f"no value for {', '.join(lacking)} of {operation.id}")
    written = session.settings(system).writes.example.get(operation.id)
    arguments |= written if isinstance(written, Mapping) else {}
    exchange = session.reader(system).call(
        operation.id, arguments, why=Why("read the customer's history", "history_readable", session.run)
    )
    if exchange.seen is not Seen.OK:
        return missing(
            History, subject, cause_of_answer(exchange), f"{operation.id} answered {exchange.status or exchange.seen}"
        )
    entries = [e for e in records_of(exchange.body) or [] if isinstance(e, Mapping)]
    if not entries:
        return missing(
            History,
            subject,
            "needs",
            "the test customer has no history",
            "record a contact of the test customer on each channel, or name another test customer, and collect again",
        )
    return History(
        subject=subject,
        measured_at=session.now,
        operation=operation.id,
        entries=len(entries),
        channels=tuple(
            sorted(
                {
                    str(v)[:30]
                    for e in entries
                    for k, v in e.items()
                    if plain(str(k)) in ("channel", "channeltype", "medium", "source", "type", "kind")
                }
            )
        ),
        dated=all(any(re.match(r"\d{4}-\d\d-\d\d", str(v)) for v in e.values()) for e in entries),
        summarised=all(any(isinstance(v, str) and " " in v.strip() for v in e.values()) for e in entries),
        shot=session.shot(exchange),
    )
