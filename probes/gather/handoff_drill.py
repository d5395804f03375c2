"""Handoffs handed off for practice: to the real ticket system of the staging estate, marked, few, read back, closed.

At most 12 records a ticket system, spread over its queues; each is in the write ledger before it goes out. Faults
happen
on our side of the connection, the system is never harmed. The clock of retries is simulated: nothing waits for hours.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from probes.artifact import Artifact, Cause, Missing
from probes.escalation.artifacts import AnswerDrill, Delivered, HandoffDrill, OutageCase, OutageDrill
from probes.finding import Subject
from probes.gather.answer_drill import answer_drill
from probes.gather.drill import Drill, decide_operation, drillable, open_drill
from probes.gather.drill_destination import Fault, Killed
from probes.gather.drill_handoffs import STOPS, Stop
from probes.gather.gatherer import Gatherer
from probes.gather.plan import PlanLine, line, surface_of
from probes.gather.session import Session
from runtime.errors import CxreadyError
from runtime.escalation import routes
from runtime.escalation.destinations.destination import DeliveryFailed, Held
from runtime.escalation.destinations.generic_rest import alerts_operation
from runtime.escalation.readability import score
from runtime.estate import Estate
from runtime.systems.surface import Surface

FAULTS: tuple[tuple[Fault, int], ...] = (
    ("refused", 1),
    ("answer lost", 1),
    ("200 with an error", 1),
    ("killed after sending", 1),
)
MOST_PLAIN = 4  # further queues that get a handoff of their own
DRILLS: tuple[type[Artifact], ...] = (HandoffDrill, OutageDrill, AnswerDrill)
ALERT_PAUSES_S = (2.0, 4.0, 8.0, 16.0, 30.0)  # together a minute
ALERT_LOOKS = len(ALERT_PAUSES_S) + 1


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


def groups(estate: Estate) -> dict[tuple[str, str], list[str]]:
    """Routes by the system and the operation that their destination creates records with."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, route in estate.escalation.routes.items():
        settings = estate.escalation.destinations.get(route.destination)
        if settings is not None:
            found.setdefault((settings.system or settings.kind, settings.create or settings.kind), []).append(name)
    return found


def plan(estate: Estate) -> list[PlanLine]:
    """Upper bounds of what the drill sends, by system."""
    lines: list[PlanLine] = []
    for names in groups(estate).values():
        route = estate.escalation.routes[names[0]]
        settings = estate.escalation.destinations[route.destination]
        if settings.kind != "ticket" or not drillable(estate, route.destination):
            continue
        queues = _queues(estate, names)
        many = 3 + len(FAULTS) + len(_plain(queues))
        swept = settings.connector == "request_tracker"
        lines += _lines(
            estate,
            settings,
            {
                "create": many,
                "read": many if swept else many + 2,
                "find": many + 6 if swept else 2 * many + 6,
                "close": many,
                "alerts": len(queues) + ALERT_LOOKS - 1,
            },
        )
        decide = decide_operation(estate, settings)
        if decide and estate.systems[settings.system or ""].attack_probes:
            lines.append(
                line(
                    settings.system or "",
                    surface_of(estate, settings.system or "").operations[decide],
                    "the agent's own credential may not decide",
                    "escalation.return_path",
                )
            )
        deputy = next((estate.escalation.routes[n].deputy for n in names if estate.escalation.routes[n].deputy), None)
        if deputy and drillable(estate, deputy):
            lines += _lines(
                estate, estate.escalation.destinations[deputy], {"create": 1, "read": 1, "find": 3, "close": 1}
            )
    return lines


def _lines(estate: Estate, settings: routes.Destination, counts: dict[str, int]) -> list[PlanLine]:
    if not settings.system:
        return []
    surface = surface_of(estate, settings.system)
    found = []
    for role, count in counts.items():
        name = alerts_operation(settings, surface) if role == "alerts" else getattr(settings, role)
        operation = surface.operations.get(name or "")
        if operation:
            found.append(
                line(
                    settings.system,
                    operation,
                    f"handoff drill: {role}",
                    "escalation.delivered",
                    count,
                    settings.close if role == "create" else None,
                )
            )
    if settings.connector == "request_tracker":
        found += _of_request_tracker(settings.system, surface, counts)
    return found


