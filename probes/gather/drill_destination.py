"""A real destination in a drill: every create is in the write ledger first, creates are counted, and faults stand in
the way on demand.
"""

from __future__ import annotations

import threading
from typing import Literal

from runtime.errors import Refused
from runtime.escalation.destinations.destination import Alert, DeliveryFailed, Destination, Held, Message
from runtime.systems.write_ledger import WriteLedger

Fault = Literal["refused", "answer lost", "200 with an error", "killed after sending", "down for good", "hangs"]
MOST_CREATES = 12


class Killed(BaseException):
    """Stands for the process being killed between sending and noting it."""


class DrillDestination:
    """Passes everything on; `fault` and `times` say what goes wrong with the next creates."""

    def __init__(
        self,
        inner: Destination,
        ledger: WriteLedger,
        *,
        system: str,
        operation: str,
        undo: str | None,
        id_name: str,
        key_name: str,
        run: str,
    ) -> None:
        self.inner, self.ledger = inner, ledger
        self.name, self.finds, self.reads, self.repeats = inner.name, inner.finds, inner.reads, inner.repeats
        self.comments = inner.comments
        self.system, self.operation, self.undo, self.id_name, self.key_name, self.run = (
            system,
            operation,
            undo,
            id_name,
            key_name,
            run,
        )
        self.created: list[str] = []  # shared by the queues of one system
        self.fault: Fault | None = None
        self.times = 0
        self._open: dict[str, int] = {}
        self.unclear: dict[str, str] = {}  # key → why the real system could not be asked, until it can
        self.held: dict[str, Held] = {}  # as it was read back, by id: what is judged is what was delivered
        self._lock = threading.Lock()

    def fail(self, fault: Fault | None, times: int = 1) -> None:
        self.fault, self.times = fault, times

    def pending(self) -> list[str]:
        """Keys whose ledger entry is still open."""
        return list(self._open)

    def create(self, message: Message) -> str:
        fault = self._next_fault()
        if fault in ("refused", "down for good"):
            raise DeliveryFailed("connection refused (drill)", doubt=False)
        if fault in ("200 with an error", "hangs"):
            raise DeliveryFailed(
                (
                    "answered 200 with an error in the body (drill)"
                    if fault != "hangs"
                    else "no answer within 30 s (drill)"
                ),
                doubt=True,
            )
        id = self._create(message)
        if fault == "killed after sending":
            raise Killed
        if fault == "answer lost":
            raise DeliveryFailed("500 after the record was made (drill)", doubt=True)
        return id

    def find(self, key: str) -> list[Held]:
        if self.fault == "down for good":
            raise DeliveryFailed("connection refused (drill)", doubt=False)
        return self.inner.find(key)

    def read(self, id: str) -> Held:
        self.held[id] = self.inner.read(id)
        return self.held[id]

    def close(self, id: str) -> None:
        self.inner.close(id)

    def comment(self, id: str, text: str, key: str) -> None:
        self.inner.comment(id, text, key)

    def noted(self, id: str, key: str) -> bool | None:
        return self.inner.noted(id, key)

    def alerts(self, id: str) -> list[Alert] | None:
        return self.inner.alerts(id)

    def clean(self, key: str, known: list[Held] | None = None) -> tuple[int, bool]:
        """Closes every record with a key, reads back, and settles the ledger.

        Args:
            known: the records, when they were just looked up.

        Returns:
            how many records there were, and whether none is left open.
        """
        try:
            held = self.inner.find(key) if known is None else known
            for one in held:
                if not _closed(one):
                    self.inner.close(one.id)
            left = [one for one in self.inner.find(key) if not _closed(one)] if held else []
        except DeliveryFailed as failed:
            self._not_closed(key, failed)
            return 0, False
        self._settle(
            key, "" if not left else f"{len(left)} drill records stay open with the key {key}", nothing=not held
        )
        return len(held), not left

    @property
    def sweeps(self) -> bool:
        """Whether all records of a run can be found in one search."""
        return hasattr(self.inner, "find_all")

    def sweep(self) -> int:
        """Closes every record of the run that a search finds, reads back in a second search, and settles the ledger.

        Returns:
            how many records were closed and are open no more.
        """
        try:
            held = [one for one in self._all() if not _closed(one)]
            for one in held:
                self.inner.close(one.id)
            left = {one.id: one for one in self._all() if not _closed(one)} if held else {}
        except DeliveryFailed as failed:
            for key in self.pending():
                self._not_closed(key, failed)
            return 0
        seen, stays = {one.key for one in held}, {one.key for one in left.values()}
        for key in self.pending():
            self._settle(key, f"a drill record stays open with the key {key}" if key in stays else "", key not in seen)
        return len(held) - len(left)

    def _all(self) -> list[Held]:
        found: list[Held] = self.inner.find_all(f"cxready-{self.run}-")  # type: ignore[attr-defined]
        return found

    def _create(self, message: Message) -> str:
        with self._lock:
            if len(self.created) >= MOST_CREATES:
                raise Refused(
                    f"a drill creates at most {MOST_CREATES} records a destination",
                    self.system,
                    "start the collection again",
                )
            self.created.append(message.key)
            entry = self.ledger.intend(
                self.system,
                self.operation,
                {self.key_name: message.key, "subject": message.subject},
                undo=self.undo,
                run=self.run,
            )
            self._open[message.key] = entry
        try:
            with self.ledger.under_way(entry):
                id = self.inner.create(message)
        except DeliveryFailed as failed:
            if not failed.doubt:
                self.ledger.nothing(self._open.pop(message.key))
            if not failed.by_system:
                self.unclear[message.key] = failed.says
            raise
        self.unclear.pop(message.key, None)
        self.ledger.created(entry, {"id": id, self.id_name: id})
        return id

    def _not_closed(self, key: str, failed: DeliveryFailed) -> None:
        """Where it was not the system that said no, the entry stays open: it is tried again at the end and by the next run."""
        says = f"the drill record with the key {key} is not closed yet: {failed.says}"
        if failed.by_system:
            self._settle(key, says)
        elif key in self._open:
            self.ledger.postponed(self._open.pop(key), says)

    def _settle(self, key: str, why: str, nothing: bool = False) -> None:
        entry = self._open.pop(key, None)
        if entry is None:
            return
        if nothing:
            self.ledger.nothing(entry)
        elif why:
            self.ledger.left_behind(entry, why)
        else:
            self.ledger.undone(entry, "reversed")

    def _next_fault(self) -> Fault | None:
        with self._lock:
            if self.fault is None or self.times <= 0:
                return None
            self.times -= 1
            fault = self.fault
            if self.times == 0 and fault != "down for good":
                self.fault = None
            return fault


def _closed(held: Held) -> bool:
    return held.status.lower() in ("closed", "resolved", "solved", "deleted", "done", "cancelled", "recalled")
