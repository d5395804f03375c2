"""What must never be permitted: claims over the money effect of each write operation, as formulas of the bad case.

A claim is proved when no request fulfils its formula together with the permits. The effect is taken from the effects
file, independently of how the policy writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from probes.derive.cedar_symbols import Call, all_of, any_of
from runtime.estate import Estate
from runtime.guardrails.cedar import currencies_of, limit_minor, workflows_of
from runtime.guardrails.effects import Effect
from runtime.guardrails.policy import Action
from runtime.money import from_minor, to_minor


@dataclass(frozen=True)
class Wrong:
    """`formula` is the bad case, without the permits (None: that a rule errs); `wish` makes a counterexample more telling."""

    name: str
    says: str
    formula: Any
    wish: Any = None


def claims_of(estate: Estate, operation: str, request: Call, name: str) -> Iterator[Wrong]:
    """Every claim about one operation that the action `name` covers; of a read: its conditions and who may."""
    action, effect = estate.guardrails.actions[name], estate.effect(operation)
    if effect is not None and effect.money_out is not None:
        yield from _money(effect, name, action, currencies_of(estate, name, effect), request)
    for fact in dict.fromkeys(action.conditions):
        yield Wrong(
            f"only_if_{fact}",
            f'{operation} is only called when "{fact.replace("_", " ")}" is confirmed',
            request.once(f"no {fact}", lambda fact=fact: z3.Not(request.facts[fact])),  # type: ignore[misc]
        )
    if effect is None or effect.does != "read":
        yield from _of_write(action, name, operation, request)
    allowed = [request.principal == request.symbols.of_workflow(w) for w in workflows_of(estate, action, operation)]
    yield Wrong(
        "workflows",
        f"only the named workflows call {operation}",
        z3.Not(any_of(allowed)) if allowed else z3.BoolVal(True),
    )


def _of_write(action: Action, name: str, operation: str, request: Call) -> Iterator[Wrong]:
    yield from _counts(action, name, request)
    yield Wrong(
        "restricted_data",
        f"no permitted call of {operation} carries restricted data",
        request.boolean["restricted"],
    )
    act = request.once("acts", lambda: request.text["mode"] == request.symbols.of("act"))
    approve = request.once("approved", lambda: request.text["mode"] == request.symbols.of("approve"))
    yield Wrong(
        "high_stakes",
        "a high-stakes case is never closed by a machine alone",
        request.once("high stakes alone", lambda: z3.And(act, request.boolean["high_stakes"])),
    )
    alone = action.autonomy == "act"
    other = request.once(f"other modes {alone}", lambda: z3.Not(z3.Or(act, approve) if alone else approve))
    yield Wrong("autonomy", f"{name} is never done with more autonomy than {action.autonomy}", other)


def effect_of(effect: Effect | None, request: Call, currency: str) -> Any:
    """The money effect as an unbounded integer."""
    out = effect.money_out if effect else None
    if out is None:
        return z3.IntVal(0)
    if out.fixed is not None:
        return z3.IntVal(to_minor(out.fixed, currency))
    if out.field is not None:
        return request.long["amount"]
    return request.long["before"] - request.long["after"] if out.before is not None else request.long["value"]


def _money(effect: Effect, name: str, action: Action, currencies: Sequence[str], request: Call) -> Iterator[Wrong]:
    """With limits in several currencies, each claim is about one of them, under its code."""
    moved = effect_of(effect, request, currencies[0])
    terms = [request.long[t] for t in ("amount", "value", "before", "after") if t in request.long]
    for place, code in enumerate(currencies):
        for wrong in _bounded(effect, name, action, code, request):
            if len(currencies) == 1:
                yield wrong
            else:
                label = f"{wrong.name}.{code}" if place else wrong.name
                yield Wrong(label, wrong.says, all_of([z3.Not(_is_not(code, request)), wrong.formula]), wrong.wish)
    yield Wrong(
        "never_negative",
        f"no permitted call of {name} moves a negative amount",
        request.once(
            f"negative {effect.money_out.fixed if effect.money_out else None}",
            lambda: any_of([moved < 0, *[t < 0 for t in terms]]),
        ),
    )
    yield Wrong(
        "currency",
        f"{name} moves {' or '.join(currencies)} only",
        request.once(f"not {currencies}", lambda: all_of([_is_not(c, request) for c in currencies])),
    )


def _is_not(currency: str, request: Call) -> Any:
    return request.once(f"currency {currency}", lambda: request.text["currency"] != request.symbols.of(currency))


def _bounded(effect: Effect, name: str, action: Action, currency: str, request: Call) -> Iterator[Wrong]:
    """One call, and the totals before and after it."""
    moved, each = effect_of(effect, request, currency), limit_minor(action, "each", currency) or 0
    yield Wrong("each", f"no permitted call of {name} moves more than {_said(each, currency)}", moved > each)
    for limit, attribute, whose in (
        ("customer_per_30_days", "spent_customer", "to one customer in 30 days"),
        ("all_per_day", "spent_day", "in 24 hours"),
    ):
        cap, spent = limit_minor(action, limit, currency), request.long[attribute]
        if cap is None:
            yield Wrong(limit, f"what leaves {whose} is bounded", z3.BoolVal(True), spent == 100 * each)
        else:
            says = f"if at most {_said(cap, currency)} left {whose} before a call of {name}, no more has left after it"
            yield Wrong(limit, says, any_of([spent < 0, spent + moved > cap, moved < 0]))


def _counts(action: Action, name: str, request: Call) -> Iterator[Wrong]:
    for limit, attribute in (("count_per_customer_per_30_days", "count_customer"), ("count_per_day", "count_day")):
        cap = getattr(action.limits, limit)
        if cap is not None:
            counted = request.long[attribute]
            yield Wrong(
                limit,
                f"{name} happens at most {cap} times ({limit.replace('_', ' ')})",
                z3.Or(counted < 0, counted + 1 > cap),
            )


def _said(minor: int, currency: str) -> str:
    return f"{from_minor(minor, currency)} {currency}"