def _of_request_tracker(system: str, surface: Surface, counts: dict[str, int]) -> list[PlanLine]:
    """RT keeps a ticket's text in attachments and its notifications in the history."""
    base = "/REST/2.0" if any(op.path.startswith("/REST/2.0") for op in surface.operations.values()) else ""
    many = {"attachments": counts.get("read", 0), "history": counts.get("alerts", 0)}
    return [
        PlanLine(
            system=system,
            method="GET",
            path=f"{base}/ticket/{{id}}/{part}",
            purpose=f"handoff drill: {part}",
            probe="escalation.delivered",
            count=count,
        )
        for part, count in many.items()
        if count
    ]


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
    elif system in session.unreachable:
        yield from _missing(names, "unreachable", session.unreachable[system], "make it reachable and collect again")
    else:
        try:
            yield from list(_drilled(session, system, names))
        except (CxreadyError, DeliveryFailed) as error:
            yield from _missing(names, "failed", str(error), "look at the message, then collect again")


def _wanted(estate: Estate, system: str) -> int:
    """All of a drill or nothing: what cannot be closed and read back any more must not be made."""
    return sum(one.count for one in plan(estate) if one.system == system)


def _drilled(session: Session, system: str, names: list[str]) -> Iterator[Artifact]:
    with tempfile.TemporaryDirectory(prefix="cxready-drill-") as folder:
        drill = open_drill(session, system, names, Path(folder))
        try:
            delivered = _deliveries(drill)
            outages = list(_outages(drill))
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


def _deliveries(drill: Drill) -> list[Delivered]:
    """Plain, twice, four in parallel, and one in each further queue: each must be there once, and be read back as it
    was sent.
    """
    found = [_sent(drill, STOPS[0], drill.names[0], "sent once")]
    drill.settle = _index_lag(drill, found[0])
    for i, (stop, how) in enumerate(((STOPS[1], "sent twice"), (STOPS[2], "four in parallel")), start=1):
        found.append(_sent(drill, stop, drill.nth(i), how))
    for i, name in enumerate(_plain(_queues(drill.session.estate, drill.names))):
        found.append(_sent(drill, STOPS[i % len(STOPS)], name, "sent once"))
    return found


