"""One operation before the solver: its free request, the permits that can match it, and how a counterexample is made plain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from runtime.estate import Estate
from runtime.guardrails.cedar import attributes_of

if TYPE_CHECKING:
    from probes.derive.cedar_symbols import Call
    from probes.derive.claims import Wrong


TIMEOUT_MS = 30_000  # of wall time; a busy machine must not look like a hard formula


Policy = Mapping[str, Any]


class Scene:
    """One operation with its free request, the permits that can match it, and the solver."""

    def __init__(self, estate: Estate, operation: str, policies: Sequence[Policy]) -> None:
        import z3

        from probes.derive import cedar_logic, cedar_symbols, claims

        self.estate, self.operation = estate, operation
        self.policies = [p for p in policies if p["effect"] == "permit" and cedar_logic.names_operation(p, operation)]
        symbols = cedar_symbols.Symbols()
        attributes = attributes_of(estate, operation)
        self.action = estate.guardrails.actions[str(estate.guardrails.action_of(operation))]
        self.request: Call = cedar_symbols.call(
            operation, attributes, tuple(dict.fromkeys(self.action.conditions)), symbols
        )
        self.parts = [cedar_logic.applies(p, self.request) for p in self.policies]
        self.errors = [cedar_logic.may_error(p, self.request) for p in self.policies]
        self.permitted = z3.Or(*self.parts) if self.parts else z3.BoolVal(False)
        self.currency = self.action.limits.currency or estate.currency
        self.moved = claims.effect_of(estate.effect(operation), self.request, self.currency)
        self.wrongs: list[Wrong] = list(claims.claims_of(estate, operation, self.request))
        self.wrongs.append(claims.Wrong("no_errors", f"no rule about {operation} can fail while it is evaluated", None))

    def solver(self) -> Any:
        import z3

        solver = z3.Solver()
        solver.set("timeout", TIMEOUT_MS)
        solver.add(*self.request.domain())
        return solver

    def outcome(self, wrong: Wrong) -> tuple[str, Any]:
        """`sat` (the bad case can be), `unsat` or `unknown`, and the solver that found it."""
        import z3

        solver = self.solver()
        bad = z3.Or(*self.errors) if wrong.formula is None else z3.And(self.permitted, wrong.formula)
        solver.add(bad if self.policies else z3.BoolVal(False))
        return str(solver.check()), solver

    def counterexample(self, wrong: Wrong) -> Any:
        """A model of the bad case, None when there is none, or `unknown`."""
        found, solver = self.outcome(wrong)
        if found == "unsat":
            return None
        return self._plain_model(solver) if found == "sat" else "unknown"

    def _plain_model(self, solver: Any) -> Any:
        """The most ordinary request among the bad ones: each wish is kept when it leaves one."""
        import z3

        for wish in self._wishes():
            solver.push()
            solver.add(wish)
            if solver.check() != z3.sat:
                solver.pop()
        solver.check()
        return solver.model()

    def _wishes(self) -> Iterator[Any]:
        """Bounded before all else, so that amounts read like amounts of money."""
        request, symbols = self.request, self.request.symbols
        import z3

        from runtime.guardrails.cedar import limit_minor

        large = 1_000_000_000
        for name, variable in request.long.items():
            yield variable >= 0
            yield variable <= large
            if name.startswith(("spent", "count")):
                yield variable == 0
        yield request.text["currency"] == symbols.of(self.currency)
        yield request.text["currency"] == 0
        yield request.text["mode"] == symbols.of("act")
        yield request.text["mode"] == symbols.of("approve")
        yield z3.Or(*[request.principal == symbols.of_workflow(name) for name in self.estate.goals])
        yield request.principal == 0
        yield from (fact for fact in request.facts.values())
        yield request.boolean["high_stakes"] == False  # noqa: E712 a formula of the solver
        each = limit_minor(self.action, "each", self.currency) or 0
        yield self.moved == 2 * each + 2_000
        if "after" in request.long:
            yield request.long["after"] == 0
