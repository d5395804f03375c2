"""A request as free variables of the solver: numbers of 64 bits, texts as symbols, facts as truth values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import z3

LOWEST, HIGHEST = -(2**63), 2**63 - 1


OTHER = 0


WORKFLOW = "Workflow::"


@dataclass
class Symbols:
    """Texts as numbers: only equality matters. 0 stands for any text that no policy names."""

    known: dict[str, int] = field(default_factory=dict)

    def of(self, text: str) -> int:
        return self.known.setdefault(text, len(self.known) + 1)

    def text(self, number: int, other: str) -> str:
        return next((text for text, n in self.known.items() if n == number and not text.startswith(WORKFLOW)), other)

    def of_workflow(self, name: str) -> int:
        return self.of(WORKFLOW + name)

    def workflow(self, number: int, other: str) -> str:
        found = next((text for text, n in self.known.items() if n == number and text.startswith(WORKFLOW)), "")
        return found.removeprefix(WORKFLOW) or other


@dataclass(frozen=True)
class Call:
    """A request about one operation with free workflow and context. `long`, `text`, `boolean` are the free variables by attribute."""

    operation: str
    principal: Any
    long: Mapping[str, Any]
    text: Mapping[str, Any]
    boolean: Mapping[str, Any]
    facts: Mapping[str, Any]
    symbols: Symbols
    built: dict[str, Any] = field(default_factory=dict, compare=False)  # expressions that were built before

    def once(self, key: str, build: Callable[[], Any]) -> Any:
        """What `build` gives, built once for the key."""
        found = self.built.get(key)
        if found is None:
            found = self.built[key] = build()
        return found

    def domain(self) -> list[Any]:
        """What every request fulfils: Longs have 64 bits; a text without a known number is one that no policy names."""
        numbers = [z3.And(v >= LOWEST, v <= HIGHEST) for v in self.long.values()]
        return numbers + [v >= OTHER for v in (*self.text.values(), self.principal)]


def all_of(parts: Sequence[Any]) -> Any:
    """The conjunction of formulas. Without z3.And's coercions, which cost more than the solver on a thousand rules."""
    return parts[0] if len(parts) == 1 else _joined(z3.Z3_mk_and, parts)


def any_of(parts: Sequence[Any]) -> Any:
    """The disjunction of formulas, likewise."""
    return parts[0] if len(parts) == 1 else _joined(z3.Z3_mk_or, parts)


def _joined(make: Callable[..., Any], parts: Sequence[Any]) -> Any:
    context = z3.main_ctx()
    asts = (z3.Ast * len(parts))(*[part.as_ast() for part in parts])
    return z3.BoolRef(make(context.ref(), len(parts), asts), context)


def call(operation: str, attributes: Mapping[str, str], facts: tuple[str, ...], symbols: Symbols) -> Call:
    """Free variables for a request; `attributes` is name → Cedar type, as the schema has them."""

    def named(kind: str) -> list[str]:
        return [name for name, found in attributes.items() if found == kind]

    return Call(
        operation,
        z3.Int("principal"),
        {name: z3.Int(name) for name in named("Long")},
        {name: z3.Int(name) for name in named("String")},
        {name: z3.Bool(name) for name in named("Bool")},
        {name: z3.Bool(f"fact.{name}") for name in facts},
        symbols,
    )
