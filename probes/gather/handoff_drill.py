"""Handoffs handed off for practice: to the real ticket system of the staging estate, marked, few, read back, closed.

At most 12 records a ticket system, spread over its queues; each is in the write ledger before it goes out. Faults
happen
on our side of the connection, the system is never harmed. The clock of retries is simulated: nothing waits for hours.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from probes.artifact import Artifact, Cause, Missing
from probes.escalation.artifacts import AnswerDrill, HandoffDrill, OutageDrill, SilenceDrill
from probes.finding import Subject
from probes.gather.answer_drill import answer_drill
from probes.gather.drill import decide_operation, drillable, open_drill
from probes.gather.drill_delivery import deliveries, outages_of
from probes.gather.drill_plan import groups, plan
from probes.gather.gatherer import Gatherer, cause_of
from probes.gather.session import Session
from probes.gather.silence_drill import silence_drill
from probes.gather.waiting import WAITING
from probes.gather.write_evidence import WriteRoundTrip
from runtime.errors import CxreadyError
from runtime.escalation.destinations.destination import DeliveryFailed
from runtime.estate import Estate

_AFTER_WALLS = (
    "let the agent's credential past the wall (finding session_survives), then run `cxready collect DIR` again"
)
DRILLS: tuple[type[Artifact], ...] = (HandoffDrill, OutageDrill, AnswerDrill, SilenceDrill)


def gather(session: Session) -> Iterator[Artifact | Missing]:
    """Drills each ticket system once; the result stands for every route that leads to one of its queues."""
    for (system, _), names in groups(session.estate).items():
        if session.only_system not in (None, system) or ("handoff drill", system) in session.steps:
            continue
        yield from _group(session, system, names)
        session.steps.add(("handoff drill", system))
    for name, route in session.estate.escalation.routes.items():
        if route.destination not in session.estate.escalation.destinations:
            yield from _missing(
                [name],
                "no_input",
                f"the destination {route.destination!r} is not defined",
                "define it in escalation.yaml",
            )


def _group(session: Session, system: str, names: list[str]) -> Iterator[Artifact | Missing]:
    route = session.estate.escalation.routes[names[0]]
    settings = session.estate.escalation.destinations[route.destination]
    if settings.kind not in ("ticket", "queue"):
        yield from _missing(
            names,
            "not_allowed",
            f"drills are not sent to people by {settings.kind}",
            "name a ticket system as the first destination in escalation.yaml",
        )
    elif not drillable(session.estate, route.destination):
        yield from _missing(
            names,
            "not_allowed",
            f"no test records are allowed in {system}",
            f"set writes.allowed for {system} in engagement.yaml",
        )
    elif settings.kind == "ticket" and session.left(system) < (wanted := _wanted(session.estate, system)):
        yield from _missing(
            names,
            "budget",
            f"a handoff drill on {system} needs at most {wanted} requests, {session.left(system)} are left",
            "raise the budget: `cxready collect DIR --max-requests N`",
        )
    elif walled := session.walled(system):
        yield from _missing(names, "failed", f"{walled}, so no handoff was tried", _AFTER_WALLS)
    elif stays := _stays(session, system, settings.close):
        yield from _missing(
            names,
            "not_reversible",
            f"no drill records are made at {system}: {stays}",
            f"mend {settings.close} of {system} first (finding deletes_stick), then run `cxready collect DIR` again",
        )
    elif system in session.unreachable:
        yield from _missing(names, "unreachable", session.unreachable[system], "make it reachable and collect again")
    else:
        try:
            yield from list(_drilled(session, system, names))
        except (CxreadyError, DeliveryFailed) as error:
            cause: Cause = cause_of(error) if isinstance(error, CxreadyError) else "failed"
            waits = "the same command goes on where it stopped"
            would = waits if cause in WAITING else "look at the message, then collect again"
            yield from _missing(names, cause, str(error), would)


def _stays(session: Session, system: str, close: str | None) -> str:
    """What a trial of this run saw, where what `close` deletes does not go; empty otherwise."""
    trips = (one for one in session.found.values() if isinstance(one, WriteRoundTrip) and one.subject.unit == system)
    return next((t.undo_says for t in trips if close and t.undo == close and t.undone == "not_undone"), "")


def _wanted(estate: Estate, system: str) -> int:
    """All of a drill or nothing: what cannot be closed and read back any more must not be made."""
    return sum(one.count for one in plan(estate) if one.system == system)


def _drilled(session: Session, system: str, names: list[str]) -> Iterator[Artifact]:
    with tempfile.TemporaryDirectory(prefix="cxready-drill-") as folder:
        drill = open_drill(session, system, names, Path(folder))
        try:
            delivered = deliveries(drill)
            outages = list(outages_of(drill))
            cases = [case for case, _ in outages]
            delivered += [seen for case, seen in outages if case.delivered_to == seen.destination]
            first = drill.keys[0]
            place = drill.place_of(first)
            answers = answer_drill(
                session,
                place,
                first,
                drill.routes[names[0]],
                decide_operation(session.estate, session.estate.escalation.destinations[place.name]),
            )
            silence = silence_drill(drill, first)
        finally:
            closed = drill.clean()
    created = len(drill.main.created)
    for name in names:
        at = {"subject": Subject(unit=name), "measured_at": session.now, "destination": drill.routes[name].destination}
        yield HandoffDrill(
            **at,
            system=system,
            delivered=tuple(delivered),
            visible_after_s=round(drill.settle, 2),
            created=created,
            closed=closed,
        )
        yield OutageDrill(**at, deputy=drill.routes[name].deputy or "", cases=tuple(cases))
        yield answers.model_copy(update={"subject": Subject(unit=name)})
        yield silence.model_copy(update={"subject": Subject(unit=name)})


def _missing(names: list[str], cause: Cause, detail: str, would: str) -> Iterator[Missing]:
    for name in names:
        for kind in DRILLS:
            yield Missing(wanted=kind.kind, subject=Subject(unit=name), cause=cause, detail=detail, would_measure=would)


GATHERER = Gatherer(
    "handoff drill",
    plan,
    gather,
    DRILLS,
    level=3,
    cost=60,
    probes=(
        "delivered",
        "delivered_once",
        "alerts",
        "payload_complete",
        "readable",
        "nothing_lost",
        "return_path",
        "agent_stays_silent",
    ),
)
