"""A counterexample as a request that Cedar can try and as a sentence that the business understands."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runtime.estate import Estate
from runtime.guardrails.cedar import TYPES, operation_schema
from runtime.money import from_minor

if TYPE_CHECKING:
    from probes.derive.cedar_symbols import Call


@dataclass(frozen=True)
class Example:
    """A concrete request. Amounts in minor units."""

    workflow: str
    operation: str
    context: Mapping[str, Any]

    @classmethod
    def of(cls, request: Call, model: Any) -> Example:
        """Reads the solver's model; texts that no policy names become ordinary ones."""

        def number(variable: Any) -> int:
            return int(model.eval(variable, model_completion=True).as_long())

        def yes(variable: Any) -> bool:
            return str(model.eval(variable, model_completion=True)) == "True"

        other = {"currency": "USD", "mode": "another mode"}
        context: dict[str, Any] = {name: number(v) for name, v in request.long.items()}
        context |= {
            name: request.symbols.text(number(v), other.get(name, "something else")) for name, v in request.text.items()
        }
        context |= {name: yes(v) for name, v in request.boolean.items()}
        context["facts"] = {name: yes(v) for name, v in request.facts.items()}
        return cls(
            request.symbols.workflow(number(request.principal), "any other workflow"), request.operation, context
        )

    def is_allowed(self, estate: Estate, permits: Sequence[Mapping[str, Any]]) -> bool:
        """Whether Cedar itself allows the request under the given permits (Cedar's JSON policies)."""
        import cedarpy

        return bool(self._answer(estate, permits).decision is cedarpy.Decision.Allow)

    def fails(self, estate: Estate, permits: Sequence[Mapping[str, Any]]) -> bool:
        """Whether a permit errs in Cedar itself on the request."""
        return bool(self._answer(estate, permits).diagnostics.errors)

    def _answer(self, estate: Estate, permits: Sequence[Mapping[str, Any]]) -> Any:
        import cedarpy

        asked = {
            "principal": {"type": "Workflow", "id": self.workflow},
            "action": {"type": "Action", "id": self.operation},
            "resource": {"type": "System", "id": self.operation.partition(".")[0]},
            "context": dict(self.context),
        }
        text = json.dumps(
            {"templates": {}, "staticPolicies": {f"p{n}": p for n, p in enumerate(permits)}, "templateLinks": []}
        )
        schema, entities = (
            cedarpy.Schema.from_str(TYPES + operation_schema(estate, self.operation)),
            cedarpy.Entities.from_json_str("[]"),
        )
        return cedarpy.is_authorized(asked, cedarpy.PolicySet.from_json_str(text), entities, schema)

    def says(self, estate: Estate, claim: str) -> str:
        """One sentence: who may do what with which amount, and under which circumstance that matters for the claim."""
        alone = "with a person's approval " if self.context.get("mode") == "approve" else ""
        return f"in {self.workflow}, an agent may {alone}{self._deed(estate)} through {self.operation}{self._circumstance(estate, claim)}"

    def _deed(self, estate: Estate) -> str:
        effect = estate.effect(self.operation)
        out = effect.money_out if effect else None
        if out is None:
            return "look something up" if effect and effect.does == "read" else "write"
        code = str(self.context["currency"]) if len(self.context["currency"]) == 3 else estate.currency
        if out.fixed is not None:
            return f"move {out.fixed} {code}"
        if out.before is not None:
            before, after = (from_minor(self.context[name], code) for name in ("before", "after"))
            return f"change {out.before} from {before} to {after} {code} and so move {from_minor(self.context['before'] - self.context['after'], code)} {code}"
        return f"pay out {from_minor(self.context.get('amount', self.context.get('value', 0)), code)} {code}"

    def _circumstance(self, estate: Estate, claim: str) -> str:
        context, currency = self.context, estate.currency
        if claim == "customer_per_30_days":
            return f" when {from_minor(context['spent_customer'], currency)} {currency} went to the customer in 30 days already"
        if claim == "all_per_day":
            return f" when {from_minor(context['spent_day'], currency)} {currency} left in 24 hours already"
        if claim.startswith("count_"):
            return f" when it happened {context['count_customer']} times for the customer and {context['count_day']} times that day already"
        if claim.startswith("only_if_"):
            return f' when "{claim.removeprefix("only_if_").replace("_", " ")}" is not confirmed'
        if claim == "no_errors":
            return ", and the rule fails to evaluate on it (a number outgrows 64 bits)"
        if claim == "restricted_data":
            return " with restricted data in it"
        return " in a high-stakes case" if claim == "high_stakes" else ""
