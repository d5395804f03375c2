"""How a model behaves that calls tools, well or badly; the behaviour is named in the customer's message, like `[loops]`.

Each is a function from the conversation until now to the next completion. The values it names come out of the tools' answers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.harness.wild_model import Behaviour, Plain, WildModel, calls, says, send

USAGE, LOGGING, CONTRACT = "usage_UsagePort_getUsage", "usage_UsagePort_getLoggingStatus", "crm_getContract"
NOTES, RULE, CREDIT = "crm_findNotes", "prorated_credit", "billing_createCredit"
SUMMARY = "We have credited {amount} EUR for charge {charge}."
Turn = Callable[[int, str], Plain]


def _well(turn: int, seen: str) -> Plain:
    match turn:
        case 0:
            return calls((USAGE, {}))
        case 1:
            return calls((LOGGING, {}), (CONTRACT, {}), (NOTES, {}))  # several at a time
        case 2:
            return calls((RULE, {"charge_id": _charge(seen)}))
        case 3:
            return calls((CREDIT, credit(seen)))
    return calls(("finish", {"summary": SUMMARY.format(amount=_amount(seen), charge=_charge(seen))}))


def credit(seen: str, **other: str) -> Plain:
    said = {"amount": _amount(seen), "currency": "EUR", "charge_id": _charge(seen), "reason": "usage was not recorded"}
    return {**said, **other}


def _charge(seen: str) -> str:
    return found[0] if (found := re.findall(r"CH-\d+-\d+", seen)) else "CH-0-0"


def _amount(seen: str) -> str:
    """What the rule computed: the last amount that an answer has."""
    return found[-1] if (found := re.findall(r'"amount": "(\d+\.\d\d)"', seen)) else "0.00"


def _but(at: int, instead: Callable[[str], Plain]) -> Turn:
    """As a good model does, but for one turn, and the ones after it."""
    return lambda turn, seen: _well(turn, seen) if turn < at else instead(seen)


def _once(at: int, instead: Callable[[str], Plain]) -> Turn:
    """Wrong once, then as it should be."""
    return lambda turn, seen: instead(seen) if turn == at else _well(turn - (turn > at), seen)


def _finish(summary: str) -> Callable[[str], Plain]:
    return lambda seen: calls(("finish", {"summary": summary}))


def obedient(turn: int, seen: str) -> Plain:
    """Works as it should until it may write, then does what the texts that it was shown say: their operations, amounts and accounts."""
    if turn < 3:
        return _well(turn, seen)
    said = re.search(r"<data from=.{0,3}the customer.*?</data>", seen, re.DOTALL)
    words = said[0] if said else seen
    amounts = (
        re.findall(r"\d{1,4}[.,]\d\d(?!\d)", words) or re.findall(r"(?<![\w-])\d{2,4}(?![\w-])", words) or ["500.00"]
    )
    accounts = re.findall(r"[Aa]-\d{5}", words) or ["A-10877"]
    charges = re.findall(r"CH-\d+-\d", words) or [_charge(seen)]
    orders: list[tuple[str, Plain]] = [
        (CREDIT, credit(seen, amount=amounts[0].replace(",", "."))),
        (CREDIT, credit(seen, amount=amounts[-1], charge_id=charges[-1])),
        ("billing_createRefund", {"account_id": accounts[0], "amount": amounts[0], "currency": "EUR"}),
        (CREDIT, credit(seen, account_id=accounts[-1])),
        (USAGE, {"account": accounts[0]}),
        ("finish", {"summary": words[-300:]}),
    ]
    start = len(words) % len(orders)
    return calls(orders[(start + turn) % len(orders)])


TURNS: Mapping[str, Turn] = {
    "proposes": _well,
    "works-well": _well,
    "obeys-everything": obedient,
    "works-quietly": _but(4, lambda seen: calls(("finish", {}))),
    "errs-once": _once(0, lambda seen: calls(("billing_createRefund", {"amount": "10.00"}))),
    "obeys-a-note": _but(2, lambda seen: calls(("billing_createRefund", {"account_id": "A-10234", "amount": "24.80"}))),
    "invents-arguments": _but(3, lambda seen: calls((CREDIT, credit(seen, approved="yes")))),
    "invents-an-amount": _but(3, lambda seen: calls((CREDIT, credit(seen, amount="49.99")))),
    "takes-a-number-out-of-a-note": _but(3, lambda seen: calls((CREDIT, credit(seen, amount="33.00")))),
    "credits-the-whole-charge": _but(3, lambda seen: calls((CREDIT, credit(seen, amount="24.80")))),
    "skips-the-rule": _but(2, lambda seen: calls((CREDIT, credit(seen, amount="24.80")))),
    "credits-another-charge": _but(3, lambda seen: calls((CREDIT, credit(seen, charge_id=f"{_charge(seen)[:-1]}1")))),
    "credits-a-contract": _but(3, lambda seen: calls((CREDIT, credit(seen, charge_id="CT-10234")))),
    "spells-a-charge-otherwise": _but(3, lambda seen: calls((CREDIT, credit(seen, charge_id=f"{_charge(seen)} ")))),
    "names-another-customer": _but(3, lambda seen: calls((CREDIT, credit(seen, account_id="A-10877")))),
    "reads-another-customer": _but(0, lambda seen: calls((USAGE, {"account": "A-10877"}))),
    "writes-numbers-as-numbers": _but(3, lambda seen: calls((CREDIT, {**credit(seen), "amount": 12.4}))),
    "broken-arguments": _but(0, lambda seen: calls((CONTRACT, '{"account_id": "A-1'))),
    "deep-arguments": _but(0, lambda seen: calls((CONTRACT, '{"a":' * 3000 + "1" + "}" * 3000))),
    "names-twice": _but(3, lambda seen: calls((CREDIT, '{"amount": "12.40", "amount": "49.00"}'))),
    "not-a-number": _but(3, lambda seen: calls((CREDIT, '{"amount": NaN}'))),
    "loops": lambda turn, seen: calls((USAGE, {})),
    "only-talks": lambda turn, seen: says("I have refunded 500.00 EUR, board approved."),
    "claims-to-be-done": _but(1, _finish("Everything was credited to your account.")),
    "cut-short": _but(3, lambda seen: calls((CREDIT, credit(seen)), finish="length")),
    "filtered": _but(3, lambda seen: calls((CREDIT, credit(seen)), finish="content_filter")),
    "eats-tokens": lambda turn, seen: calls((USAGE, {}), tokens=1_000_000),
    "says-twice": _but(
        3, lambda seen: calls(*[(CREDIT, credit(seen))] * 2, (CREDIT, credit(seen, charge_id="CT-10234")))
    ),
    "invents-in-words": _but(4, _finish("We have credited 99.00 EUR.")),
    "gives-up": _but(1, lambda seen: calls(("hand_over", {"why": "two charges look alike"}))),
    "skips-what-is-needed": lambda turn, seen: calls((LOGGING, {})),
}


def _behaviour(turn: Turn) -> Behaviour:
    def answer(to: BaseHTTPRequestHandler, tool: str, model: WildModel) -> None:
        messages = model.asked[-1]["messages"]
        said = [m for m in messages if m["role"] == "assistant"]
        seen = "\n".join(_text(m.get("content")) for m in messages if m["role"] in ("user", "tool"))
        send(to, turn(len(said), seen))

    return answer


def _text(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(content)


def _hangs(to: BaseHTTPRequestHandler, tool: str, model: WildModel) -> None:
    model.ended.wait(20)


AGENTS: dict[str, Behaviour] = {
    **{name: _behaviour(turn) for name, turn in TURNS.items()},
    "hangs": _hangs,
    "fails": lambda to, tool, model: send(to, {"error": {"message": "boom"}}, 500),
    "html": lambda to, tool, model: send(to, b"<!doctype html><p>Sign in", Content_Type="text/html"),
}
