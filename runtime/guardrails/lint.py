"""Suggestions about guardrails that load, but deny what was meant to pass, or leave open what somebody should look at.

Each has the line, what is odd, and what to write instead. Nothing here makes a limit weaker: what is unclear is denied anyway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from runtime.errors import did_you_mean
from runtime.estate import Estate
from runtime.guardrails.cedar import limit_minor
from runtime.guardrails.conditions import names_of
from runtime.guardrails.cross_checks import Suggestion, cross_checks
from runtime.guardrails.facts import library
from runtime.guardrails.policy import HIGH_STAKES, Action, GuardrailsFile
from runtime.guardrails.restricted import FIELDS
from runtime.systems.surface import Surface
from runtime.written import Written


def suggestions(
    guardrails: Written[GuardrailsFile], estate: Estate, surfaces: Mapping[str, Surface] | None = None
) -> Iterator[Suggestion]:
    """Every suggestion: facts, actions, effects, ownership, data; then goals and vendors' rights against the limits."""
    yield from _facts(guardrails)
    for name, action in guardrails.value.actions.items():
        yield from _action(guardrails, estate, name, action)
    yield from _effects(estate, surfaces or {})
    yield from _file(guardrails)
    yield from cross_checks(estate)


def _facts(guardrails: Written[GuardrailsFile]) -> Iterator[Suggestion]:
    declared, known = guardrails.value.facts, set(library(None, guardrails.value.facts))
    used = {fact for action in guardrails.value.actions.values() for fact in action.conditions}
    for name, action in guardrails.value.actions.items():
        for n, fact in enumerate(action.conditions):
            if fact not in known:
                said = f"no fact is called `{fact}`{did_you_mean(fact, known)}: {name} is always handed over"
                place = guardrails.place("actions", name, "conditions", n)
                yield Suggestion(place, said, "declare it under `facts`, or install the package that has it", True)
    for name, condition in declared.items():
        used |= set(names_of(condition))
        for inner in names_of(condition):
            if inner not in known:
                place = guardrails.place("facts", name)
                yield Suggestion(
                    place, f"`{name}` refers to `{inner}`{did_you_mean(inner, known)}", "no fact is called so", True
                )
    for name in declared:
        if name not in used:
            yield Suggestion(
                guardrails.place("facts", name),
                f"nothing uses the fact `{name}`",
                "name it under `conditions`, or take it out",
            )
        if name in library():
            yield Suggestion(
                guardrails.place("facts", name), f"`{name}` hides a fact of the library", "choose another name"
            )


def _action(guardrails: Written[GuardrailsFile], estate: Estate, name: str, action: Action) -> Iterator[Suggestion]:
    place, limits = guardrails.place("actions", name), action.limits
    effects = {operation: estate.effect(operation) for operation in action.operations}
    moves = [operation for operation, effect in effects.items() if effect and effect.money_out]
    if moves and limits.each is None:
        yield Suggestion(
            place,
            f"{moves[0]} moves money, and {name} has no limit for one call: nothing passes",
            'write `limits: {each: "…"}`',
            True,
        )
    if moves and (limits.customer_per_30_days is None or limits.all_per_day is None):
        yield Suggestion(place, f"{name} moves money without a total for a customer and for a day: that it is bounded cannot be proved",
                         "write customer_per_30_days and all_per_day")  # fmt: skip
    if not moves and any((limits.each, limits.customer_per_30_days, limits.all_per_day)):
        yield Suggestion(
            place,
            f"{name} limits money, but none of its operations moves any",
            "say `money_out` in effects/, or take the limit out",
        )
    currency = limits.currency or estate.currency
    for small, large in (("each", "customer_per_30_days"), ("customer_per_30_days", "all_per_day")):
        low, high = limit_minor(action, small, currency), limit_minor(action, large, currency)
        if low is not None and high is not None and low > high:
            yield Suggestion(
                guardrails.place("actions", name, "limits", small),
                f"{small} is above {large} and never reached",
                f"lower {small} or raise {large}",
            )
    for workflow in action.workflows:
        if workflow != "*" and workflow not in estate.goals:
            near = did_you_mean(workflow, estate.goals)
            yield Suggestion(
                guardrails.place("actions", name, "workflows"),
                f"there is no workflow `{workflow}`{near}",
                "use a name of goals.yaml",
                True,
            )
    if action.autonomy == "act" and moves and not action.conditions:
        yield Suggestion(
            place,
            f"{name} pays out alone and on no condition",
            "name the facts that make it right, or set autonomy: approve",
        )


def _effects(estate: Estate, surfaces: Mapping[str, Surface]) -> Iterator[Suggestion]:
    for system, written in estate.effects.items():
        place = f"effects/{system}.yaml"
        if written.confirmed is None:
            yield Suggestion(
                f"{place}:1",
                "nobody confirmed this file: every operation in it is denied",
                "go through it and sign `confirmed`",
                True,
            )
            continue
        signed, surface = written.confirmed.surface, surfaces.get(system)
        if (
            surface
            and signed
            and signed.removeprefix("sha256:") not in ("pending", surface.digest.removeprefix("sha256:"))
        ):
            yield Suggestion(
                f"{place}:1",
                "the description changed since the effects were confirmed",
                "look at what changed and sign again",
            )
        for name, effect in written.operations.items():
            if effect.money_out and effect.customer is None:
                yield Suggestion(
                    place,
                    f"{name} moves money, and nothing says to whom: each call is handed over",
                    "say `customer`",
                    True,
                )


def _file(guardrails: Written[GuardrailsFile]) -> Iterator[Suggestion]:
    said = guardrails.value
    start = guardrails.place("owner")
    if not said.owner:
        yield Suggestion(start, "nobody owns the limits", "write `owner: …`")
    if not said.may_change:
        yield Suggestion(start, "it is not said who may change this file", "write `may_change: [role, …]`")
    if said.approved is None:
        yield Suggestion(start, "nobody approved these limits", 'write `approved: {by: …, on: "YYYY-MM-DD"}`')
    days = {"reviewed": said.reviewed, "approved": said.approved.on if said.approved else None}
    for key, day in [*days.items(), *(("reviews", review.on) for review in said.reviews)]:
        if day is not None and not _is_date(day):
            yield Suggestion(guardrails.place(key), f"{day!r} is no date", 'write it like "2026-11-20"')
    for category in said.restricted_data:
        if category not in FIELDS and (near := did_you_mean(category, FIELDS)):
            yield Suggestion(
                guardrails.place("restricted_data", category),
                f"`{category}` is found by the name of a field only{near}",
                "use the known name",
            )
    absent = [name for name in HIGH_STAKES if name not in said.high_stakes]
    if absent:
        yield Suggestion(
            guardrails.place("high_stakes"),
            f"not on the list of high stakes: {', '.join(absent)}",
            "add them, so that they always go past a person",
        )


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
