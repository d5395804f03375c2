"""Two versions of the guardrails compared: what the new one newly allows, what it newly refuses, each with a call that shows it.

The solver compares the compiled permits over all requests. What a name means (a fact, an effect, a trigger) is outside the
formulas, so a change of meaning is told by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from probes.derive.proof import covered_operations, policies_of
from probes.derive.proof_scene import TIMEOUT_MS
from runtime.estate import Estate
from runtime.guardrails.budget_entries import Totals
from runtime.guardrails.cedar import attributes_of, currencies_of, limit_minor, rules, workflows_of
from runtime.guardrails.engine import Engine
from runtime.guardrails.money_effect import MoneyEffect
from runtime.guardrails.policy import Action
from runtime.guardrails.says import explain

Kind = Literal["newly allowed", "newly refused", "means something else", "could not be compared"]


@dataclass(frozen=True)
class Change:
    """One difference. `example` is a call in business words; `loosens` when an agent may do more than before, or might."""

    kind: Kind
    subject: str
    says: str
    example: str = ""

    @property
    def loosens(self) -> bool:
        return self.kind != "newly refused"


def compare(old: Estate, new: Estate) -> Iterator[Change]:
    """Differences between two versions, operation by operation."""
    yield from _meanings(old, new)
    was, is_now = _Version.of(old), _Version.of(new)
    before, after = was.covered, is_now.covered
    for operation in dict.fromkeys([*after, *before]):
        if operation in before and operation in after:
            yield from _compared(was, is_now, operation)
        elif operation in after:
            yield Change("newly allowed", operation, f"{operation} was denied, now {after[operation]} covers it")
        else:
            yield Change(
                "newly refused", operation, f"{operation} was covered by {before[operation]}, now it is denied"
            )


@dataclass(frozen=True)
class _Version:
    """An estate with its covered operations and the Cedar text of their permits."""

    estate: Estate
    covered: Mapping[str, str]
    permits: Mapping[str, str]

    @classmethod
    def of(cls, estate: Estate) -> _Version:
        texts: dict[str, str] = {}
        for one in rules(estate):
            texts[one.operation] = texts.get(one.operation, "") + one.permit()
        return cls(estate, covered_operations(estate), texts)

    def action(self, operation: str) -> Action:
        return self.estate.guardrails.actions[self.covered[operation]]


def _compared(old: _Version, new: _Version, operation: str) -> Iterator[Change]:
    from probes.derive.cedar_logic import Unsupported

    try:
        yield from _asked(old, new, operation)
    except Unsupported as error:
        yield Change("could not be compared", operation, f"{operation}: {error}")


def _asked(old: _Version, new: _Version, operation: str) -> Iterator[Change]:
    import z3

    from probes.derive import claims
    from probes.derive.counterexample import Example
    from probes.derive.plain_example import plain_model, wishes

    request = _free_request(old, new, operation)
    was, is_now = (_permitted(version, operation, request) for version in (old, new))
    kinds: tuple[tuple[Kind, Any, _Version, _Version], ...] = (
        ("newly allowed", z3.And(is_now, z3.Not(was)), new, old),
        ("newly refused", z3.And(was, z3.Not(is_now)), old, new),
    )
    for kind, formula, allows, refuses in kinds:
        solver = z3.SimpleSolver()
        solver.set("timeout", TIMEOUT_MS)
        solver.add(*request.domain(), formula)
        found = str(solver.check())
        if found == "unknown":
            yield Change("could not be compared", operation, f"{operation}: the solver gave no answer in time")
        if found != "sat":
            continue
        estate, action = allows.estate, allows.action(operation)
        currency = action.limits.currency or estate.currency
        moved = claims.effect_of(estate.effect(operation), request, currency)
        each = limit_minor(action, "each", currency) or 0
        example = Example.of(request, plain_model(solver, wishes(estate, request, moved, currency, each)))
        yield Change(kind, operation, _why_not(refuses, example), example.says(estate, ""))


def _permitted(version: _Version, operation: str, request: Any) -> Any:
    import z3

    from probes.derive.cedar_rules import applies
    from probes.derive.cedar_symbols import any_of

    found = [applies(policy, request) for policy in policies_of(version.permits.get(operation, ""))]
    return any_of(found or [z3.BoolVal(False)])


def _free_request(old: _Version, new: _Version, operation: str) -> Any:
    """A request with the attributes and facts of both versions."""
    from probes.derive import cedar_symbols

    attributes: dict[str, str] = {}
    facts: list[str] = []
    for version in (old, new):
        attributes |= attributes_of(version.estate, operation, version.covered[operation])
        facts += version.action(operation).conditions
    return cedar_symbols.call(operation, attributes, tuple(dict.fromkeys(facts)), cedar_symbols.Symbols())


def _why_not(version: _Version, example: Any) -> str:
    """What the version that refuses says about the call, in business words."""
    estate, action, written = version.estate, version.covered[example.operation], version.action(example.operation)
    if example.workflow not in workflows_of(estate, written, example.operation):
        return f"{example.workflow} may not call it"
    if written.autonomy in ("observe", "blocked"):
        return f"{action} is set to {written.autonomy}"
    attributes = attributes_of(estate, example.operation, action)
    context = {name: example.context[name] for name in attributes if name != "facts"}
    context["facts"] = {name: example.context["facts"][name] for name in dict.fromkeys(written.conditions)}
    failed = Engine(estate).failed(example.workflow, example.operation, context, {})
    if not failed:
        return "no rule allows it"
    worst = min(failed, key=lambda clause: ("refuse", "escalate", "approve").index(clause.otherwise))
    terms = [context[name] for name in ("amount", "value", "before", "after") if name in context]
    minor = terms[0] - terms[1] if len(terms) == 2 else sum(terms)
    spent_customer, spent_day, count_customer, count_day = (
        int(context.get(name, 0)) for name in ("spent_customer", "spent_day", "count_customer", "count_day")
    )
    known = currencies_of(estate, action, estate.effect(example.operation))
    money = MoneyEffect(minor, context["currency"] if context.get("currency") in known else known[0], {})
    return explain(worst, action, money, Totals(spent_customer, spent_day, count_customer, count_day))


def _meanings(old: Estate, new: Estate) -> Iterator[Change]:
    """What the formulas take for granted and what now means something else."""
    for system, written in new.effects.items():
        for name in written.operations:
            before = old.effect(f"{system}.{name}")
            if before is not None and new.effect(f"{system}.{name}") not in (None, before):
                yield Change(
                    "means something else",
                    f"{system}.{name}",
                    f"effects/{system}.yaml says something else about {name}",
                )
    for name, fact in new.guardrails.facts.items():
        if name in old.guardrails.facts and old.guardrails.facts[name] != fact:
            yield Change("means something else", name, f"the fact {name} is defined in another way")
    for part in ("records", "restricted_data", "escalate_when", "high_stakes"):
        if getattr(old.guardrails, part) != getattr(new.guardrails, part):
            yield Change("means something else", part, f"{part} changed")
