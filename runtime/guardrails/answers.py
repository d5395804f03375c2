"""Answers conditions over what was read: yes, no, or neither.

Only a yes lets a write pass; a read also passes where its record was looked up and does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from runtime.guardrails.conditions import Condition, Term
from runtime.guardrails.record_values import (
    ABSENT,
    NO,
    UNCLEAR,
    YES,
    Answer,
    Scope,
    at_path,
    elements,
    number_of,
    same,
    step,
    time_of,
)  # fmt: skip


def answer(condition: str | Condition, scope: Scope) -> Answer:
    """Whether a condition holds, or the named fact."""
    if isinstance(condition, str):
        return scope.named(condition)
    match condition.form:
        case "all_":
            return _all(answer(one, scope) for one in condition.all_ or ())
        case "any_":
            return _any(answer(one, scope) for one in condition.any_ or ())
        case "not_":
            return _not(answer(condition.not_ or "", scope))
        case "every" | "some" | "none" as form:
            return _of_elements(form, getattr(condition, form), condition.holds or "", scope)
        case "each_of":
            return _each_of(condition, scope)
    return _compared(condition, scope)


def value_of(term: Any, scope: Scope) -> Any:
    """What a term gives; literals are themselves; ABSENT or UNCLEAR where there is nothing.

    Raises:
        ValueError: something is no number where one is needed.
    """
    if not isinstance(term, Term):
        return term
    match term.form:
        case "value":
            return at_path(str(term.value), scope)
        case "count":
            found = elements(str(term.count), scope)
            return found if isinstance(found, Answer) else _counted(found, term, scope)
        case "sum":
            return _summed(term, scope)
        case "find":
            return _found(term, scope)
        case "table":
            return _in_table(term, scope)
    return _calculated(term, scope)


def _compared(condition: Condition, scope: Scope) -> Answer:
    name, bound = condition.comparison
    try:
        left = value_of(condition, scope)
        if name == "present":
            return left if left is ABSENT else _yes((left not in (UNCLEAR, "", [], {})) is bound)
        right = [value_of(one, scope) for one in bound] if isinstance(bound, list) else value_of(bound, scope)
        for side in (left, right):
            if isinstance(side, Answer):
                return side
        if name == "within_hours":
            until = at_path(condition.until or "now", scope)
            return until if isinstance(until, Answer) else _yes(_within(left, right, until))
        return _yes(_COMPARED[name](left, right))
    except (TypeError, ValueError, ArithmeticError):
        return UNCLEAR


def _of_elements(form: str, lists: str | Mapping[str, str], holds: str | Condition, scope: Scope) -> Answer:
    """`every` of nothing is unclear: that nothing is wrong with no element shows nothing."""
    named = {"it": lists} if isinstance(lists, str) else lists
    columns = [elements(path, scope) for path in named.values()]
    nothing = next((column for column in columns if isinstance(column, Answer)), None)
    if nothing is not None or len({len(column) for column in columns}) != 1:
        return nothing or UNCLEAR
    found = [answer(holds, scope.at(**dict(zip(named, row, strict=True)))) for row in zip(*columns, strict=True)]
    if form == "every":
        return _all(found) if found else UNCLEAR
    return _any(found) if form == "some" else _not(_any(found))


def _each_of(condition: Condition, scope: Scope) -> Answer:
    wanted, there = elements(str(condition.each_of), scope), elements(str(condition.among), scope)
    for side in (wanted, there):
        if isinstance(side, Answer):
            return side
    if condition.by:
        there = [one.get(condition.by) if isinstance(one, Mapping) else None for one in there]
    return _yes(all(_times(one, wanted) <= _times(one, there) for one in wanted)) if wanted else UNCLEAR


def _times(one: Any, among: Sequence[Any]) -> int:
    return sum(same(one, other) for other in among)


def _found(term: Term, scope: Scope) -> Any:
    there, wanted = elements(str(term.find), scope), value_of(term.equals, scope)
    for side in (there, wanted):
        if isinstance(side, Answer):
            return side
    fitting = [one for one in there if isinstance(one, Mapping) and same(one.get(str(term.by)), wanted)]
    values = [one.get(str(term.take)) for one in fitting]
    return values[0] if values and all(same(v, values[0]) for v in values) and values[0] is not None else UNCLEAR


def _in_table(term: Term, scope: Scope) -> Any:
    found: Any = term.table
    for path in term.at or ():
        key = at_path(path, scope)
        if isinstance(key, Answer):
            return key
        found = found.get(str(key)) if isinstance(found, Mapping) else None
    return UNCLEAR if found is None or isinstance(found, Mapping) else found


def _counted(found: Sequence[Any], term: Term, scope: Scope) -> Any:
    if term.where is None:
        return len(found)
    taken = [answer(term.where, scope.at(it=one)) for one in found]
    return next((a for a in taken if a in (ABSENT, UNCLEAR)), taken.count(YES))


def _summed(term: Term, scope: Scope) -> Any:
    found = elements(str(term.sum), scope)
    if isinstance(found, Answer):
        return found
    total = Decimal(0)
    for one in found:
        inside = scope.at(it=one)
        taken = YES if term.where is None else answer(term.where, inside)
        if taken in (ABSENT, UNCLEAR):
            return taken
        if taken is YES:
            amount = value_of(term.of, inside) if isinstance(term.of, Term) else step(one, term.of) if term.of else one
            if isinstance(amount, Answer):
                return amount
            total += number_of(amount)
    return total


def _calculated(term: Term, scope: Scope) -> Any:
    values = [value_of(one, scope) for one in getattr(term, term.form)]
    nothing = next((one for one in values if isinstance(one, Answer)), None)
    if nothing is not None:
        return nothing
    first, *rest = map(number_of, values)
    for one in rest:
        first = first + one if term.form == "plus" else first - one if term.form == "minus" else first * one
    return first if term.not_below is None else max(first, Decimal(term.not_below))


def _within(left: Any, hours: Any, until: Any) -> bool:
    age = time_of(until) - time_of(left)
    return timedelta(0) <= age <= timedelta(hours=hours)


def _alike(left: Any, right: Any) -> bool:
    """True; raises for values of two kinds: neither that they are equal nor that they differ would be an answer."""
    kinds = {
        "flag" if isinstance(one, bool) else "number" if isinstance(one, (int, float, Decimal)) else type(one).__name__
        for one in (left, right)
    }
    if len(kinds) > 1 or kinds & {"list", "dict"}:
        raise TypeError("values of two kinds")
    return True


_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "is_": lambda a, b: _alike(a, b) and same(a, b),
    "is_not": lambda a, b: _alike(a, b) and not same(a, b),
    "in_": lambda a, b: any(same(a, one) for one in b if _alike(a, one)),
    "not_in": lambda a, b: not any(same(a, one) for one in b if _alike(a, one)),
    "at_least": lambda a, b: number_of(a) >= number_of(b),
    "at_most": lambda a, b: number_of(a) <= number_of(b),
    "more_than": lambda a, b: number_of(a) > number_of(b),
    "less_than": lambda a, b: number_of(a) < number_of(b),
    "earlier_than": lambda a, b: time_of(a) < time_of(b),
    "later_than": lambda a, b: time_of(a) > time_of(b),
}


def _all(answers: Iterable[Answer]) -> Answer:
    return _strongest(answers, NO, YES)


def _any(answers: Iterable[Answer]) -> Answer:
    return _strongest(answers, YES, NO)


def _strongest(answers: Iterable[Answer], decides: Answer, otherwise: Answer) -> Answer:
    """After Kleene: what decides, else what is unclear, else what is absent."""
    found = list(answers)
    return next((one for one in (decides, UNCLEAR, ABSENT) if one in found), otherwise)


def _not(one: Answer) -> Answer:
    return {YES: NO, NO: YES}.get(one, one)


def _yes(holds: bool) -> Answer:
    return YES if holds else NO
