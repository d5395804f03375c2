"""The base of every probe: one question, asked of each subject in scope, answered from artifacts alone.

A probe's docstring is its page. First sentence: what is true when it is met. Then the paragraphs `Why:`, `How:`, `Remedy:`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal

from probes.artifact import Artifact, Missing
from probes.finding import EVERYWHERE, Dimension, Outcome, Subject, not_measured
from probes.wording import sentence

BY_ROLE: Literal["by_role"] = "by_role"
Kind = Literal["M", "D", "A", "D/M"]


@dataclass(frozen=True)
class Effort:
    """Person-days to mend it: optimistic, likely, pessimistic; elapsed waiting days; who does it."""

    days: tuple[float, float, float]
    role: str
    wait_days: float = 0.0


@dataclass(frozen=True)
class SystemScope:
    role: str
    protocol: str
    operations: tuple[str, ...] = ()  # called by workflows, without the system's name
    writes: tuple[str, ...] = ()


@dataclass(frozen=True)
class WorkflowScope:
    category: str
    operations: tuple[str, ...] = ()  # system.operation
    writes: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scope:
    """Who is asked, fixed by what users wrote and the catalogue, never by what was handed in."""

    systems: Mapping[str, SystemScope] = field(default_factory=dict)
    workflows: Mapping[str, WorkflowScope] = field(default_factory=dict)
    actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # action → system.operation
    routes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # route → workflows
    agent: str = "bundled"
    enforcement: str = "bundled_proxy"

    def systems_of(self, dimension: Dimension) -> list[str]:
        """Systems of the dimension: the CRM's own, or all others."""
        return [name for name, system in self.systems.items() if (system.role == "crm") == (dimension == "crm")]


class Probe:
    """One question. Subclasses state the class attributes and `judge`."""

    dimension: ClassVar[Dimension | Literal["by_role"]]
    level: ClassVar[int]
    kind: ClassVar[Kind]
    effort: ClassVar[Effort]
    needs: ClassVar[tuple[type[Artifact], ...]]
    essential: ClassVar[bool] = False
    weight: ClassVar[int] = 1
    later: ClassVar[bool] = False
    retired: ClassVar[bool] = False
    asks_subject: ClassVar[bool] = False  # judge gets `subject=` too: one artifact answers for several subjects
    each: ClassVar[Literal["unit", "operation", "write", "everywhere"]] = "unit"
    only_protocol: ClassVar[str | None] = None
    only_roles: ClassVar[frozenset[str]] = frozenset()
    relates: ClassVar[tuple[str, ...]] = ()

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        """Artifacts in the order of `needs`, all present; pure."""
        raise NotImplementedError

    def missing(self, missing: Missing) -> Outcome:
        """The outcome when an artifact is not there. Override only to say more, never to pass."""
        why = f" ({missing.detail})" if missing.detail else ""
        do = missing.would_measure or "run `cxready collect DIR` again"
        return not_measured(f"{self.question_text}: not measured{why}", cause=missing.cause, would_measure=do)

    def without(self, missing: Missing, *found: Any) -> Outcome:
        """The outcome where `missing` is not there and `found` are the artifacts before it. Override only where these
        alone already say no, as every answer to what is missing would.
        """
        return self.missing(missing)

    @cached_property
    def question(self) -> str:
        """`WritesStick` → `writes_stick`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()

    def ids(self) -> tuple[str, ...]:
        """`crm.x` and `api.x` for twins, else one id."""
        homes: tuple[str, ...] = ("crm", "api") if self.dimension == BY_ROLE else (str(self.dimension),)
        return tuple(f"{home}.{self.question}" for home in homes)

    def subjects(self, scope: Scope, dimension: Dimension) -> Iterable[Subject]:
        """Whom to ask in one dimension; the default follows `each`. `EVERYWHERE` counts in every unit."""
        if self.each == "everywhere":
            return [Subject(unit=EVERYWHERE)]
        if dimension in ("crm", "api"):
            return list(self._of_systems(scope, dimension))
        units: Mapping[str, Any] = {
            "knowledge": scope.workflows,
            "guardrails": scope.actions,
            "escalation": scope.routes,
        }[dimension]
        return [Subject(unit=name) for name in units]

    def _of_systems(self, scope: Scope, dimension: Dimension) -> Iterable[Subject]:
        for name in scope.systems_of(dimension):
            system = scope.systems[name]
            if self.only_protocol not in (None, system.protocol) or (
                self.only_roles and system.role not in self.only_roles
            ):
                continue
            if self.each == "unit":
                yield Subject(unit=name)
            else:
                yield from (
                    Subject(unit=name, item=op) for op in (system.writes if self.each == "write" else system.operations)
                )

    @property
    def question_text(self) -> str:
        """First sentence of the docstring, without its full stop."""
        return self.page()["statement"].rstrip(".")

    def page(self) -> dict[str, str]:
        """The docstring in parts: statement, why, how, remedy."""
        text = inspect.cleandoc(type(self).__doc__ or "")
        head, *rest = re.split(r"(?m)^(Why|How|Remedy):\s*", text)
        parts = {"statement": " ".join(head.split()), "why": "", "how": "", "remedy": ""}
        parts.update(
            {name.lower(): sentence(" ".join(body.split())) for name, body in zip(rest[::2], rest[1::2], strict=True)}
        )
        return parts
