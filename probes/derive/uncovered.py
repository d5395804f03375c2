"""Writes that no action covers, from effects, goals and descriptions: no rule may speak of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from probes.finding import EVERYWHERE
from runtime.estate import Estate
from runtime.guardrails.certificate import Claim
from runtime.systems.surface import Surface

Policy = Mapping[str, Any]


def uncovered(
    estate: Estate, policies: Sequence[Policy], covered: set[str], surfaces: Mapping[str, Surface]
) -> Iterator[Claim]:
    """A claim for each write operation that is not covered: it is denied, for no permit can match it."""
    permits = _Permits(policies)
    for operation in dict.fromkeys([*_classified(estate), *_called(estate), *_described(estate, surfaces)]):
        if operation not in covered:
            yield _claim(permits, operation)


class _Permits:
    """Which operations permits speak of: by name, or all of them."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        from probes.derive.cedar_logic import Unsupported

        self.named: set[str] = set()
        self.every, self.unsupported = False, ""
        for policy in policies:
            if policy["effect"] != "permit":
                continue
            try:
                found = _operations(policy)
            except Unsupported as error:
                self.unsupported = str(error)
                continue
            self.every |= found is None
            self.named |= found or set()


def _operations(policy: Policy) -> set[str] | None:
    """Operations of a permit's scope; None: every one."""
    from probes.derive.cedar_logic import Unsupported

    scope = policy["action"]
    if scope["op"] == "All":
        return None
    entities = scope.get("entities") or ([scope["entity"]] if "entity" in scope else [])
    if not entities or scope["op"] not in ("==", "in"):
        raise Unsupported(f"action scope {scope['op']}")
    return {entity["id"] for entity in entities if entity["type"] == "Action"}


def _claim(permits: _Permits, operation: str) -> Claim:
    permitted = permits.every or operation in permits.named
    return Claim(
        action=EVERYWHERE,
        operation=operation,
        claim="uncovered",
        says=f"{operation} is covered by no action, and no rule permits it",
        proved=not permitted and not permits.unsupported,
        counterexample=f"a rule lets an agent call {operation}, which no action covers" if permitted else "",
        unsupported="" if permitted else permits.unsupported,
    )


def _classified(estate: Estate) -> Iterator[str]:
    for system, written in estate.effects.items():
        yield from (f"{system}.{name}" for name, effect in written.operations.items() if effect.does != "read")


def _called(estate: Estate) -> Iterator[str]:
    for workflow in estate.goals:
        yield from estate.writes_of(workflow)


def _described(estate: Estate, surfaces: Mapping[str, Surface]) -> Iterator[str]:
    """Every operation of a description that nobody confirmed to be a read."""
    for system, surface in surfaces.items():
        yield from (f"{system}.{name}" for name in surface.operations if estate.is_write(f"{system}.{name}"))
