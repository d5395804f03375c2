"""Cedar's JSON expressions as formulas for Z3, with Cedar's semantics of errors and of 64-bit overflow.

An expression becomes a value and the condition under which it errors. A node that is not encoded raises Unsupported, and
so the proof fails. Requests are those that the schema admits. Semantics: https://docs.cedarpolicy.com/policies/syntax-operators.html
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import z3

from probes.derive.cedar_symbols import HIGHEST, LOWEST, Call, Symbols, any_of

_COMPARED = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_CALCULATED = {"+": operator.add, "-": operator.sub, "*": operator.mul}


class Unsupported(Exception):
    """An expression outside the encoded part of Cedar."""


@dataclass(frozen=True, slots=True)
class Term:
    """A value of kind int, str, bool, entity, record or set, and when computing it errors (None: never)."""

    kind: str
    value: Any
    error: Any = None
    constant: bool = False


def expression(node: Mapping[str, Any], request: Call) -> Term:
    """One node of Cedar's JSON expression tree."""
    if len(node) != 1:
        raise Unsupported(f"node {sorted(node)}")
    ((name, inner),) = node.items()
    if name == "Value":
        return _literal(inner, request.symbols)
    if name == "Var":
        return _variable(inner, request)
    if name == ".":
        left = expression(inner["left"], request)
        term: Term = request.once(f"{left.value}.{inner['attr']}", lambda: _attribute(left, inner["attr"], request))
        return term
    if name == "has":
        return _has(expression(inner["left"], request), inner["attr"])
    if name in ("&&", "||"):
        return _logical(name, boolean(expression(inner["left"], request)), boolean(expression(inner["right"], request)))
    if name == "!":
        term = boolean(expression(inner["arg"], request))
        return Term("bool", z3.Not(term.value), term.error)
    if name == "if-then-else":
        return _choice(*(expression(inner[part], request) for part in ("if", "then", "else")))
    if name == "neg":
        term = _int(expression(inner["arg"], request))
        return _long(-term.value, term.error)
    if name == "Set":
        items = [expression(item, request) for item in inner]
        return Term("set", items, _either(*(item.error for item in items)))
    if name in ("==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "in", "contains"):
        return _binary(name, expression(inner["left"], request), expression(inner["right"], request))
    raise Unsupported(f"expression {name}")


def _literal(value: Any, symbols: Symbols) -> Term:
    if isinstance(value, bool):
        return Term("bool", z3.BoolVal(value), None, True)
    if isinstance(value, int):
        return Term("int", z3.IntVal(value), None, True)
    if isinstance(value, str):
        return Term("str", z3.IntVal(symbols.of(value)), None, True)
    if isinstance(value, dict) and set(value) == {"__entity"} and value["__entity"]["type"] == "Workflow":
        return Term("entity", z3.IntVal(symbols.of_workflow(value["__entity"]["id"])), None, True)
    raise Unsupported(f"literal {value!r}")


def _variable(name: str, request: Call) -> Term:
    if name == "context":
        return Term("record", "context")
    if name == "principal":
        return Term("entity", request.principal)
    raise Unsupported(f"variable {name}")


def _attribute(left: Term, name: str, request: Call) -> Term:
    if left.kind == "record" and left.value == "context":
        for kind, held in (("int", request.long), ("str", request.text), ("bool", request.boolean)):
            if name in held:
                return Term(kind, held[name])
        if name == "facts":
            return Term("record", "facts")
    if left.kind == "record" and left.value == "facts" and name in request.facts:
        return Term("bool", request.facts[name])
    raise Unsupported(f"attribute {name}")


def _has(left: Term, name: str) -> Term:
    raise Unsupported(f"has {name}: the schema makes every attribute required")


def _logical(name: str, left: Term, right: Term) -> Term:
    goes_on = left.value if name == "&&" else z3.Not(left.value)
    value = z3.And(left.value, right.value) if name == "&&" else z3.Or(left.value, right.value)
    later = None if right.error is None else z3.And(goes_on, right.error)
    return Term("bool", value, _either(left.error, later))


def _choice(test: Term, then: Term, otherwise: Term) -> Term:
    condition = boolean(test)
    if then.kind != otherwise.kind or then.kind not in ("int", "bool", "str"):
        raise Unsupported("branches of different kinds")
    first = None if then.error is None else z3.And(condition.value, then.error)
    second = None if otherwise.error is None else z3.And(z3.Not(condition.value), otherwise.error)
    error = _either(condition.error, first, second)
    return Term(then.kind, z3.If(condition.value, then.value, otherwise.value), error)


def _binary(name: str, left: Term, right: Term) -> Term:
    error = _either(left.error, right.error)
    if name in ("==", "!="):
        return Term("bool", _equal(left, right) if name == "==" else z3.Not(_equal(left, right)), error)
    if name == "contains":
        return Term("bool", _member(right, left), error)
    if name == "in":
        return Term("bool", _member(left, right) if right.kind == "set" else _equal(left, right), error)
    a, b = _int(left).value, _int(right).value
    if name in ("<", "<=", ">", ">="):
        return Term("bool", _COMPARED[name](a, b), error)
    if name == "*" and not (left.constant or right.constant):
        raise Unsupported("a product of two variables")
    return _long(_CALCULATED[name](a, b), error)


def _member(item: Term, items: Term) -> Any:
    if items.kind != "set":
        raise Unsupported("membership in something that is no literal set")
    return z3.Or(*[_equal(item, one) for one in items.value]) if items.value else z3.BoolVal(False)


def _equal(left: Term, right: Term) -> Any:
    if left.kind != right.kind:
        return z3.BoolVal(False)
    if left.kind not in ("int", "str", "bool", "entity"):
        raise Unsupported(f"equality of {left.kind}")
    if left.kind in ("str", "entity") and not (left.constant or right.constant):
        raise Unsupported("equality of two texts that are both free")
    return left.value == right.value


def _long(value: Any, error: Any) -> Term:
    return Term("int", value, _either(error, value < LOWEST, value > HIGHEST))


def _either(*errors: Any) -> Any:
    """The disjunction of what may go wrong; None: nothing."""
    found = [error for error in errors if error is not None]
    return any_of(found) if found else None


def _int(term: Term) -> Term:
    if term.kind != "int":
        raise Unsupported(f"{term.kind} where a number is needed")
    return term


def boolean(term: Term) -> Term:
    """The term itself; raises Unsupported for what is not yes or no."""
    if term.kind != "bool":
        raise Unsupported(f"{term.kind} where yes or no is needed")
    return term
