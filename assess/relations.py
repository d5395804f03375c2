"""What this assessment relates to in published frameworks: entry by entry, down to concrete operations.

The files under `assess/frameworks/` are inverted: an entry names our questions. Every id carries its edition, because
editions renumber (Excessive Agency is LLM06 in OWASP's list of 2025 and LLM03 in that of 2026).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import Field

from assess.assessment import Cell, Finding
from assess.relation_figures import Relation
from probes.finding import State
from runtime.estate import Estate
from runtime.gate import WorkflowGate
from runtime.guardrails.effects import Effect
from runtime.guardrails.restricted import FIELDS
from runtime.written import Strict, loads

SHOWN = 4


class Kind(Strict):
    """Operations that an entry is about, and what is said of each: one of the four keys is given."""

    returns: str | None = Field(
        None, description="a restricted category, `restricted` for any, `personal` for all named"
    )
    does: Literal["read", "create", "update", "delete"] | None = None
    pays: Literal["any", "alone"] | None = None
    writes: Literal["unclassified"] | None = None
    says: str


class Entry(Strict):
    id: str
    title: str
    probes: list[str] = Field(default_factory=list)
    verified: bool = True
    note: str = ""
    operations: list[Kind] = Field(default_factory=list)


class Framework(Strict):
    """One edition. `id` is `NAME:EDITION`; an entry is cited as `NAME:EDITION/ENTRY`."""

    format: int = 1
    id: str = Field(pattern=r"^[A-Za-z0-9-]+:[A-Za-z0-9./-]+$")
    name: str
    source: str
    entries: list[Entry]


@dataclass(frozen=True)
class Called:
    """An operation that workflows call: its effect where a person confirmed one, and who calls it at which autonomy."""

    name: str
    effect: Effect | None
    writes: bool
    workflows: tuple[str, ...]
    alone: tuple[str, ...]


@cache
def frameworks() -> tuple[Framework, ...]:
    """Every edition that the package ships, by name of file."""
    home = files("assess") / "frameworks"
    found = sorted((p for p in home.iterdir() if p.name.endswith(".yaml")), key=lambda p: p.name)
    return tuple(loads(p.read_text(encoding="utf-8"), Framework, Path(str(p))).value for p in found)


def relates_to(probe: str) -> list[str]:
    """Entries that a question relates to, like `OWASP-LLM:2025/LLM06`."""
    return [f"{f.id}/{e.id}" for f in frameworks() for e in f.entries if probe in e.probes]


def relations(
    cells: Sequence[Cell],
    findings: Sequence[Finding],
    estate: Estate,
    gates: Mapping[str, WorkflowGate],
    wanted: Sequence[str],
) -> list[Relation]:
    """A row for each entry of the frameworks that the profile names; entries without any of our questions say why."""
    called = list(_called(estate, gates))
    return [_row(f, e, cells, findings, called) for f in frameworks() if f.id in wanted for e in f.entries]


def _row(
    framework: Framework, entry: Entry, cells: Sequence[Cell], findings: Sequence[Finding], called: Sequence[Called]
) -> Relation:
    states = [c.state for c in cells if c.probe in entry.probes and not c.later]
    return Relation(
        id=f"{framework.id}/{entry.id}",
        framework=framework.name,
        title=entry.title,
        verified=entry.verified,
        note=entry.note,
        probes=entry.probes,
        met=states.count(State.MET),
        not_met=states.count(State.NOT_MET),
        not_measured=states.count(State.NOT_MEASURED),
        findings=[f.number for f in findings if f.probe in entry.probes],
        operations=_sentences(entry, called),
    )


def _sentences(entry: Entry, called: Sequence[Called]) -> list[str]:
    said = [sentence for kind in entry.operations for one in called if (sentence := _sentence(kind, one))]
    more = [f"and {len(said) - SHOWN} more operations"] if len(said) > SHOWN else []
    return said[:SHOWN] + more


def _sentence(kind: Kind, called: Called) -> str:
    """What is to be said of one operation; empty when the entry is not about it."""
    effect = called.effect
    if kind.writes == "unclassified":
        return f"`{called.name}` {kind.says}" if called.writes and effect is None else ""
    if effect is None:
        return ""
    fields = _fields(kind.returns, effect.returns) if kind.returns else []
    fits = (
        bool(fields)
        or (kind.does is not None and effect.does == kind.does)
        or (kind.pays == "any" and effect.money_out is not None)
        or (kind.pays == "alone" and effect.money_out is not None and bool(called.alone))
    )
    if not fits:
        return ""
    said = kind.says.replace("{fields}", ", ".join(fields)).replace("{workflows}", ", ".join(called.alone))
    return f"`{called.name}` {said}"


def _fields(wanted: str, returned: Sequence[str]) -> list[str]:
    if wanted == "personal":
        return list(returned)
    categories = FIELDS if wanted == "restricted" else {wanted: FIELDS.get(wanted, re.escape(wanted))}
    return [name for name in returned if any(re.fullmatch(p, name, re.IGNORECASE) for p in categories.values())]


def _called(estate: Estate, gates: Mapping[str, WorkflowGate]) -> Iterator[Called]:
    by_operation: dict[str, list[str]] = {}
    for workflow, goal in estate.goals.items():
        for operation in goal.operations():
            by_operation.setdefault(operation, []).append(workflow)
    for operation, workflows in by_operation.items():
        alone = tuple(w for w in dict.fromkeys(workflows) if w in gates and gates[w].autonomy == "act")
        system, _, name = operation.partition(".")
        effects = estate.effects.get(system)
        effect = effects.effect(name) if effects else None
        yield Called(operation, effect, estate.is_write(operation), tuple(dict.fromkeys(workflows)), alone)
