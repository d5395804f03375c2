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
    """Names of attributes with their Python types, in one order; which of them are numbers; names of facts (all yes or no)."""

    names: tuple[str, ...]
    types: tuple[type, ...]
    numbers: tuple[str, ...]
    facts: frozenset[str]

    def fits(self, context: Mapping[str, Any]) -> bool:
        """True when the context has exactly these attributes with exactly these types, numbers within Cedar's Long."""
        facts = context.get("facts")
        if len(context) != len(self.names) + 1 or type(facts) is not dict or facts.keys() != self.facts:
            return False
        try:
            if tuple([type(context[name]) for name in self.names]) != self.types:
                return False
            numbers = [context[name] for name in self.numbers]
        except KeyError:
            return False
        if numbers and not (min(numbers) >= -LONG and max(numbers) < LONG):
            return False
        return set(map(type, facts.values())) <= {bool}


def shape_of(attributes: Mapping[str, str]) -> Shape | None:
    """From Cedar's types; None when one of them is of another kind, so that Cedar's own check stays."""
    types = {name: _PLAIN[kind] for name, kind in attributes.items() if kind in _PLAIN}
    facts = re.fullmatch(r"\{(.*)\}", attributes.get("facts", "").strip(), re.DOTALL)
    if facts is None or set(attributes) - set(types) != {"facts"}:
        return None
    named = [part.strip() for part in facts[1].split(",") if part.strip()]
    if not all(re.fullmatch(r"[A-Za-z_]\w*: Bool", part) for part in named):
        return None
    numbers = tuple(name for name, kind in types.items() if kind is int)
    return Shape(tuple(types), tuple(types.values()), numbers, frozenset(part.split(":")[0] for part in named))
