"""What is known of a case while its steps are walked, and how a walk ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runtime import plan
from runtime.cases.replies import acknowledged
from runtime.estate import Estate
from runtime.goals import Step
from runtime.understanding.mood import ACKNOWLEDGE
from runtime.understanding.understand import Understood

Plain = dict[str, Any]


class Halt(Exception):
    """The walk ends here with an outcome, a reason for us and a reply for the customer."""

    def __init__(self, outcome: str, reason: str, reply: str = "") -> None:
        super().__init__(reason)
        self.outcome, self.reason, self.reply = outcome, reason, reply


class Instead(Exception):
    """A system's error that the goal has other steps for; they are walked in place of the call."""

    def __init__(self, error: str, steps: list[Step] | str) -> None:
        super().__init__(error)
        self.steps, self.error = steps, error


class Suspended(BaseException):  # no Exception: the engine records those as the case's end
    """The case waits for a person; its run stays open and is taken up again from its recorded steps."""


class Waits(Suspended):
    """The case has said what it waits for, and leaves the line of its customer."""


@dataclass
class Walk:
    """Rebuilt from step results on each replay. `given`: name → value from slots, systems and rules; `covered`: calls that a
    person's yes to an earlier one named; `undo`: calls that take back what was done, the oldest first; `answers`: what systems told a model.
    """

    case: Plain
    workflow: str
    autonomy: str
    understood: Understood
    given: Plain = field(default_factory=dict)
    writes: list[Plain] = field(default_factory=list)
    is_simulated: bool = False
    covered: tuple[str, ...] = ()
    undo: list[tuple[str, Plain]] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    n: int = 0

    @property
    def name(self) -> str:
        return str(self.case["case"])

    @property
    def is_frustrated(self) -> bool:
        """Patience is going: acknowledged, and no troubleshooting any more."""
        return self.understood.frustration >= ACKNOWLEDGE

    @property
    def customer(self) -> str | None:
        """Whom the session vouches for."""
        session = self.case.get("session") or {}
        found = session.get("account_id") or session.get("customer_id")
        return str(found) if found else None

    def step(self, what: str) -> str:
        """A step's name in the log: number and what; the same on every replay."""
        self.n += 1
        return f"{self.n:02d} {what}"

    def context(self, call: str, approval: Plain | None, estate: Estate) -> Plain:
        """What the decision point is told of the case."""
        understood = self.understood
        return {
            "workflow": self.workflow,
            "autonomy": "act" if call in self.covered else self.autonomy,
            "is_covered": call in self.covered,
            "category": understood.category or estate.goals[self.workflow].category,
            "read": self.given,
            "customer": self.customer,
            "approval": approval,
            "signals": {
                "frustration": understood.frustration,
                "confidence": None if understood.proposed else understood.confidence,
            },
        }

    def known(self, reference: str) -> Any:
        """The value of a name.

        Raises:
            KeyError: nothing gave it.
        """
        if plan.root(reference) not in self.given:
            raise KeyError(reference)
        return plan.value_of(reference, self.given)

    def explained(self, reference: str) -> str:
        """A rule's own explanation beside the value that was asked for."""
        found = self.given.get(plan.root(reference))
        return str(found.get("explanation") or "") if isinstance(found, Mapping) else ""

    def line(self, outcome: str, reason: str, reply: str = "") -> Plain:
        """The line of `pilot run --json`."""
        return {
            "case": self.name,
            "run": self.name,
            "intent": self.workflow or None,
            "autonomy": self.autonomy,
            "outcome": outcome,
            "reason": reason,
            "writes": list(self.writes),
            "reply": acknowledged(reply, outcome) if self.is_frustrated else reply,
        }
