"""The pilot's ways: to each system with one holder's own credential, and to the destinations where handoffs go; opened once each."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from runtime.escalation.destinations import open_destination
from runtime.escalation.destinations.destination import Destination
from runtime.escalation.destinations.way import Way
from runtime.estate import Estate
from runtime.systems.connect import connect
from runtime.systems.exchange import System
from runtime.systems.request_budget import RequestBudget
from runtime.systems.settings import Holder
from runtime.systems.trace import Trace

ENOUGH = 10**9


@dataclass
class Ways:
    """Safe between threads. `secrets`: values of secret references; `home`: the folder's `.cxready/`."""

    estate: Estate
    home: Path
    secrets: Mapping[str, str]
    environment: str
    _systems: dict[tuple[str, Holder], System] = field(default_factory=dict)
    _destinations: dict[str, Destination] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def system(self, name: str, holder: Holder = "agent") -> System:
        """A system through one holder's own credential."""
        with self._lock:
            if (name, holder) not in self._systems:
                self._systems[name, holder] = self._connect(name, holder)
            return self._systems[name, holder]

    @property
    def destinations(self) -> dict[str, Destination]:
        """Where handoffs go; delivered with the enforcer's credential where one is named, read back with the auditor's."""
        with self._lock:
            if not self._destinations:
                way = Way(self.estate.network, self.estate.folder, self.secrets, self.estate.contact)
                for name, settings in self.estate.escalation.destinations.items():
                    self._destinations[name] = open_destination(
                        name, settings, writer=self._writer, cleaner=self._cleaner, folder=self.home, way=way
                    )
            return self._destinations

    def _writer(self, system: str) -> System:
        return self.system(system, self._first(system, "enforcer", "agent"))

    def _cleaner(self, system: str) -> System:
        return self.system(system, self._first(system, "audit", "agent"))

    def _first(self, system: str, *holders: Holder) -> Holder:
        return next((h for h in holders if h in self.estate.systems[system].credentials), holders[-1])

    def _connect(self, name: str, holder: Holder) -> System:
        settings = self.estate.systems[name]
        return connect(
            name,
            settings,
            holder=holder,
            network=settings.network or self.estate.network,
            folder=self.estate.folder,
            budget=RequestBudget(ENOUGH, system=name),
            trace=Trace.memory(),
            secrets=self.secrets,
            contact=self.estate.contact,
            environment=self.environment,
            for_pilot=True,
        )
