"""Cedar's JSON policies as formulas: a policy applies when its scope matches and all its conditions hold without error.

An erring policy is skipped, as in Cedar. Requests are those that the schema admits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import z3

from probes.derive.cedar_logic import Term, Unsupported, boolean, expression
from probes.derive.cedar_symbols import Call, all_of, any_of


@dataclass(frozen=True)
class Rule:
    """One policy as formulas: its scope, and its conditions taken apart at every `&&`, in the order of evaluation."""

    scope: Any
    conjuncts: tuple[Term, ...]

    def applies(self, leaving_out: int | None = None) -> Any:
        """The formula under which the policy applies: every conjunct is true without an error."""
        kept = [term for n, term in enumerate(self.conjuncts) if n != leaving_out]
        parts = [
            part
            for term in kept
            for part in ((term.value,) if term.error is None else (z3.Not(term.error), term.value))
        ]
        return all_of([self.scope, *parts])

    def may_error(self, leaving_out: int | None = None) -> Any:
        """The formula under which evaluating it errors; None: never."""
        so_far, found = [self.scope], []
        for n, term in enumerate(self.conjuncts):
            if n == leaving_out:
                continue
            if term.error is not None:
                found.append(all_of([*so_far, term.error]))
                so_far.append(z3.Not(term.error))
            so_far.append(term.value)
        return any_of(found) if found else None


def rule_of(policy: Mapping[str, Any], request: Call) -> Rule:
    """A policy as formulas.

    Raises:
        Unsupported: it holds something that is not encoded.
    """
    return Rule(_scope(policy, request), tuple(_cached(body, request) for body in conjuncts(policy)))


def applies(policy: Mapping[str, Any], request: Call) -> Any:
    """The formula under which a policy applies to the request."""
    return rule_of(policy, request).applies()


def conjuncts(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Conditions of a policy, `&&` taken apart; `unless` stays whole."""
    found: list[Mapping[str, Any]] = []
    for condition in policy["conditions"]:
        found += _flat(condition["body"]) if condition["kind"] == "when" else [{"!": {"arg": condition["body"]}}]
    return found


def _flat(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*_flat(body["&&"]["left"]), *_flat(body["&&"]["right"])] if "&&" in body else [body]


def _cached(body: Mapping[str, Any], request: Call) -> Term:
    """Rules repeat each other: each conjunct is built once for a request."""
    term: Term = request.once(repr(body), lambda: boolean(expression(body, request)))
    return term


def names_operation(policy: Mapping[str, Any], operation: str) -> bool:
    """Whether the policy's action scope can match the operation."""
    action = policy["action"]
    if action["op"] == "All":
        return True
    entities = action.get("entities") or ([action["entity"]] if "entity" in action else [])
    if not entities or action["op"] not in ("==", "in"):
        raise Unsupported(f"action scope {action['op']}")
    return any(entity["type"] == "Action" and entity["id"] == operation for entity in entities)


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
