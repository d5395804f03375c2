"""A dispute that a model works on with two writes to propose: a credit within its limit, and a refund above it."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from assess.demo.estate import RunningEstate
from assess.engagement import Folder
from tests.harness.wild_agent import CONTRACT, CREDIT, LOGGING, RULE, USAGE, credit
from tests.harness.wild_model import Behaviour, Plain, WildModel, calls, send
from tests.runtime.agent.agent_goal import MAY, TASK, with_task
from tests.runtime.piloted import piloted

INVOICES, REFUND, FINISH = "billing_listInvoices", "billing_createRefund", "finish"
MORE: list[Any] = [
    {"call": "billing.listInvoices", "with": {"account_id": "account_id"}, "gives": {"invoices": "/items"}},
    {
        "call": "billing.createRefund",
        "with": {"account_id": "account_id"},
        "same_effect": ["account_id", "invoice_id"],
        "gives": {"refund_id": "/id"},
    },
]
MARKS = {LOGGING: "outages", CONTRACT: "unrecorded_usage", INVOICES: "payments"}
DONE = "All that was found is done."


def two_writes(path: Path, estate: RunningEstate) -> Folder:
    """The demo's folder: the dispute may credit and refund, but refund no more than 5.00."""
    folder = piloted(path, estate)
    place = folder.path / "guardrails.yaml"
    text = place.read_text(encoding="utf-8").replace('each: "80.00"', 'each: "5.00"')
    text = text.replace("[paid_twice]", "[contract_active]")
    text = text.replace("[refund-overpayment]", "[refund-overpayment, billing-dispute]")
    place.write_text(text, encoding="utf-8")
    return with_task(folder, {**TASK, "may": [*MAY, *MORE], "at_most": {"calls": 20, "tokens": 20_000, "seconds": 60}})


def refund(seen: str, **other: str) -> Plain:
    """The whole of an invoice that was read."""
    invoice, total = _last(r"INV-\d+", seen), _last(r'"total": "(\d+\.\d\d)"', seen)
    return {"invoice_id": invoice, "amount": total, "currency": "EUR", **other}


def credit_then_refund(seen: str, _: random.Random) -> Plain:
    """Reads, computes, then proposes both writes in one answer."""
    if '"usage"' not in seen and "charges" not in seen:
        return calls((USAGE, {}))
    if "total" not in seen:
        return calls((LOGGING, {}), (CONTRACT, {}), (INVOICES, {}))
    if "explanation" not in seen:
        return calls((RULE, {"charge_id": _last(r"CH-\d+-2", seen)}))
    return calls((CREDIT, credit(seen)), (REFUND, refund(seen)))


def another_mind(seen: str, draw: random.Random) -> Plain:
    """What it answers depends on nothing but the draw: another order, amount, tool or end each time it is asked."""
    if "charges" not in seen:
        return calls((USAGE, {}), *draw.sample([(CONTRACT, {}), (INVOICES, {})], draw.randint(0, 2)))
    missing: list[tuple[str, Plain]] = [(name, {}) for name, mark in MARKS.items() if mark not in seen]
    if missing:
        return calls(*draw.sample(missing, len(missing)))
    if "explanation" not in seen:
        return calls((RULE, {"charge_id": _last(r"CH-\d+-2", seen)}))
    return draw.choice(_MINDS)(seen)


_MINDS: list[Callable[[str], Plain]] = [
    lambda seen: calls((CREDIT, credit(seen)), (REFUND, refund(seen))),
    lambda seen: calls((REFUND, refund(seen)), (CREDIT, credit(seen))),
    lambda seen: calls((CREDIT, credit(seen))),
    lambda seen: calls((CREDIT, credit(seen, reason="unrecorded usage"))),
    lambda seen: calls((CREDIT, credit(seen, amount="24.80"))),
    lambda seen: calls((CREDIT, credit(seen, charge_id=_last(r"CH-\d+-2", seen) + " "))),
    lambda seen: calls((CREDIT, credit(seen, charge_id=_last(r"CH-\d+-1", seen)))),
    lambda seen: calls((CREDIT, credit(seen)), (CREDIT, credit(seen, amount="24.80"))),
    lambda seen: calls((REFUND, refund(seen, amount="12.40"))),
    lambda seen: calls((USAGE, {}), (CREDIT, credit(seen))),
    lambda seen: calls((FINISH, {"summary": DONE})),
]


def behaviour(turn: Callable[[str, random.Random], Plain], seed: int) -> Behaviour:
    """Asked a second time about the same it answers from another draw."""

    def answer(to: BaseHTTPRequestHandler, tool: str, model: WildModel) -> None:
        messages = model.asked[-1]["messages"]
        seen = "\n".join(_text(m.get("content")) for m in messages if m["role"] == "tool")
        send(to, turn(seen, random.Random(f"{seed}/{len(model.asked)}")))

    return answer


def _last(pattern: str, seen: str) -> str:
    return found[-1] if (found := re.findall(pattern, seen)) else "none"


def _text(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(content)
