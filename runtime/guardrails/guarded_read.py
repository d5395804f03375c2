"""Reads that an action covers: only while its conditions hold, so that one customer's agent cannot look up another's records.

A read of a record that does not exist passes (a customer misremembers); a read that no action covers passes as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from runtime.estate import Estate
from runtime.guardrails import canonical
from runtime.guardrails.coverage import Coverage
from runtime.guardrails.engine import Engine
from runtime.guardrails.facts import Fact, FactContext, evaluate
from runtime.guardrails.records import tied
from runtime.guardrails.request import Decision, Request


def decided_read(
    estate: Estate, coverage: Coverage, engine: Engine, facts: Mapping[str, Fact], request: Request
) -> Decision:
    """Act or refuse.

    Raises:
        Settled: the workflow may not.
        NotCanonical: the arguments have no one meaning.
    """
    covered = coverage.of(request)
    arguments = canonical.checked(request.arguments)
    read = tied(request.facts_input, arguments, estate.guardrails.records)
    context = FactContext(
        request.workflow, request.operation, arguments, read, None, request.session_customer, 0, estate.currency
    )
    held = evaluate(covered.action.conditions, context, facts, absent_passes=True)
    failed = engine.failed(request.workflow, request.operation, {"facts": held}, {})
    if failed is None:
        return Decision("act", f"within the limits of {covered.name}", covered.name, action=covered.name)
    if not failed:
        return Decision("refuse", f"the guardrails do not allow it as {covered.name}", covered.name)
    first = failed[0]
    said = first.says or f'the condition "{first.name.replace("_", " ")}" could not be confirmed'
    return Decision("refuse", said, f"{covered.name}.{first.name}")
