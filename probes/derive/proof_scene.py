"""One operation before the solver: its free request, the permits that can match it, and what must never be permitted.

Permits that differ in nothing but the workflow are one formula with several workflows; claims are asked together first, and
one by one only where they do not all hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from runtime.estate import Estate
from runtime.guardrails.cedar import attributes_of, limit_minor

if TYPE_CHECKING:
    from probes.derive.cedar_rules import Rule
    from probes.derive.cedar_symbols import Call
    from probes.derive.claims import Wrong

TIMEOUT_MS = 30_000  # of wall time; a busy machine must not look like a hard formula
Policy = Mapping[str, Any]


@dataclass(frozen=True)
class Alike:
    """Permits with the same conditions: `rule` is their formula, its scope that any of them matches."""

    policies: tuple[Policy, ...]
    rule: Rule

    @property
    def names(self) -> list[str]:
        """Ids of the permits."""
        return [str(p.get("annotations", {}).get("id", "a rule")) for p in self.policies]


class Stages:
    """Free requests and their solvers, one for all operations whose calls carry the same attributes."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[Call, Any]] = {}

    def of(self, operation: str, attributes: Mapping[str, str], facts: tuple[str, ...]) -> tuple[Call, Any]:
        """The request, under the operation's name, and a solver that knows what every request fulfils."""
        import z3

        from probes.derive import cedar_symbols

        key = f"{attributes} {facts}"
        if key not in self._made:
            request = cedar_symbols.call(operation, attributes, facts, cedar_symbols.Symbols())
            solver = z3.SimpleSolver()
            solver.set("timeout", TIMEOUT_MS)
            solver.add(*request.domain())
            self._made[key] = request, solver
        request, solver = self._made[key]
        return replace(request, operation=operation), solver


class Scene:
    """One operation with its free request, the permits that can match it, and the solver; questions are asked between push and pop."""

    def __init__(
        self,
        estate: Estate,
        operation: str,
        policies: Sequence[Policy],
        action: str | None = None,
        stages: Stages | None = None,
    ) -> None:
        from probes.derive import claims

        self.estate, self.operation = estate, operation
        self.policies = [policy for policy in policies if policy["effect"] == "permit"]
        name = action or str(estate.guardrails.action_of(operation))
        self.action = estate.guardrails.actions[name]
        attributes = attributes_of(estate, operation, name)
        facts = tuple(dict.fromkeys(self.action.conditions))
        self.request, self.solver = (stages or Stages()).of(operation, attributes, facts)
        self.groups = self._alike()
        self.currency = self.action.limits.currency or estate.currency
        self.moved = claims.effect_of(estate.effect(operation), self.request, self.currency)
        self.wrongs: list[Wrong] = list(claims.claims_of(estate, operation, self.request, name))
        self.wrongs.append(claims.Wrong("no_errors", f"no rule about {operation} can fail while it is evaluated", None))

    @cached_property
    def permitted(self) -> Any:
        """The formula under which some permit applies."""
        import z3

        from probes.derive.cedar_symbols import any_of

        return any_of([group.rule.applies() for group in self.groups]) if self.groups else z3.BoolVal(False)

    def all_hold(self) -> bool:
        """True when no request is a bad case of any claim, shown by one question."""
        bad = self.bad(self.permitted, *(group.rule.may_error() for group in self.groups))
        return self.check(bad) == "unsat"

    def bad(self, permitted: Any, *errors: Any) -> Any:
        """The formula of any bad case."""
        from probes.derive.cedar_symbols import all_of, any_of

        erring = [error for error in errors if error is not None]
        return any_of([all_of([permitted, self.any_wrong]), *erring])

    @cached_property
    def any_wrong(self) -> Any:
        """The formula of what no claim wants, without the permits."""
        from probes.derive.cedar_symbols import any_of

        return any_of([wrong.formula for wrong in self.wrongs if wrong.formula is not None])

    def rule(self, policy: Policy) -> Rule:
        """One permit alone as formulas."""
        from probes.derive.cedar_rules import rule_of

        return rule_of(policy, self.request)

    def check(self, formula: Any) -> str:
        """`sat`, `unsat` or `unknown`."""
        self.solver.push()
        self.solver.add(formula)
        found = str(self.solver.check())
        self.solver.pop()
        return found

    def bad_case(self, wrong: Wrong) -> Any:
        """The formula of one claim's bad case."""
        import z3

        if wrong.formula is not None:
            return z3.And(self.permitted, wrong.formula)
        errors = [error for group in self.groups if (error := group.rule.may_error()) is not None]
        return z3.Or(*errors) if errors else z3.BoolVal(False)

    def counterexample(self, wrong: Wrong) -> Any:
        """A model of the bad case, None when there is none, or `unknown`."""
        from probes.derive.plain_example import plain_model, wishes

        self.solver.push()
        try:
            self.solver.add(self.bad_case(wrong))
            found = str(self.solver.check())
            if found == "unsat":
                return None
            if found != "sat":
                return "unknown"
            each = limit_minor(self.action, "each", self.currency) or 0
            ordinary = wishes(self.estate, self.request, self.moved, self.currency, each)
            return plain_model(self.solver, ordinary if wrong.wish is None else [wrong.wish, *ordinary])
        finally:
            while self.solver.num_scopes():
                self.solver.pop()

    def _alike(self) -> list[Alike]:
        from probes.derive.cedar_rules import Rule, rule_of
        from probes.derive.cedar_symbols import any_of

        groups: dict[str, list[Policy]] = {}
        for policy in self.policies:
            groups.setdefault(repr(policy["conditions"]), []).append(policy)
        found = []
        for policies in groups.values():
            rules = [rule_of(policy, self.request) for policy in policies]
            scope = any_of([rule.scope for rule in rules])
            found.append(Alike(tuple(policies), Rule(scope, rules[0].conjuncts)))
        return found
