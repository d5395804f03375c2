"""The enforcer's connections: the only ones whose credential can write, one a system, made when first needed.

Records that a decision stands on are read with the enforcer's credential too, else with another one that reads.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from runtime.errors import BadInput
from runtime.estate import Estate
from runtime.systems.exchange import Exchange, System, Why
from runtime.systems.request_budget import RequestBudget
from runtime.systems.settings import Holder
from runtime.systems.trace import Trace

ENOUGH = 10**9


class EnforcerSystems:
    """Safe between threads."""

    def __init__(
        self, estate: Estate, secrets: Mapping[str, str], trace: Trace, *, run: str, environment: str, for_pilot: bool
    ) -> None:
        self._estate, self._secrets, self._trace = estate, secrets, trace
        self._run, self._environment, self._for_pilot = run, environment, for_pilot
        self._systems: dict[tuple[str, Holder], System] = {}
        self._lock = threading.Lock()

    def of(self, name: str) -> System:
        """The connection to a system.

        Raises:
            BadInput: its description or the enforcer's secret cannot be used.
        """
        return self._held(name, "enforcer")

    def read(self, call: str, arguments: Mapping[str, Any]) -> Exchange:
        """What a system of record says now.

        Raises:
            CxreadyError: there is no way to it.
        """
        system, _, operation = call.partition(".")
        holders: tuple[Holder, ...] = ("enforcer", "agent", "audit")
        credentials = self._estate.systems[system].credentials if system in self._estate.systems else {}
        holder: Holder = next((one for one in holders if one in credentials), "enforcer")
        why = Why("what a decision stands on", run=self._run)
        return self._held(system, holder).call(operation, arguments, why=why)

    def _held(self, name: str, holder: Holder) -> System:
        with self._lock:
            if (name, holder) not in self._systems:
                self._systems[name, holder] = self._connected(name, holder)
            return self._systems[name, holder]

    def _connected(self, name: str, holder: Holder) -> System:
        from runtime.systems.connect import connect

        settings = self._estate.systems.get(name)
        if settings is None:
            raise BadInput(f"there is no system {name}", "engagement.yaml", "write it under systems")
        return connect(
            name,
            settings,
            holder=holder,
            network=settings.network or self._estate.network,
            folder=self._estate.folder,
            budget=RequestBudget(ENOUGH, system=name),
            trace=self._trace,
            secrets=self._secrets,
            run=self._run,
            contact=self._estate.contact,
            environment=self._environment,
            for_pilot=self._for_pilot,
        )