def _sent(drill: Drill, stop: Stop, route: str, how: str) -> Delivered:
    drill.session.tell(drill.system, f"handing off a disposable case, {how}, and reading it back")
    begun = time.monotonic()
    key = drill.enqueue(stop, route)
    if how == "four in parallel":
        threads = [threading.Thread(target=drill.run, args=(f"drill-{n}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    elif how == "sent twice":
        drill.run()
        drill.enqueue(stop, route, key)
        drill.run()
    else:
        drill.run()
    return _delivered(drill, stop, route, key, how, time.monotonic() - begun)


def _outages(drill: Drill) -> Iterator[tuple[OutageCase, Delivered]]:
    """The destination fails in four ways and comes back; then it stays away and the deputy must have it."""
    for i, ((fault, times), stop) in enumerate(zip(FAULTS, STOPS[3:], strict=False), start=3):
        yield _outage(drill, stop, drill.nth(i), fault, times)
    with_deputy = next(
        (name for name in drill.names if drill.deputy is not None and drill.routes[name].deputy == drill.deputy.name),
        None,
    )
    if with_deputy:
        yield _outage(drill, STOPS[7], with_deputy, "down for good", 1_000)


def _outage(drill: Drill, stop: Stop, route: str, fault: Fault, times: int) -> tuple[OutageCase, Delivered]:
    drill.session.tell(drill.system, f"handing off while the destination fails: {fault}")
    began, attempts, begun = drill.clock, 0, time.monotonic()
    key = drill.enqueue(stop, route)
    place = drill.place_of(key)
    place.fail(fault, times)
    while attempts < 12 and (row := drill.row(key)) is not None and row.state == "waiting":
        attempts += 1
        if row.doubt and drill.settle:
            time.sleep(drill.settle)
        try:
            drill.run()
        except Killed:
            drill.lease_ends()
        drill.wait_for(key)
    place.fail(None)
    row = drill.row(key)
    last = row if row and row.state == "delivered" else None
    elsewhere = drill.deputy if drill.deputy and last and last.delivered_to == drill.deputy.name else None
    copies = len(drill.look(key)) + (len(drill.look(key, elsewhere)) if elsewhere else 0)
    budget = drill.routes[route].time_to_human_minutes * 60
    unclear = place.unclear.get(key, "") or (elsewhere.unclear.get(key, "") if elsewhere else "")
    case = OutageCase(
        fault=fault,
        route=route,
        budget_s=budget,
        delivered_to=last.delivered_to if last else "",
        copies=copies,
        unclear="" if copies else unclear,
        after_s=round((drill.clock - began).total_seconds(), 1),
        attempts=attempts,
    )
    return case, _delivered(drill, stop, route, key, f"after a fault ({fault})", time.monotonic() - begun, known=True)


def _delivered(
    drill: Drill, stop: Stop, route: str, key: str, how: str, seconds: float, known: bool = False
) -> Delivered:
    """What a person finds: counted by key, read back, scored as it stands there, and who was told."""
    copies, row = drill.seen(key) if known else drill.look(key), drill.row(key)
    common = {
        "stop": stop.stop,
        "route": route,
        "destination": drill.routes[route].destination,
        "seconds": round(seconds, 2),
        "how": how,
    }
    if not copies:
        flaw = row.error if row and row.error else "it cannot be found by its key"
        return Delivered(**common, copies=0, flaws=(flaw,), unclear=drill.place_of(key).unclear.get(key, ""))
    held = _whole(drill, key, copies[0])
    seen = score(held.text, "strict", language="en")
    missing = tuple(why.says for why in seen.reasons if why.feature == "parts" and why.points < why.of)
    lost = tuple(why.says for why in seen.reasons if why.points < why.of or why.feature == "cap")[:3]
    flaws = tuple(filter(None, (row.flaw if row else "").split("; ")))
    alerted, told = _alerts(drill, key)
    return Delivered(
        **common,
        copies=len(copies),
        flaws=flaws,
        score=seen.score,
        language=seen.language,
        measured=seen.measured,
        missing=missing,
        reasons=lost,
        alerted=alerted,
        alert_seconds=told,
    )


def _whole(drill: Drill, key: str, held: Held) -> Held:
    """A list of records often leaves the text away; then the record itself is read."""
    try:
        place = drill.place_of(key)
        return held if held.text else place.held.get(held.id) or place.read(held.id)
    except DeliveryFailed:
        return held


def _alerts(drill: Drill, key: str) -> tuple[tuple[str, ...] | None, float | None]:
    """Looks a few times until somebody was told; None when the destination cannot say."""
    row, begun = drill.row(key), time.monotonic()
    if drill.place_of(key).name in drill.told:
        return None, None  # one look a queue tells: the next handoffs to it are notified in the same way
    for look in range(ALERT_LOOKS):
        try:
            found = drill.place_of(key).alerts(row.remote_id) if row and row.remote_id else None
        except DeliveryFailed:
            return None, None
        if found is None or found:
            drill.told.add(drill.place_of(key).name)
            return None if found is None else tuple(f"{a.team} by {a.channel or 'message'}" for a in found), round(
                time.monotonic() - begun, 2
            )
        if drill.silent or look == ALERT_LOOKS - 1:
            break
        time.sleep(ALERT_PAUSES_S[look])
    drill.silent = True
    drill.told.add(drill.place_of(key).name)
    return (), None


def _index_lag(drill: Drill, first: Delivered) -> float:
    """How long until an own write is found by its key; doubts are settled for one and a half times as long."""
    begun = time.monotonic()
    if first.copies:
        return 0.0
    for _ in range(5):
        time.sleep(2.0)
        if drill.look(drill.keys[0]):
            break
    return 1.5 * (time.monotonic() - begun)


def _queues(estate: Estate, names: list[str]) -> list[str]:
    """One route for each destination of the group."""
    return list({estate.escalation.routes[name].destination: name for name in reversed(names)}.values())[::-1]


def _plain(queues: list[str]) -> list[str]:
    """Queues that none of the other drills reaches."""
    return queues[3 + len(FAULTS) :][:MOST_PLAIN]


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
    probes=("delivered", "delivered_once", "alerts", "payload_complete", "readable", "nothing_lost", "return_path"),
)
