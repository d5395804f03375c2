"""The enforcer's connections: the only ones whose credential can write, one a system, made when first needed."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from runtime.errors import Refused
from runtime.estate import Estate
from runtime.systems.exchange import System
from runtime.systems.request_budget import RequestBudget
from runtime.systems.trace import Trace

ENOUGH = 10**9


class EnforcerSystems:
    """Safe between threads."""

    def __init__(
        self, estate: Estate, secrets: Mapping[str, str], trace: Trace, *, run: str, environment: str, for_pilot: bool
    ) -> None:
        self._estate, self._secrets, self._trace = estate, secrets, trace
        self._run, self._environment, self._for_pilot = run, environment, for_pilot
        self._systems: dict[str, System] = {}
        self._lock = threading.Lock()

    def of(self, name: str) -> System:
        """The connection to a system.

        Raises:
            Refused: the system does not speak REST, so its writes do not pass here.
            BadInput: its description or the enforcer's secret cannot be used.
        """
        with self._lock:
            if name not in self._systems:
                self._systems[name] = self._connected(name)
            return self._systems[name]

    def _connected(self, name: str) -> System:
        from runtime.systems.connect import connect

        settings = self._estate.systems[name]
        if settings.protocol != "rest":
            raise Refused(
                f"{settings.protocol} writes do not pass the proxy in this version",
                name,
                "give the operation to a person",
            )
        return connect(
            name,
            settings,
            holder="enforcer",
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
