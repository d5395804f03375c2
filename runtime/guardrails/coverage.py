"""Which action covers an operation, and who may call it: looked up once, so that a decision costs the same at ten rules and at a thousand."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.estate import Estate
from runtime.gate import narrowest
from runtime.guardrails.cedar import workflows_of
from runtime.guardrails.checks import Settled
from runtime.guardrails.policy import Action
from runtime.guardrails.request import Request


@dataclass(frozen=True)
class Covered:
    """An operation's action and the workflows that may call it."""

    name: str
    action: Action
    workflows: frozenset[str]
    reads: bool = False


class Coverage:
    """Every covered operation of an estate. Names as the guardrails file finds them: the first action that lists an operation."""

    def __init__(self, estate: Estate) -> None:
        self._by_operation: dict[str, Covered] = {}
        for name, action in estate.guardrails.actions.items():
            for operation in action.operations:
                if operation not in self._by_operation:
                    who = frozenset(workflows_of(estate, action, operation))
                    effect = estate.effect(operation)
                    reads = effect is not None and effect.does == "read"
                    self._by_operation[operation] = Covered(name, action, who, reads)

    def covers(self, operation: str) -> bool:
        """Whether any action names the operation."""
        return operation in self._by_operation

    def is_write(self, operation: str) -> bool:
        """Whether an action covers the operation, and it is no read."""
        found = self._by_operation.get(operation)
        return found is not None and not found.reads

    def workflows(self, operation: str) -> frozenset[str]:
        """Who may call it."""
        found = self._by_operation.get(operation)
        return found.workflows if found else frozenset()

    def of(self, request: Request) -> Covered:
        """What lets the workflow call the operation.

        Raises:
            Settled: nothing does, or the autonomy is below approval.
        """
        found = self._by_operation.get(request.operation)
        if found is None:
            raise Settled("refuse", f"no guardrail covers {request.operation}", "not_covered")
        least = narrowest(found.action.autonomy, request.autonomy)
        if least == "blocked" or (least == "observe" and not found.reads):
            who = found.name if found.action.autonomy == least else request.workflow
            raise Settled(
                "refuse", f"{who} may not {'read' if found.reads else 'write'}: it is set to {least}", "autonomy"
            )
        if request.workflow not in found.workflows:
            said = f"the workflow {request.workflow} may not call {request.operation}"
            raise Settled("refuse", said, f"{found.name}.workflows")
        return found
