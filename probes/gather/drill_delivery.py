"""Drill handoffs on their way: delivered plainly, twice, four at once and through faults, and read back as a person finds them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from probes.escalation.artifacts import Delivered, OutageCase
from probes.gather.drill import Drill
from probes.gather.drill_destination import Fault, Killed
from probes.gather.drill_handoffs import STOPS, Stop
from probes.gather.drill_plan import ALERT_LOOKS, ALERT_PAUSES_S, FAULTS, plain_queues, queues_of
from runtime.escalation.destinations.destination import DeliveryFailed, Held
from runtime.escalation.readability import score
from runtime.escalation.wording import words


def deliveries(drill: Drill) -> list[Delivered]:
    """Plain, twice, four in parallel, and one in each further queue: each must be there once, and be read back as it
    was sent.
    """
    found = [_sent(drill, STOPS[0], drill.names[0], "sent once")]
    drill.settle = _index_lag(drill, found[0])
    for i, (stop, how) in enumerate(((STOPS[1], "sent twice"), (STOPS[2], "four in parallel")), start=1):
        found.append(_sent(drill, stop, drill.nth(i), how))
    for i, name in enumerate(plain_queues(queues_of(drill.session.estate, drill.names))):
        found.append(_sent(drill, STOPS[i % len(STOPS)], name, "sent once"))
    return found


def _sent(drill: Drill, stop: Stop, route: str, how: str) -> Delivered:
    drill.session.tell(drill.system, f"handing off a disposable case, {how}, and reading it back")
    begun, before = time.monotonic(), _on_the_way(drill)
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
    found = _delivered(drill, stop, route, key, how, time.monotonic() - begun)
    copies, unclear = _own_fault(drill, before, found.copies, found.unclear)
    return found.model_copy(update={"copies": copies, "unclear": unclear})


def _on_the_way(drill: Drill) -> int:
    """Answers so far that were not the systems' own: a proxy's pages, broken ways."""
    return sum(seen.seen.get("path", 0) for seen in drill.session.observed.values())


def _own_fault(drill: Drill, before: int, copies: int, unclear: str) -> tuple[int, str]:
    """A handoff that is lost or doubled while a proxy answered in the system's place says nothing about the system."""
    if copies == 1 or _on_the_way(drill) == before:
        return copies, unclear
    return 0, unclear or "something between this machine and the system answered in its place meanwhile"


def outages_of(drill: Drill) -> Iterator[tuple[OutageCase, Delivered]]:
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
    began, attempts, begun, before = drill.clock, 0, time.monotonic(), _on_the_way(drill)
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
    copies, unclear = _own_fault(drill, before, copies, unclear)
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
    seen = score(held.text, "strict", language=words(drill.routes[route].language)[1])
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
