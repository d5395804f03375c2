"""Everything that a pilot holds open: the lock, the systems as the agent sees them, the enforcing proxy, the log, the ways to people.

The agent's side never loads a credential that can write: writes go to the proxy's address. In shadow no proxy is started,
so that nothing can execute, whoever presses what.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

from runtime import decision_log, memory, promises, rules
from runtime.decision_log import Entry
from runtime.engine.executor import Executor, hold
from runtime.escalation import outbox
from runtime.escalation.destinations.destination import Destination
from runtime.estate import Estate
from runtime.gate import Gate
from runtime.guardrails.case_context import CaseContext
from runtime.guardrails.certificate import Certificate, policy_digest
from runtime.guardrails.decide import DecisionPoint
from runtime.guardrails.kill_switch import KillSwitch
from runtime.guardrails.proxy import RunningProxy, declared_surfaces, serve
from runtime.guardrails.tightened import Tightened
from runtime.log import sealed
from runtime.piloting.gate_check import Allowed, allowed
from runtime.piloting.pilot_settings import PilotFile
from runtime.piloting.pilot_ways import Ways
from runtime.storage import tables
from runtime.storage.database import Connection, alone, place_of
from runtime.systems.exchange import System
from runtime.systems.settings import Autonomy, Holder
from runtime.understanding.encode import Encode
from runtime.understanding.intent import Intents, Thresholds
from runtime.understanding.model import Propose
from runtime.understanding.rewording import Reword


@dataclass
class Pilot:
    """A context manager: opening takes the folder's lock, closing gives everything back.

    Args:
        secrets: values of secret references.
        encode: texts to vectors, for intents.
        at_most: whoever runs it may narrow further.
        settle: seconds that a destination's index may lag.
        worker: name of this process, where several share a database; empty takes the next free one.
        propose: a model that may name a goal when the words are not clear.
        reword: a model that may put a finished reply into other words.
        model: a `pydantic_ai.models.Model` for agent steps; without one a goal's `without` is done.
    """

    estate: Estate
    gate: Gate
    settings: PilotFile
    secrets: Mapping[str, str]
    encode: Encode
    at_most: Autonomy = "act"
    certificate: Certificate | None = None
    settle: float = 1.0
    propose: Propose | None = None
    reword: Reword | None = None
    model: Any = None
    worker: str = ""
    proxy: RunningProxy | None = None
    executor: Executor = field(init=False)
    _is_open: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _local: threading.local = field(default_factory=threading.local)
    _connections: list[Connection] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.estate.folder / ".cxready"

    def __enter__(self) -> Pilot:
        self.executor = hold(self.home, self.worker)
        tables.prepare(self.connection)
        for part in (memory, promises, sealed):
            part.expire(self.connection, now=datetime.now(UTC), days=self.settings.retention_days)
        self.proxy = self._start_proxy() if self._may_write() else None
        self._is_open = True
        if self.is_live:
            self.deliver()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.proxy:
            self.proxy.close()
        decision_log.anchor(self.connection)
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self.executor.release()

    def allowed(self, workflow: str) -> Allowed:
        """What a workflow may do now."""
        return allowed(
            workflow,
            self.gate,
            self.estate,
            self.settings,
            today=datetime.now(UTC).date(),
            at_most=self.at_most,
            policy=self.policy,
        )

    @cached_property
    def policy(self) -> str:
        """Digest of the policy that the loaded files compile to."""
        return policy_digest(self.estate)

    def check_ways(self) -> None:
        """Prepares the way to every system of a workflow that may run; sends nothing.

        Raises:
            BadInput: a secret that is not set, a description that cannot be used.
        """
        for name in self.estate.goals:
            found = self.allowed(name)
            for system in found.gate.systems if found.gate and found.autonomy != "blocked" else ():
                self.system(system)

    @cached_property
    def intents(self) -> Intents:
        own = self.settings.understanding
        return Intents.of_goals(self.estate.goals, self.encode, Thresholds(own.min_score, own.min_margin))

    @cached_property
    def rules(self) -> Mapping[str, rules.Rule]:
        return rules.installed()

    @cached_property
    def watching(self) -> DecisionPoint:
        """Decides in shadow: on trial, reserving and writing nothing."""
        return DecisionPoint(
            self.estate,
            ledger=None,
            tightened=Tightened(place_of(self.home)),
            stop=KillSwitch(self.home),
            surfaces=declared_surfaces(self.estate),
        )

    @cached_property
    def ways(self) -> Ways:
        """To systems and to people."""
        return Ways(self.estate, self.home, self.secrets, self.settings.environment)

    def system(self, name: str, holder: Holder = "agent") -> System:
        """A system through one holder's own credential."""
        return self.ways.system(name, holder)

    @property
    def destinations(self) -> dict[str, Destination]:
        """Where handoffs go."""
        return self.ways.destinations

    def note(self, run: str, step: str, **parts: Any) -> Entry:
        """One row of the decision log; the same row of a repeated step is not written twice."""
        entry = Entry(run=run, step=step, **parts)
        with self._lock:
            same = [
                e
                for e in decision_log.rows(self.connection, run)
                if (e.step, e.operation, e.effect, e.decision) == (step, entry.operation, entry.effect, entry.decision)
            ]
            return same[-1] if same else decision_log.append(self.connection, entry)

    def context(
        self, workflow: str, case: str, customer: str | None, autonomy: Autonomy, read: Mapping[str, Any], **more: Any
    ) -> CaseContext:
        """What the proxy is told of a case, signed: of records only their names, for it reads them itself."""
        names = dict.fromkeys(read, True)
        return CaseContext(workflow=workflow, case=case, customer=customer, autonomy=autonomy, read=names, **more)

    def deliver(self) -> list[outbox.Row]:
        """Sends handoffs that are due. Needs no lock: each row is leased, and a case need not wait for another's ticket."""
        return outbox.deliver(
            self.connection,
            self.destinations,
            now=lambda: datetime.now(UTC),
            settle=self.settle,
            worker=f"{os.getpid()}-{threading.get_ident()}",
            look_again=True,
        )

    @property
    def connection(self) -> Connection:
        """This thread's own: a transaction of one case must not hold what another case writes."""
        found: Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = decision_log.connect(place_of(self.home))
            with self._lock:
                self._connections.append(found)
        return found

    @property
    def is_live(self) -> bool:
        """Some workflow may write: people are really told. Before it is opened, by what the gate and the file allow."""
        return self.proxy is not None if self._is_open else self._may_write()

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """One case at a time for one effect; the second one finds what the first did."""
        with alone(self.connection, key):
            yield

    def _may_write(self) -> bool:
        return any(self.allowed(name).autonomy in ("act", "approve") for name in self.estate.goals)

    def _start_proxy(self) -> RunningProxy:
        return serve(
            self.estate,
            folder=self.home,
            secrets=self.secrets,
            certificate=self.certificate,
            environment=self.settings.environment,
            for_pilot=True,
            run="pilot",
        )
