"""A request as free variables of the solver: numbers of 64 bits, texts as symbols, facts as truth values."""

from __future__ import annotations

from collections.abc import Mapping
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

    def domain(self) -> list[Any]:
        """What every request fulfils: Longs have 64 bits, texts are known or other."""
        numbers = [z3.And(v >= LOWEST, v <= HIGHEST) for v in self.long.values()]
        last = len(self.symbols.known)
        return numbers + [z3.And(v >= OTHER, v <= last) for v in (*self.text.values(), self.principal)]


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
