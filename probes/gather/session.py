"""One run of gathering: the systems as each holder sees them, the plan that binds them, the ledger, and what was found
so far.

Every gatherer receives a Session and nothing else.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from probes.artifact import Artifact, Missing, Shot
from probes.gather.evidence_shot import shot_of
from probes.gather.guarded import PlanGuard, RunGate, Watched
from probes.gather.observed import Observed
from probes.gather.onlooker import Progress, silent
from probes.gather.persons_session import OfAPerson, People
from probes.gather.plan import surface_of
from probes.gather.samples import Samples
from runtime.errors import CxreadyError
from runtime.estate import Estate
from runtime.systems.exchange import Exchange, System, Why
from runtime.systems.settings import Holder, SystemSettings
from runtime.systems.surface import Surface

if TYPE_CHECKING:
    from runtime.systems.passage import Passage
    from runtime.systems.request_budget import RequestBudget
    from runtime.systems.trace import Trace
    from runtime.systems.write_ledger import WriteLedger

Key = tuple[str, str, str]


@dataclass
class Session:
    """What a gatherer may use. `now` is the run's start, with time zone; `secrets` are only handed on to connectors.

    `found` holds every artifact of this run by key; `steps` names (gatherer, system) pairs that are complete; `paused`
    says what waits for a window or a person: a later run of the same command goes on there.
    """

    estate: Estate
    run: str
    folder: Path
    now: datetime
    trace: Trace
    ledger: WriteLedger
    secrets: Mapping[str, str]
    budgets: dict[str, RequestBudget]
    only_system: str | None = None
    guard: PlanGuard | None = None
    progress: Progress = silent
    found: dict[Key, Artifact | Missing] = field(default_factory=dict)
    steps: set[tuple[str, str]] = field(default_factory=set)
    unreachable: dict[str, str] = field(default_factory=dict)
    on_the_way: set[str] = field(default_factory=set)
    samples: Samples = field(default_factory=Samples)
    observed: dict[str, Observed] = field(default_factory=dict)
    attempt: int = 1
    kept: Callable[[str, str], None] | None = None
    paused: dict[str, str] = field(default_factory=dict)
    people: People | None = None
    passage: Passage | None = None
    may_not: set[tuple[str, str]] = field(default_factory=set)  # (system, undo) that `audit` was refused
    _taking_back: set[str] = field(default_factory=set)
    _systems: dict[tuple[str, str], System] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def systems(self) -> list[str]:
        """Names of the systems that this run asks, in the engagement's order."""
        return [name for name in self.estate.systems if self.only_system in (None, name)]

    def settings(self, name: str) -> SystemSettings:
        return self.estate.systems[name]

    def holders(self, name: str) -> tuple[Holder, ...]:
        """Holders whose credential the engagement names for a system."""
        return tuple(self.estate.systems[name].credentials)

    def system(self, name: str, holder: Holder) -> System:
        """The system through one holder's credential, connected once a run.

        Raises:
            BadInput: the system or its secret is missing.
        """
        key = (name, holder)
        if key not in self._systems:
            self._systems[key] = self._connect(name, holder)
        return self._systems[key]

    def surface(self, name: str) -> Surface:
        """The declared surface, read offline."""
        return surface_of(self.estate, name)

    def seen(self, name: str) -> Observed:
        """What all answers of a system have shown so far in this run."""
        return self.observed.setdefault(name, Observed())

    def walled(self, name: str) -> str:
        """Why nothing is made at a system: it answered with walls in this run, so reading back and taking back are not
        sure. Empty where it did not.
        """
        return f"{name} answered a read with a bot wall or a login page" if self.seen(name).walls else ""

    def left(self, name: str) -> int:
        """Requests that the budget still allows."""
        return int(self.budgets[name].limit - self.budgets[name].used)

    def finish(self, gatherer: str, system: str) -> None:
        """Notes that a gatherer is done with a system; a resumed run steps over it."""
        self.steps.add((gatherer, system))
        if self.kept:
            self.kept(gatherer, system)

    @property
    def gate(self) -> RunGate:
        """What stands before every request of this run; whoever connects by itself hands it on."""
        return RunGate(self.guard, self.ledger)

    @contextmanager
    def taking_back(self, name: str, kept: int) -> Iterator[None]:
        """While own records of a system are taken back, `kept` requests more may be used, as the plan says."""
        budget = self.budgets[name]
        if name in self._taking_back:
            yield
            return
        self._taking_back.add(name)
        budget.limit += kept
        try:
            with self.guard.cleaning() if self.guard else nullcontext():
                yield
        finally:
            budget.limit -= kept
            self._taking_back.discard(name)

    def fresh(self, name: str, holder: Holder) -> System:
        """A second, independent session of the same holder."""
        return self._connect(name, holder)

    def unmarked(self, name: str) -> System:
        """The reader, signed in as it is, but without the marks of a measurement; its answers are its own affair."""
        bare: Any = self.reader(name)
        while hasattr(bare, "inner"):
            bare = bare.inner
        bare = copy(bare)
        bare.transport = replace(bare.transport, marked=False)
        return Watched(bare, None)

    def write(
        self,
        entry: int,
        system: System,
        operation: str,
        arguments: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        why: Why,
    ) -> Exchange:
        """Sends a write that the ledger holds as `entry`. What is refused before it leaves is closed there as
        nothing.
        """
        try:
            with self.ledger.under_way(entry):
                return system.call(operation, arguments, headers=headers, why=why)
        except CxreadyError:
            self.ledger.nothing(entry)
            raise

    def reader(self, name: str) -> System:
        """Whoever the agent is when it reads; falls back to `audit` where the engagement names no agent."""
        holders = self.holders(name)
        return self.system(name, "agent" if "agent" in holders or not holders else holders[0])

    def writer(self, name: str) -> System:
        """Who the pilot's writes arrive as: the enforcing proxy's credential, else the agent's own."""
        holders = self.holders(name)
        by_proxy = self.estate.enforcement == "bundled_proxy" and "enforcer" in holders
        return self.system(name, "enforcer" if by_proxy else "agent")

    def cleaner(self, name: str) -> System:
        """Who reads back and takes away: `audit`, else the writer."""
        return self.system(name, "audit") if "audit" in self.holders(name) else self.writer(name)

    def reference(self) -> str:
        """A text of our own that no other record carries: `cxready-<run>-<n>`; a resumed run counts on in the next
        thousand.
        """
        return f"cxready-{self.run}-{(self.attempt - 1) * 1000 + next(self._numbers)}"

    def shot(self, exchange: Exchange) -> Shot:
        """The exchange as redacted evidence."""
        return shot_of(exchange, self.trace.redactor.redact)

    def tell(self, system: str, asking: str) -> None:
        """Reports progress: what is being asked now, and how much of the budget is used."""
        budget = self.budgets.get(system)
        used, allowed = (budget.used, budget.limit) if budget else (0, 0)
        self.progress(system, asking, used, allowed)

    def get(self, kind: type[Artifact], unit: str, item: str = "") -> Any:
        """The artifact found earlier in this run, or None when it is missing."""
        found = self.found.get((kind.kind, unit, item))
        return found if isinstance(found, kind) else None

    def nobody(self, name: str) -> System:
        """The system asked without any credential. No account is named, so that none can be locked."""
        return self._connect(name, self.holders(name)[0] if self.holders(name) else "agent", anonymous=True)

    def _connect(self, name: str, holder: Holder, *, anonymous: bool = False) -> System:
        credential = self.estate.systems[name].credentials.get(holder)
        of_a_person = credential is not None and credential.scheme == "session" and not anonymous
        if of_a_person and self.people and credential:
            person = OfAPerson(lambda: self._open(name, holder), self.people, credential.token or "")
            return Watched(person, self._noted)
        return Watched(self._open(name, holder, anonymous=anonymous), None if anonymous else self._noted)

    def _open(self, name: str, holder: Holder, *, anonymous: bool = False) -> System:
        from runtime.systems.connect import connect

        settings = self.estate.systems[name]
        return connect(
            name,
            settings,
            holder=holder,
            network=settings.network or self.estate.network,
            folder=self.estate.folder,
            budget=self.budgets[name],
            trace=self.trace,
            secrets=self.secrets,
            run=self.run,
            contact=self.estate.contact,
            surface=self.surface(name) if self.surface(name).digest else None,
            anonymous=anonymous,
            gate=self.gate,
            passage=self.passage,
        )

    def _noted(self, exchange: Exchange, waited_ms: float) -> None:
        """Every answer to a credential is classified and learned from; what nobody is told is no word to the agent."""
        self.seen(exchange.system).note(exchange, self.shot, waited_ms)
        if exchange.ok:
            self.samples.learn(exchange.system, exchange.body)
