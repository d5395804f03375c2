"""The conditions of a permit: every limit, count, fact and the mode, each with what follows when it does not hold.

Money is Long in minor units with the currency beside it (Cedar's decimal cannot add).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from runtime.errors import BadInput
from runtime.estate import Estate
from runtime.guardrails.effects import Effect
from runtime.guardrails.money_effect import terms_of
from runtime.guardrails.policy import Action
from runtime.money import to_minor

Consequence = Literal["approve", "escalate", "refuse"]
MONEY_LIMITS = ("each", "customer_per_30_days", "all_per_day")


@dataclass(frozen=True)
class Clause:
    """One condition of a permit. `bound` is minor units or a count; `otherwise` what follows when it does not hold."""

    kind: str
    holds: str
    otherwise: Consequence
    bound: int | None = None
    name: str = ""
    says: str = ""


def clauses_of(
    estate: Estate, action: Action, effect: Effect, currency: str, tighter: Mapping[str, int]
) -> Iterator[Clause]:
    """Every condition of a rule, in the order of the permit; `tighter` adds lower bounds by the names of limits."""
    facts = [fact_clause(estate, fact, reads=effect.does == "read") for fact in dict.fromkeys(action.conditions)]
    if effect.does == "read":
        yield from facts or [Clause("always", "true", "refuse")]
        return
    yield Clause("restricted", "!context.restricted", "refuse")
    yield from _money(effect, action, currency)
    yield from _counts(action.limits.count_per_customer_per_30_days, action.limits.count_per_day)
    yield from facts
    yield _mode(action)
    yield from _tighter(effect, currency, tighter)


def money_expression(effect: Effect, currency: str) -> str | None:
    """The money effect in Cedar; None when the operation moves none."""
    out = effect.money_out
    if out is None:
        return None
    if out.fixed is not None:
        return str(to_minor(out.fixed, currency))
    terms = terms_of(effect)
    return f"context.{terms[0]}" if len(terms) == 1 else "(context.before - context.after)"


def limit_minor(action: Action, name: str, currency: str) -> int | None:
    """A money limit in minor units of the currency; of a further currency where the action has limits in it."""
    written = getattr(action.limits.also.get(currency, action.limits), name)
    return None if written is None else to_minor(written, currency)


def quoted(text: str) -> str:
    """A Cedar string. Names with control characters are refused, so that a name can never become policy."""
    if not text or not text.isprintable():
        raise BadInput(f"{text!r} cannot be a name", "guardrails.yaml", "use letters, digits and punctuation")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def fact_clause(estate: Estate, name: str, *, reads: bool) -> Clause:
    """What the guardrails say of a fact; a read whose fact fails is nobody's business."""
    declared = estate.guardrails.facts.get(name)
    consequence: Consequence = "refuse" if reads else declared.otherwise if declared else "escalate"
    return Clause(
        "fact", f"context.facts.{fact_attribute(name)}", consequence, name=name, says=declared.says if declared else ""
    )


def _money(effect: Effect, action: Action, currency: str) -> Iterator[Clause]:
    money = money_expression(effect, currency)
    if money is None:
        return
    for term in terms_of(effect):
        yield Clause("negative", f"context.{term} >= 0", "refuse", name=term)
    if len(terms_of(effect)) == 2:
        yield Clause("negative", f"{money} >= 0", "refuse", name="before - after")
    yield Clause("currency", f"context.currency == {quoted(currency)}", "refuse", name=currency)
    yield Clause(
        "each",
        f"{money} <= {limit_minor(action, 'each', currency) or 0}",
        "escalate",
        limit_minor(action, "each", currency) or 0,
    )
    for name in MONEY_LIMITS[1:]:
        bound = limit_minor(action, name, currency)
        if bound is not None:
            yield _total(name, money, bound)


def _total(name: str, money: str, bound: int) -> Clause:
    spent = "context.spent_customer" if name == "customer_per_30_days" else "context.spent_day"
    return Clause(name, f"{spent} >= 0 && {spent} <= {bound} && {spent} + {money} <= {bound}", "escalate", bound)


def _counts(by_customer: int | None, by_day: int | None) -> Iterator[Clause]:
    for name, attribute, bound in (
        ("count_per_customer_per_30_days", "count_customer", by_customer),
        ("count_per_day", "count_day", by_day),
    ):
        if bound is not None:
            yield Clause(name, f"context.{attribute} >= 0 && context.{attribute} < {bound}", "escalate", bound)


def _mode(action: Action) -> Clause:
    if action.autonomy == "act":
        return Clause(
            "mode", '(context.mode == "approve" || (context.mode == "act" && !context.high_stakes))', "approve"
        )
    return Clause("mode", 'context.mode == "approve"', "approve")


def _tighter(effect: Effect, currency: str, tighter: Mapping[str, int]) -> Iterator[Clause]:
    money = money_expression(effect, currency)
    for name, bound in tighter.items():
        if money is not None and name == "each":
            yield Clause("each", f"{money} <= {bound}", "escalate", bound, "tightened")
        elif money is not None and name in MONEY_LIMITS:
            yield _total(name, money, bound)
        elif name == "count_per_day":
            yield from _counts(None, bound)
        elif name == "count_per_customer_per_30_days":
            yield from _counts(bound, None)


def fact_attribute(name: str) -> str:
    if not name.isidentifier() or not name.isascii():
        raise BadInput(f"{name!r} is no name of a fact", "guardrails.yaml", "write a Python name, like usage_gap_found")
    return name
