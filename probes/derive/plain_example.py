"""The most ordinary request among those that a formula admits: amounts that read like money, a workflow that exists, an agent that acts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from probes.derive.cedar_symbols import Call
from runtime.estate import Estate


def plain_model(solver: Any, wishes: Iterable[Any]) -> Any:
    """A model of what the solver holds; each wish is kept when it leaves one. The solver keeps the wishes' scopes."""
    import z3

    for wish in wishes:
        solver.push()
        solver.add(wish)
        if solver.check() != z3.sat:
            solver.pop()
    solver.check()
    return solver.model()


def wishes(estate: Estate, request: Call, moved: Any, currency: str, each: int) -> Iterator[Any]:
    """What makes a request ordinary, most important first: bounded before all else.

    Args:
        moved: the money effect as a formula; each: the limit of one call, in minor units.
    """
    import z3

    symbols = request.symbols
    for name, variable in request.long.items():
        yield variable >= 0
        yield variable <= 1_000_000_000
        if name.startswith(("spent", "count")):
            yield variable == 0
    if "currency" in request.text:
        yield request.text["currency"] == symbols.of(currency)
        yield request.text["currency"] == 0
        yield request.text["mode"] == symbols.of("act")
        yield request.text["mode"] == symbols.of("approve")
    yield z3.Or(*[request.principal == symbols.of_workflow(name) for name in estate.goals])
    yield from (request.principal == symbols.of_workflow(name) for name in _first(estate, request.operation))
    yield request.principal == 0
    yield from request.facts.values()
    yield from (z3.Not(flag) for flag in request.boolean.values())
    if "currency" in request.text:
        yield moved == 2 * each + 2_000
        yield moved == each
        yield moved > 0
    if "after" in request.long:
        yield request.long["after"] == 0


def _first(estate: Estate, operation: str) -> list[str]:
    """Workflows in written order, those that make the call first: so the same hole always has the same example."""
    makes = [name for name, goal in estate.goals.items() if operation in goal.operations()]
    return list(dict.fromkeys([*makes, *estate.goals]))[:8]
