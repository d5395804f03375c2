"""Cedar's JSON policies as formulas for Z3, with Cedar's semantics of errors and of 64-bit overflow.

An expression becomes a value and the condition under which it errors. A policy applies when its scope matches and all
its conditions hold without error (an erring policy is skipped). A node that is not encoded raises Unsupported, and so
the proof fails. Requests are those that the schema admits. Semantics: https://docs.cedarpolicy.com/policies/syntax-operators.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import z3

from probes.derive.cedar_symbols import HIGHEST, LOWEST, Call, Symbols


class Unsupported(Exception):
    """An expression outside the encoded part of Cedar."""


@dataclass(frozen=True)
class Term:
    """A value of kind int, str, bool, entity, record or set, and when computing it errors."""

    kind: str
    value: Any
    error: Any
    constant: bool = False


def applies(policy: Mapping[str, Any], request: Call) -> Any:
    """The formula under which a policy applies to the request."""
    scope = _scope(policy, request)
    parts = [(_bool(expression(c["body"], request)), c["kind"] == "when") for c in policy["conditions"]]
    return z3.And(scope, *[z3.And(z3.Not(t.error), t.value if when else z3.Not(t.value)) for t, when in parts])


def may_error(policy: Mapping[str, Any], request: Call) -> Any:
    """The formula under which evaluating the policy errors."""
    so_far, found = [_scope(policy, request)], []
    for condition in policy["conditions"]:
        term = _bool(expression(condition["body"], request))
        found.append(z3.And(*so_far, term.error))
        so_far += [z3.Not(term.error), term.value if condition["kind"] == "when" else z3.Not(term.value)]
    return z3.Or(*found) if found else z3.BoolVal(False)


def names_operation(policy: Mapping[str, Any], operation: str) -> bool:
    """Whether the policy's action scope can match the operation."""
    action = policy["action"]
    if action["op"] == "All":
        return True
    entities = action.get("entities") or ([action["entity"]] if "entity" in action else [])
    if not entities or action["op"] not in ("==", "in"):
        raise Unsupported(f"action scope {action['op']}")
    return any(entity["type"] == "Action" and entity["id"] == operation for entity in entities)


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
        return _attribute(expression(inner["left"], request), inner["attr"], request)
    if name == "has":
        return _has(expression(inner["left"], request), inner["attr"])
    if name in ("&&", "||"):
        return _logical(name, _bool(expression(inner["left"], request)), _bool(expression(inner["right"], request)))
    if name == "!":
        term = _bool(expression(inner["arg"], request))
        return Term("bool", z3.Not(term.value), term.error)
    if name == "if-then-else":
        return _choice(*(expression(inner[part], request) for part in ("if", "then", "else")))
    if name == "neg":
        term = _int(expression(inner["arg"], request))
        return _long(-term.value, term.error)
    if name == "Set":
        return Term("set", [expression(item, request) for item in inner], z3.BoolVal(False))
    if name in ("==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "in", "contains"):
        return _binary(name, expression(inner["left"], request), expression(inner["right"], request))
    raise Unsupported(f"expression {name}")


def _scope(policy: Mapping[str, Any], request: Call) -> Any:
    principal, resource = policy["principal"], policy["resource"]
    if not names_operation(policy, request.operation):
        return z3.BoolVal(False)
    if resource["op"] != "All":
        raise Unsupported("a resource scope")
    if principal["op"] == "All":
        return z3.BoolVal(True)
    entity = principal.get("entity")
    if principal["op"] not in ("==", "in") or not entity:
        raise Unsupported(f"principal scope {principal['op']}")
    return (
        z3.BoolVal(False)
        if entity["type"] != "Workflow"
        else request.principal == request.symbols.of_workflow(entity["id"])
    )


def _literal(value: Any, symbols: Symbols) -> Term:
    never = z3.BoolVal(False)
    if isinstance(value, bool):
        return Term("bool", z3.BoolVal(value), never, True)
    if isinstance(value, int):
        return Term("int", z3.IntVal(value), never, True)
    if isinstance(value, str):
        return Term("str", z3.IntVal(symbols.of(value)), never, True)
    if isinstance(value, dict) and set(value) == {"__entity"} and value["__entity"]["type"] == "Workflow":
        return Term("entity", z3.IntVal(symbols.of_workflow(value["__entity"]["id"])), never, True)
    raise Unsupported(f"literal {value!r}")


def _variable(name: str, request: Call) -> Term:
    never = z3.BoolVal(False)
    if name == "context":
        return Term("record", "context", never)
    if name == "principal":
        return Term("entity", request.principal, never)
    raise Unsupported(f"variable {name}")


def _attribute(left: Term, name: str, request: Call) -> Term:
    never = z3.BoolVal(False)
    if left.kind == "record" and left.value == "context":
        for kind, held in (("int", request.long), ("str", request.text), ("bool", request.boolean)):
            if name in held:
                return Term(kind, held[name], never)
        if name == "facts":
            return Term("record", "facts", never)
    if left.kind == "record" and left.value == "facts" and name in request.facts:
        return Term("bool", request.facts[name], never)
    raise Unsupported(f"attribute {name}")


def _has(left: Term, name: str) -> Term:
    raise Unsupported(f"has {name}: the schema makes every attribute required")


def _logical(name: str, left: Term, right: Term) -> Term:
    goes_on = left.value if name == "&&" else z3.Not(left.value)
    value = z3.And(left.value, right.value) if name == "&&" else z3.Or(left.value, right.value)
    return Term("bool", value, z3.Or(left.error, z3.And(goes_on, right.error)))


def _choice(test: Term, then: Term, otherwise: Term) -> Term:
    condition = _bool(test)
    if then.kind != otherwise.kind or then.kind not in ("int", "bool", "str"):
        raise Unsupported("branches of different kinds")
    error = z3.Or(condition.error, z3.If(condition.value, then.error, otherwise.error))
    return Term(then.kind, z3.If(condition.value, then.value, otherwise.value), error)


def _binary(name: str, left: Term, right: Term) -> Term:
    error = z3.Or(left.error, right.error)
    if name in ("==", "!="):
        return Term("bool", _equal(left, right) if name == "==" else z3.Not(_equal(left, right)), error)
    if name == "contains":
        return Term("bool", _member(right, left), error)
    if name == "in":
        return Term("bool", _member(left, right) if right.kind == "set" else _equal(left, right), error)
    a, b = _int(left).value, _int(right).value
    if name in ("<", "<=", ">", ">="):
        return Term("bool", {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[name], error)
    if name == "*" and not (left.constant or right.constant):
        raise Unsupported("a product of two variables")
    return _long({"+": a + b, "-": a - b, "*": a * b}[name], error)


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
    return Term("int", value, z3.Or(error, value < LOWEST, value > HIGHEST))


def _int(term: Term) -> Term:
    if term.kind != "int":
        raise Unsupported(f"{term.kind} where a number is needed")
    return term


def _bool(term: Term) -> Term:
    if term.kind != "bool":
        raise Unsupported(f"{term.kind} where yes or no is needed")
    return term
