"""The handoffs that a bot hands people today: the last 50 of the ticket export, scored as they stand there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from probes.artifact import Artifact, Missing
from probes.derive.run import Derivation, Deriver
from probes.derive.ticket_file import Ticket, TicketFile
from probes.escalation.artifacts import TodaysHandoffs
from probes.finding import EVERYWHERE, Subject
from runtime.errors import CxreadyError
from runtime.escalation.readability import Score, score
from runtime.estate import Estate, TicketReading

MOST = 50
_SUBJECT = Subject(unit=EVERYWHERE)


def run(derivation: Derivation) -> Iterator[Artifact | Missing]:
    """One artifact for the estate; it says so when no such handoffs are named."""
    estate = derivation.estate
    today = estate.escalation.today
    if today is None:
        yield TodaysHandoffs(subject=_SUBJECT, named=False)
        return
    file = today.file or estate.tickets
    if not file:
        yield _missing("no_input", "no ticket export is named", "name an export under `tickets` in engagement.yaml")
        return
    try:
        yield todays_handoffs(estate, estate.folder / file, today.tag or "")
    except CxreadyError as error:
        yield _missing("failed", str(error), error.do or "mend the export and collect again")


def todays_handoffs(estate: Estate, path: Path, tag: str = "") -> TodaysHandoffs:
    """Reads the export once and keeps 50 tickets, the newest.

    Raises:
        BadInput: the export cannot be read.
    """
    reading = estate.ticket_reading or TicketReading(zone=estate.escalation.zone)
    kept: list[Ticket] = []
    found = 0
    for ticket in TicketFile(path, reading):
        if (tag and tag not in ticket.tags) or not ticket.body.strip():
            continue
        found += 1
        kept.append(ticket)
        if len(kept) > 20 * MOST:
            kept = _newest(kept)
    scored = [_scored(ticket) for ticket in _newest(kept)]
    measured = [one for one in scored if one.measured]
    return TodaysHandoffs(
        subject=_SUBJECT,
        file=path.name,
        tag=tag,
        found=found,
        scores=tuple(one.score for one in measured),
        unscored=dict(Counter(one.language for one in scored if not one.measured).most_common()),
        missing=dict(Counter(part for one in measured for part in _missing_parts(one)).most_common()),
        capped=dict(
            Counter(_fault(why.says) for one in measured for why in one.reasons if why.feature == "cap").most_common()
        ),
    )


def _newest(tickets: list[Ticket]) -> list[Ticket]:
    return sorted(tickets, key=lambda ticket: ticket.created)[-MOST:]


def _scored(ticket: Ticket) -> Score:
    """Subject and body as the person sees them; a subject that the body repeats is shown once."""
    seen = ticket.body if ticket.subject and ticket.subject in ticket.body[:300] else f"{ticket.subject}\n{ticket.body}"
    return score(seen, "text")


def _missing_parts(one: Score) -> list[str]:
    said = next((why.says for why in one.reasons if why.feature == "parts" and why.points < why.of), "")
    return said.removeprefix("does not say ").split(", ") if said else []


def _fault(says: str) -> str:
    """`at most 69: 412 words` → `too many words`: figures away, so that equal faults are counted together."""
    plain = says.partition(": ")[2]
    if re.fullmatch(r"\d+ words", plain):
        return "over 400 words"
    return re.sub(r" of \d+ words$", " of over 55 words", re.sub(r" after \d+ words$", " after 120 words", plain))


def _missing(cause: str, detail: str, would: str) -> Missing:
    return Missing(wanted=TodaysHandoffs.kind, subject=_SUBJECT, cause=cause, detail=detail, would_measure=would)


DERIVER = Deriver(name="handoffs of today", run=run, gives=(TodaysHandoffs,), probes=("todays_handoffs_readable",))
