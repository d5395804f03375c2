"""What a decision stands on, read by the enforcer itself: the records that a workflow's own steps read, looked up again when a fact asks.

Nobody hands records in. A goal says which read gives which name (`{call: crm.getContract, with: …, gives: {contract: /}}`);
what such a read needs comes from the signed-in customer, from the write's own arguments, and from other reads, never from
what an agent says it saw. A name that cannot be read is absent, and an absent fact is a no.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from runtime import plan
from runtime.errors import CxreadyError
from runtime.estate import Estate
from runtime.goals import CallStep
from runtime.systems.exchange import Exchange

log = logging.getLogger(__name__)
Read = Callable[[str, Mapping[str, Any]], Exchange]
OF_THE_CUSTOMER = ("account_id", "customer_id")
GONE = (404, 410)


class Grounds(Mapping[str, Any]):
    """Name → value, each read at most once, when it is first asked for. For one decision, in one thread.

    Args:
        read: `system.operation` and arguments → the system's answer, with a credential of the enforcer's.
        own: records of the enforcer's own, like `confirmation`; nothing that a goal reads replaces them.

    Attributes:
        used: names that were asked for and found.
        missing: names that were asked for and could not be read.
    """

    def __init__(
        self,
        estate: Estate,
        workflow: str,
        operation: str,
        arguments: Mapping[str, Any],
        customer: str | None,
        read: Read,
        own: Mapping[str, Any] | None = None,
    ) -> None:
        goal = estate.goals.get(workflow)
        calls = list(goal.calls()) if goal else []
        self._read, self._own = read, dict(own or {})
        self._steps = [(step, name) for step in calls if not estate.is_write(step.call) for name in step.gives]
        self._slots = frozenset(goal.slots) if goal else frozenset()
        self._known = _told(calls, operation, arguments)
        if customer is not None:
            from_session = {name for name, slot in goal.slots.items() if slot.from_ == "session"} if goal else set()
            self._known |= dict.fromkeys({*OF_THE_CUSTOMER} & from_session, customer)
        self._answers: dict[str, Any] = {}
        self._asking: set[str] = set()
        self.used: set[str] = set()
        self.missing: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        try:
            value = self._value(name)
        except KeyError:
            self.missing.add(name)
            raise
        self.used.add(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name in dict.fromkeys(name for _, name in self._steps) if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _value(self, name: str) -> Any:
        """The first step that gives the name and can be read; a read that needs its own result gives nothing."""
        if name in self._own:
            return self._own[name]
        if name in self._asking:
            raise KeyError(name)
        self._asking.add(name)
        try:
            for step, given in self._steps:
                if given == name:
                    try:
                        return self._given_by(step, name)
                    except (KeyError, CxreadyError) as error:
                        log.info("%s cannot be read by %s: %s", name, step.call, error)
            raise KeyError(name)
        finally:
            self._asking.discard(name)

    def _given_by(self, step: CallStep, name: str) -> Any:
        arguments = {key: self._resolved(reference) for key, reference in step.with_.items()}
        asked = f"{step.call} {sorted(arguments.items())}"
        if asked not in self._answers:
            exchange = self._read(step.call, arguments)
            if not exchange.ok and exchange.status not in GONE:
                raise KeyError(f"{step.call} answered {exchange.status}")
            self._answers[asked] = exchange.body if exchange.ok else None  # None: looked up, and there is none
        answer = self._answers[asked]
        return None if answer is None else plan.taken_from(answer, step.gives[name])

    def _resolved(self, reference: Any) -> Any:
        """A literal, a known name, or something that another read gives."""
        if not isinstance(reference, str):
            return reference
        name = plan.root(reference)
        if name in self._known:
            return plan.value_of(reference, self._known)
        if any(given == name for _, given in self._steps):
            return plan.value_of(reference, {name: self._value(name)})
        if name in self._slots:
            raise KeyError(name)  # only the conversation knows it
        return reference


def _told(calls: list[CallStep], operation: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Names of the goal whose values the write itself carries: `with: {charge_id: charge_id}` read backwards."""
    found: dict[str, Any] = {}
    for step in calls:
        if step.call == operation:
            for argument, reference in step.with_.items():
                if isinstance(reference, str) and "." not in reference and argument in arguments:
                    found.setdefault(reference, arguments[argument])
    return found
