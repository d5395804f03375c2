"""The state of a handoff drill: the queues of one ticket system, an outbox on disk, and a simulated clock for the
retries.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from probes.gather.drill_destination import DrillDestination
from probes.gather.drill_handoffs import Stop, handoff_of
from probes.gather.plan import surface_of
from probes.gather.session import Session
from runtime.escalation import outbox, routes
from runtime.escalation.destinations import open_destination
from runtime.escalation.destinations.destination import DeliveryFailed, Held
from runtime.escalation.destinations.way import Way
from runtime.escalation.form import Handoff
from runtime.estate import Estate


@dataclass
class Drill:
    """`names` are the routes of one ticket system; `places` its queues by destination, the deputy's among them."""

    session: Session
    system: str
    names: list[str]
    places: dict[str, DrillDestination]
    main: DrillDestination
    deputy: DrillDestination | None
    folder: Path
    clock: datetime
    settle: float = 0.0
    silent: bool = False
    told: set[str] = field(default_factory=set)
    keys: list[str] = field(default_factory=list)
    _route_of: dict[str, str] = field(default_factory=dict)
    _held: dict[tuple[str, str], list[Held]] = field(default_factory=dict)

    @property
    def routes(self) -> dict[str, routes.Route]:
        return self.session.estate.escalation.routes

    def nth(self, n: int) -> str:
        """Routes in turn, one a queue, so that every queue gets something."""
        queues = list({self.routes[name].destination: name for name in reversed(self.names)}.values())[::-1]
        return queues[n % len(queues)]

    def place_of(self, key: str) -> DrillDestination:
        return self.places[self.routes[self._route_of[key]].destination]

    def enqueue(self, stop: Stop, route: str, key: str = "") -> str:
        """Puts a handoff (or the same one again) on its way and returns its key."""
        key = key or self.session.reference()
        self._route_of[key] = route
        if key not in self.keys:
            self.keys.append(key)
        connection = self.open()
        with connection:
            outbox.enqueue(connection, self._handoff(stop, route, key), self.session.estate.escalation, now=self.clock)
        connection.close()
        return key

    def run(self, worker: str = "drill") -> None:
        """Delivers what is due at the simulated time."""
        connection = self.open()
        try:
            outbox.deliver(connection, self.places, now=lambda: self.clock, settle=max(self.settle, 1.0), worker=worker)
        finally:
            connection.close()

    def row(self, key: str) -> outbox.Row | None:
        connection = self.open()
        try:
            return next((row for row in outbox.rows(connection) if row.id == key), None)
        finally:
            connection.close()

    def wait_for(self, key: str) -> None:
        """Moves the clock on to the row's next attempt."""
        row = self.row(key)
        if row is not None and row.state == "waiting":
            self.clock = max(self.clock + timedelta(seconds=1), row.next_at)

    def lease_ends(self) -> None:
        """What a killed worker held becomes free."""
        self.clock += timedelta(seconds=outbox.LEASE_S + 1)

    def look(self, key: str, place: DrillDestination | None = None) -> list[Held]:
        """Every record with the key at its queue (or another place); remembered for cleaning up."""
        place = place or self.place_of(key)
        try:
            found = place.inner.find(key)
        except DeliveryFailed as failed:
            place.unclear[key] = failed.says
            return []
        if found:
            place.unclear.pop(key, None)
        self._held[(place.name, key)] = found
        return found

    def seen(self, key: str) -> list[Held]:
        """What the last look at the key's queue found."""
        return self._held.get((self.place_of(key).name, key), [])

    def clean(self) -> int:
        """Closes everything; returns how many records were closed and read back as such."""
        closed = 0
        for place in self.places.values():
            place.fail(None)
            if place.sweeps:
                closed += place.sweep()
                continue
            for key in dict.fromkeys([*place.pending(), *(k for name, k in self._held if name == place.name)]):
                known = self._held.get((place.name, key))
                many, clean = place.clean(key, known if known else None)
                closed += many if clean else 0
        return closed

    def open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.folder / "outbox.sqlite", timeout=30)
        outbox.prepare(connection)
        return connection

    def _handoff(self, stop: Stop, route: str, key: str) -> Handoff:
        estate, own = self.session.estate, self.routes[route]
        called = [
            op
            for name in (*own.workflows, *estate.goals)
            if name in estate.goals
            for op in estate.goals[name].operations()
        ]
        write = next((op for op in called if estate.is_write(op)), "billing.write")
        read = next((op for op in called if not estate.is_write(op)), "crm.read")
        queue = estate.escalation.destinations[own.destination].queue or ""
        return handoff_of(
            stop,
            reference=key,
            route=route,
            queue=queue,
            budget_s=own.time_to_human_minutes * 60,
            operation=write,
            read=read,
            now=self.session.now,
        )


def open_drill(session: Session, system: str, names: list[str], folder: Path) -> Drill:
    """Connects every queue of the group and the first deputy that may get test records."""
    estate = session.estate
    wanted = dict.fromkeys(estate.escalation.routes[name].destination for name in names)
    places = {name: _place(session, name, folder) for name in wanted}
    main = next(iter(places.values()))
    for place in places.values():
        place.created = main.created
    deputy_name = next(
        (
            d
            for name in names
            if (d := estate.escalation.routes[name].deputy) and d not in places and drillable(estate, d)
        ),
        None,
    )
    deputy = _place(session, deputy_name, folder) if deputy_name else None
    return Drill(
        session,
        system,
        names,
        {**places, **({deputy.name: deputy} if deputy else {})},
        main,
        deputy,
        folder,
        session.now,
    )


def drillable(estate: Estate, name: str) -> bool:
    """May get test records: a local queue, or a system where the engagement allows writes."""
    settings = estate.escalation.destinations.get(name)
    if settings is None or settings.kind in ("webhook", "smtp"):  # people get what is sent there
        return False
    return settings.kind == "queue" or (
        settings.system in estate.systems and estate.systems[settings.system or ""].writes.allowed
    )


def decide_operation(estate: Estate, settings: routes.Destination) -> str | None:
    """The operation of the ticket system that records a decision, by its path."""
    if not settings.system:
        return None
    operations = surface_of(estate, settings.system).operations.values()
    return next(
        (op.id for op in operations if "decision" in op.path.lower() and op.method in ("PUT", "POST", "PATCH")), None
    )


def _place(session: Session, name: str, folder: Path) -> DrillDestination:
    settings = session.estate.escalation.destinations[name]
    way = Way(session.estate.network, session.estate.folder, session.secrets, session.estate.contact)
    inner = open_destination(name, settings, writer=session.writer, cleaner=session.cleaner, folder=folder, way=way)
    closing = (
        surface_of(session.estate, settings.system).operations.get(settings.close or "") if settings.system else None
    )
    id_name = next((p.name for p in closing.parameters if p.where == "path"), "id") if closing else "id"
    key_name = str(getattr(getattr(inner, "settings", settings), "key_field", settings.key_field))
    return DrillDestination(
        inner,
        session.ledger,
        system=settings.system or "local",
        operation=settings.create or "create",
        undo=settings.close,
        id_name=id_name,
        key_name=key_name,
        run=session.run,
    )
