"""The shape of a decision's context, checked here before Cedar sees it, so that a well-formed one need not be checked by Cedar too.

Cedar checks a context against its schema for each request, which takes a fifth of a decision. What fits the same list of
attributes exactly, name by name and type by type, is evaluated without that second check; anything else goes through it.
Only permits decide, so even an evaluation that errors can but deny.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONG = 2**63
_PLAIN = {"Long": int, "String": str, "Bool": bool}


@dataclass(frozen=True)
class Shape:
    """Attribute → Python type, and names of facts (all of them yes or no)."""

    types: Mapping[str, type]
    facts: frozenset[str]

    def fits(self, context: Mapping[str, Any]) -> bool:
        """True when the context has exactly these attributes with exactly these types, numbers within Cedar's Long."""
        if len(context) != len(self.types) + 1:
            return False
        for name, kind in self.types.items():
            value: Any = context.get(name)
            if type(value) is not kind:
                return False
            if kind is int and not _is_long(value):
                return False
        facts = context.get("facts")
        if type(facts) is not dict or facts.keys() != self.facts:
            return False
        return all(held is True or held is False for held in facts.values())


def _is_long(value: Any) -> bool:
    return bool(-LONG <= value < LONG)


def shape_of(attributes: Mapping[str, str]) -> Shape | None:
    """From Cedar's types; None when one of them is of another kind, so that Cedar's own check stays."""
    types = {name: _PLAIN[kind] for name, kind in attributes.items() if kind in _PLAIN}
    facts = re.fullmatch(r"\{(.*)\}", attributes.get("facts", "").strip(), re.DOTALL)
    if facts is None or set(attributes) - set(types) != {"facts"}:
        return None
    named = [part.strip() for part in facts[1].split(",") if part.strip()]
    if not all(re.fullmatch(r"[A-Za-z_]\w*: Bool", part) for part in named):
        return None
    return Shape(types, frozenset(part.split(":")[0] for part in named))
