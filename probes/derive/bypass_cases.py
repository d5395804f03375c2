"""The catalogue of bypasses as data, fitted to one operation: names of its fields put in, cases about fields it lacks left out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from probes.derive.trial_calls import TrialCall
from runtime.guardrails.decide import Approval, Request
from runtime.guardrails.effects import CurrencyField

Case = Mapping[str, Any]


@cache
def cases() -> dict[str, list[Case]]:
    """`call`: for the decision point; `http`: for the proxy, byte for byte."""
    found: dict[str, list[Case]] = json.loads(
        (files("templates") / "guardrails" / "bypasses.json").read_text(encoding="utf-8")
    )
    return found


def fits(case: Case, call: TrialCall) -> bool:
    """Cases about a field that this operation does not have are left out."""
    text = json.dumps(case)
    out = getattr(call.estate.effect(call.operation), "money_out", None)
    if ("$money" in text.lower() or "%MONEY" in text or case.get("over")) and not (
        out and out.field and "." not in out.field and out.unit == "major"
    ):
        return False
    if "$currency" in text and not (out and isinstance(out.currency, CurrencyField)):
        return False
    if "$customer" in text and not _customer_field(call):
        return False
    if case.get("request", {}).get("session_customer", "") is None and not _customer_field(call):
        return False
    restricted = case.get("when_restricted")
    return restricted is None or call.estate.guardrails.restricted_data.get(restricted) in ("never_read", "never_send")


def changed(call: TrialCall, case: Case, n: int) -> Request:
    """The call with what the case changes: amount, fields, circumstances."""
    minor = call.each + 1 if case.get("over") else min(n + 1, call.each)
    request = call.request(minor, trial=True, key=f"bypass-{n}")
    arguments = {**request.arguments, **{_name(k, call): _named(v, call) for k, v in case.get("set", {}).items()}}
    for name in case.get("drop", ()):
        arguments.pop(_name(name, call), None)
    for _ in range(case.get("deep", 0)):
        arguments = {"a": arguments}
    changes: dict[str, Any] = {
        k: v.replace("%SYSTEM%", call.operation.partition(".")[0]).replace("%OPERATION_UPPER%", call.operation.upper())
        if isinstance(v, str)
        else v
        for k, v in case.get("request", {}).items()
    }
    if "approval" in case:
        changes["approval"] = Approval("x", case["approval"])
    return replace(request, arguments=arguments, **changes)


def _customer_field(call: TrialCall) -> str | None:
    effect = call.estate.effect(call.operation)
    return effect.customer.field if effect and effect.customer else None


def _name(name: str, call: TrialCall) -> str:
    out = getattr(call.estate.effect(call.operation), "money_out", None)
    if name == "$money":
        return str(call.money_field)
    if name == "$MONEY":
        return str(call.money_field).upper()
    if name == "$currency" and out and isinstance(out.currency, CurrencyField):
        return out.currency.field
    return str(_customer_field(call)) if name == "$customer" else name


def _named(value: Any, call: TrialCall) -> Any:
    return {_name(k, call): v for k, v in value.items()} if isinstance(value, dict) else value
