"""What is wrong between guardrails, effects and descriptions, with the line it stands in: such a folder is not loaded.

Nothing here has a permissive reading: an operation that nobody knows, one that two actions limit, an amount that its currency
cannot express, a fact that goes round in circles, more rules than can be proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from runtime.errors import BadInput, did_you_mean
from runtime.guardrails.conditions import DeclaredFact, names_of
from runtime.guardrails.effects import EffectsFile
from runtime.guardrails.policy import Action, Amounts, GuardrailsFile
from runtime.money import to_minor
from runtime.systems.surface import Surface
from runtime.written import Written

MAX_RULES = 5_000
MONEY = ("each", "customer_per_30_days", "all_per_day")
SurfaceOf = Callable[[str], Surface | None]


def misfits(
    guardrails: Written[GuardrailsFile],
    effects: Mapping[str, EffectsFile],
    surface_of: SurfaceOf,
    *,
    currency: str,
    workflows: int,
) -> Iterator[BadInput]:
    """Every error, in the order of the file.

    Args:
        surface_of: system → its described operations, None where there is no description; only asked for unknown names.
        currency: the engagement's.
        workflows: how many there are.
    """
    yield from _too_many(guardrails, workflows)
    yield from _circles(guardrails)
    first: dict[str, str] = {}
    for name, action in guardrails.value.actions.items():
        for n, operation in enumerate(action.operations):
            place = guardrails.place("actions", name, "operations", n)
            yield from _unknown(operation, place, effects, surface_of)
            if operation in first:
                yield BadInput(
                    f"{operation} stands in two actions, {first[operation]} and {name}: which limits hold would be a guess",
                    place,
                    "leave it in one of them",
                )
            first.setdefault(operation, name)
        yield from _inexact(guardrails, name, action, currency)


def _unknown(
    operation: str, place: str, effects: Mapping[str, EffectsFile], surface_of: SurfaceOf
) -> Iterator[BadInput]:
    system, _, name = operation.partition(".")
    written = effects.get(system)
    if written is None or name in written.operations:
        return
    surface = surface_of(system)
    known = {*written.operations, *(surface.operations if surface else ())}
    if name not in known:
        near = did_you_mean(operation, [f"{system}.{one}" for one in known])
        yield BadInput(
            f"`{operation}` is no operation of {system}{near}",
            place,
            f"use a name from effects/{system}.yaml or from the description",
        )


def _inexact(guardrails: Written[GuardrailsFile], name: str, action: Action, currency: str) -> Iterator[BadInput]:
    where: list[tuple[tuple[str, ...], Amounts, str]] = [((), action.limits, action.limits.currency or currency)]
    where += [(("also", code), amounts, code) for code, amounts in action.limits.also.items()]
    for keys, amounts, code in where:
        if keys and code == where[0][2]:
            place = guardrails.place("actions", name, "limits", *keys)
            yield BadInput(f"{code} is the main currency of {name}: two limits for it", place, "leave one of them")
        for limit in MONEY:
            amount = getattr(amounts, limit)
            try:
                if amount is not None:
                    to_minor(amount, code)
            except ValueError as error:
                place = guardrails.place("actions", name, "limits", *keys, limit)
                yield BadInput(f"{limit}: {error}", place, "write an amount that the currency can express")


def _too_many(guardrails: Written[GuardrailsFile], workflows: int) -> Iterator[BadInput]:
    rules = 0
    for name, action in guardrails.value.actions.items():
        who = len(action.workflows) if action.workflows and "*" not in action.workflows else workflows
        rules += len(action.operations) * max(who, 1)
        if rules > MAX_RULES:
            yield BadInput(
                f"more than {MAX_RULES:,} rules (actions × operations × workflows) cannot be proved in reasonable time",
                guardrails.place("actions", name),
                "join actions that share their limits, or split the engagement",
            )
            return


def _circles(guardrails: Written[GuardrailsFile]) -> Iterator[BadInput]:
    """Declared facts may refer to each other, but never back to themselves."""
    facts = guardrails.value.facts
    for name in facts:
        way = _way_back(name, name, facts, frozenset())
        if way:
            yield BadInput(
                f"the fact `{name}` refers to itself ({' → '.join([name, *way])})",
                guardrails.place("facts", name),
                "say what it looks at in a record",
            )


def _way_back(name: str, target: str, facts: Mapping[str, DeclaredFact], seen: frozenset[str]) -> list[str]:
    for inner in names_of(facts[name]):
        if inner == target:
            return [inner]
        if inner in facts and inner not in seen:
            way = _way_back(inner, target, facts, seen | {inner})
            if way:
                return [inner, *way]
    return []
