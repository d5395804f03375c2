"""A write as the agent makes it: through the proxy's address, under its key, never with a credential of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from runtime.exactly_once import Effect, Sent, write_once
from runtime.gate import RepeatSafe
from runtime.guardrails import canonical
from runtime.guardrails.case_context import CaseContext
from runtime.guardrails.proxy_request import is_named
from runtime.piloting.pilot import Pilot
from runtime.systems.exchange import Why
from runtime.systems.surface import Operation

TIMEOUT_S = (5, 60)
BUSY_TRIES = 20


def write(
    pilot: Pilot, call: str, arguments: Mapping[str, Any], context: CaseContext, *, key: str, repeat: RepeatSafe
) -> Effect:
    """Writes once; see exactly_once.py. Our own reference goes along where the operation takes one."""
    effect = pilot.estate.effect(call)
    named = dict(arguments)
    repeated = effect.repeat if effect else None
    if repeated and repeated.find and _declares(pilot, call, repeated.reference.partition(".")[0]):
        named = named if repeated.reference_in(named) else repeated.carried(named, key)
    with pilot.alone(key):
        return write_once(
            pilot.connection,
            key,
            call,
            run=context.case,
            repeat=repeat,
            send=lambda settled: _send(pilot, call, named, context.model_copy(update={"settled": settled}), key),
            find=lambda: _find(pilot, call, key),
        )


def _send(pilot: Pilot, call: str, arguments: Mapping[str, Any], context: CaseContext, key: str) -> Sent:
    """One try. A busy twin is waited for; whatever gives no clear answer is unknown."""
    import time

    import requests

    assert pilot.proxy is not None, "a workflow that only observes never gets here"
    method, url, body = _request(pilot, call, arguments)
    headers = {**pilot.proxy.headers(context), "Content-Type": "application/json", "Idempotency-Key": key}
    for _ in range(BUSY_TRIES):
        try:
            answered = requests.request(
                method, url, data=body, headers=headers, timeout=TIMEOUT_S, allow_redirects=False
            )
        except requests.RequestException as error:
            return Sent("unknown", reason=f"no answer ({type(error).__name__})", rule="tool_fault")
        said = _json(answered)
        if answered.status_code != 409 or said.get("rule") != "request":
            return _meaning(answered.status_code, said, answered.headers.get("X-Cxready-Decision", ""))
        time.sleep(0.25)
    return Sent("unknown", reason="the same call is still under way", rule="tool_fault")


def _meaning(status: int, said: Mapping[str, Any], decision: str) -> Sent:
    if 200 <= status < 300:
        return Sent("done", dict(said), decision="act")
    if said.get("rule") in ("already_done", "outcome_unknown"):
        return Sent("unknown", reason=str(said["reason"]), rule=str(said["rule"]))
    if "rule" in said and decision != "act":
        return Sent(
            "held",
            decision=str(said.get("decision", "refuse")),
            reason=str(said.get("reason", "")),
            rule=str(said["rule"]),
            digest=str(said.get("digest", "")),
        )
    if 400 <= status < 500 and status not in (408, 425):
        return Sent(
            "refused",
            {**said, "status": status},
            decision="act",
            reason=f"the system refused: {said.get('detail') or said.get('title') or status}",
            rule="tool_fault",
        )
    return Sent("unknown", reason=f"the system answered {status}", rule="tool_fault")


def _find(pilot: Pilot, call: str, reference: str) -> Any:
    """The record that carries our reference, or None.

    Raises:
        LookupError: nothing finds it, or the system does not answer.
    """
    effect = pilot.estate.effect(call)
    if effect is None or effect.repeat is None or effect.repeat.find is None:
        raise LookupError(call)
    system = pilot.system(call.split(".", 1)[0])
    exchange = system.call(effect.repeat.find, effect.repeat.asked(reference), why=Why("read back by our reference"))
    if not exchange.ok:
        raise LookupError(f"{effect.repeat.find}: {exchange.seen}")
    records = (
        exchange.body
        if isinstance(exchange.body, list)
        else next((v for v in (exchange.body or {}).values() if isinstance(v, list)), [])
    )
    return records[0] if records else None


def _request(pilot: Pilot, call: str, arguments: Mapping[str, Any]) -> tuple[str, str, bytes]:
    """Method, the proxy's address and the canonical body of a call."""
    assert pilot.proxy is not None
    system, _, name = call.partition(".")
    if is_named(pilot.system(system).surface):
        return "POST", f"{pilot.proxy.url}/{system}/{name}", canonical.canonical(dict(arguments))
    operation = operation_of(pilot, call)
    names = re.findall(r"\{([^}/]+)\}", operation.path)
    path = re.sub(r"\{([^}/]+)\}", lambda m: quote(str(arguments[m.group(1)]), safe=""), operation.path)
    body = {k: v for k, v in arguments.items() if k not in names}
    return (
        operation.method,
        f"{pilot.proxy.url}/{call.split('.', 1)[0]}{path}",
        canonical.canonical(body) if body else b"",
    )


def operation_of(pilot: Pilot, call: str) -> Operation:
    """The declared operation of `system.operation`."""
    system, _, name = call.partition(".")
    return pilot.system(system).surface.operations[name]


def _declares(pilot: Pilot, call: str, field: str) -> bool:
    operation = operation_of(pilot, call)
    return field in operation.body_schema.get("properties", {}) or any(p.name == field for p in operation.parameters)


def _json(answered: Any) -> dict[str, Any]:
    try:
        found = answered.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {"value": found}
