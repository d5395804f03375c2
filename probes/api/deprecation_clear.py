"""Is nothing that workflows call about to end?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_met
from probes.gather.describe import Described as Surface
from probes.gather.limits import Limits
from probes.probe import BY_ROLE, Effort, Probe


class DeprecationClear(Probe):
    """Nothing that workflows call is announced to end.

    Why: an operation with an end date is a workflow with an end date.
    How: Deprecation (RFC 9745) and Sunset (RFC 8594) headers on every answer of the collection, and `deprecated` in the
    description.
    Remedy: move the workflow to the operation's successor. Ask the owner for the end date. Put the change into the plan
    before it.
    """

    dimension, level, kind, effort = BY_ROLE, 4, "M", Effort((1, 3, 10), "API owner")
    needs = (Limits, Surface)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        limits: Limits = artifacts[0]
        surface: Surface = artifacts[1]
        name = limits.subject.unit
        called = {op.id for op in surface.operations if op.called}
        ending = {op: headers for op, headers in limits.end_of_life.items() if op in called}
        declared = [op.id for op in surface.operations if op.called and op.deprecated]
        if ending or declared:
            shown = [
                Evidence(says=f"{op}: {', '.join(f'{h}: {v}' for h, v in headers.items())}")
                for op, headers in ending.items()
            ]
            shown += [Evidence(says=f"{op} is marked deprecated", source=str(surface.document)) for op in declared]
            which = ", ".join(dict.fromkeys([*ending, *declared]))
            return not_met(
                f"{name} announces the end of what workflows call: {which}",
                *shown[:5],
                cause="deprecated",
                consequence="One morning the workflow is gone, and customers hear that it cannot be done.",
            )
        return met(
            f"{name} announces no end of what workflows call",
            Evidence(says=f"{limits.answers} answers and {len(surface.operations)} described operations looked at"),
        )
