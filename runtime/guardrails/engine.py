"""The compiled policy in memory: a small Cedar policy set for each workflow and operation, parsed once.

Every permit names one principal and one action, so a slice decides exactly as the whole set would.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from runtime.errors import BadInput
from runtime.estate import Estate
from runtime.guardrails.cedar import Clause, attributes_of, operation_schema, permits_text, rule, rules, schema_text
from runtime.guardrails.context_shape import Shape, shape_of

_ATTRIBUTE = re.compile(r"\bcontext\.([A-Za-z_]\w*)")
_TYPES = "entity Workflow;\nentity System;\n"


@dataclass(frozen=True)
class Slice:
    """Parsed handles of one rule: what decides, what explains, and the clauses by the explanations' ids. `looks_at`: attributes of the
    context that its text names; Cedar need not be told the others.
    """

    permits: Any
    explains: Any
    schema: Any
    clauses: tuple[Clause, ...]
    who: Mapping[str, Any]
    shape: Shape | None
    looks_at: frozenset[str]


class Engine:
    """Evaluates slices. The whole policy is validated against its schema before the first decision."""

    def __init__(self, estate: Estate) -> None:
        import cedarpy

        self._estate, self._slices, self._lock = (
            estate,
            dict[tuple[str, str, str, frozenset[tuple[str, int]]], Slice](),
            threading.Lock(),
        )
        self._ask, self._allow = cedarpy.is_authorized_batch, cedarpy.Decision.Allow
        self._schemas: dict[str, Any] = {}
        self._further = frozenset((one.operation, one.currency) for one in rules(estate) if one.further)
        self._entities = cedarpy.Entities.from_json_str("[]")
        text = permits_text(estate)
        self.digest = digest_of(text, schema_text(estate))
        if text:
            found = cedarpy.validate_policies(text, schema_text(estate))
            if not found.validation_passed:
                raise BadInput(
                    f"the compiled policy is not valid: {found.errors[0].error}",
                    "guardrails.yaml",
                    "`cxready guardrails compile DIR` shows it",
                )

    def failed(
        self, workflow: str, operation: str, context: Mapping[str, Any], tighter: Mapping[str, int]
    ) -> tuple[Clause, ...] | None:
        """None when the call is allowed; else the clauses that did not hold (none: refused for no nameable reason)."""
        code = context.get("currency", "")
        code = code if isinstance(code, str) else ""
        part = self._slice(workflow, operation, code if (operation, code) in self._further else "", tighter)
        fits = part.shape is not None and part.shape.fits(context)
        told = {name: context[name] for name in part.looks_at} if fits else context
        request = {**part.who, "context": _written(told, plain=fits)}
        schema = None if fits else part.schema
        [result] = self._ask([request], part.permits, self._entities, schema)
        if result.decision is self._allow and not result.diagnostics.errors:
            return None
        [why] = self._ask([request], part.explains, self._entities, schema)
        said = why.diagnostics.id_annotations_by_reason
        return tuple(part.clauses[int(n)] for n in sorted(said.values(), key=int))

    def _slice(self, workflow: str, operation: str, further: str, tighter: Mapping[str, int]) -> Slice:
        """`further`: the currency, when it is one beside the action's main one."""
        key = (workflow, operation, further, frozenset(tighter.items()))
        found = self._slices.get(key)
        if found is None:
            with self._lock:
                found = self._slices.setdefault(key, self._parsed(workflow, operation, further, tighter))
        return found

    def _parsed(self, workflow: str, operation: str, further: str, tighter: Mapping[str, int]) -> Slice:
        import cedarpy

        one = rule(self._estate, workflow, operation, tighter, further or None)
        schema = self._schemas.get(operation)
        if schema is None:
            schema = self._schemas[operation] = cedarpy.Schema.from_str(
                _TYPES + operation_schema(self._estate, operation)
            )
        return Slice(
            cedarpy.PolicySet.from_str(one.permit()),
            cedarpy.PolicySet.from_str(one.explanations()),
            schema,
            one.clauses,
            who_asks(workflow, operation),
            shape_of(attributes_of(self._estate, operation)),
            frozenset(_ATTRIBUTE.findall(one.permit())),
        )


def who_asks(workflow: str, operation: str) -> dict[str, Any]:
    """Principal, action and resource of a Cedar request, as data: a name can never become part of an expression."""
    return {
        "principal": {"type": "Workflow", "id": workflow},
        "action": {"type": "Action", "id": operation},
        "resource": {"type": "System", "id": operation.partition(".")[0]},
    }


def _written(context: Mapping[str, Any], *, plain: bool) -> str:
    """JSON for Cedar. What is not of the known shape may hold numbers that the quick writer does not take."""
    return orjson.dumps(context).decode() if plain else json.dumps(context, allow_nan=False)


def digest_of(permits: str, schema: str) -> str:
    """`sha256:…` of the compiled policy and its schema."""
    return "sha256:" + hashlib.sha256(f"{permits}\n{schema}".encode()).hexdigest()
