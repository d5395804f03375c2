"""How long one decision takes at 10, 100 and 1,000 rules, beside other policy engines that are asked the same question in the same run.

    python -m benchmarks.decide [--rules N] [--calls N]

A rule lets one workflow call one operation while currency, single amount, customer's total, day's total and two facts hold.
Peers get the same rule in their own language: regopy (OPA's Rego), cel-python (CEL), Cedar with the whole set in one piece.
`cxready, decide()` is the whole decision point (canonical form, restricted data, money effect, facts, Cedar, reason);
the peers evaluate the rule only. With the ledger a decision also reserves, durable on disk; that is a line of its own.
Prints; asserts only that all give the same answers.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from runtime.escalation.routes import EscalationFile
from runtime.estate import Estate
from runtime.goals import GoalsFile
from runtime.guardrails.budgets import BudgetLedger
from runtime.guardrails.decide import DecisionPoint, Request
from runtime.guardrails.effects import EffectsFile
from runtime.guardrails.kill_switch import KillSwitch
from runtime.guardrails.policy import GuardrailsFile
from runtime.guardrails.tightened import Tightened

WORKFLOWS = 10
EACH, CUSTOMER, DAY = 5_000, 10_000, 500_000
FACTS = {"usage_gap_found": lambda read: read["usage"]["gap"], "contract_active": lambda read: read["active"]}
Ask = Callable[[Request], bool]


def estate_of(rules: int) -> Estate:
    """`rules` permits: operations × 10 workflows."""
    operations = [f"createCredit{n}" for n in range(max(1, rules // WORKFLOWS))]
    workflows = [f"workflow-{n}" for n in range(min(WORKFLOWS, rules))]
    effect = {
        "does": "create",
        "money_out": {"field": "amount", "currency": {"field": "currency"}},
        "customer": {"field": "account_id"},
    }
    action = {
        "limits": {"each": "50.00", "customer_per_30_days": "100.00", "all_per_day": "5000.00"},
        "conditions": list(FACTS),
        "workflows": workflows,
        "autonomy": "act",
    }
    confirmed = {"by": "head of billing", "on": "2026-11-20"}
    goal = {"category": "billing", "utterances": ["my bill is wrong"]}
    steps = [{"call": f"billing.{name}"} for name in operations]
    return Estate(
        folder=Path(),
        organisation="benchmark",
        currency="EUR",
        systems={},
        effects={
            "billing": EffectsFile.model_validate(
                {"confirmed": confirmed, "operations": dict.fromkeys(operations, effect)}
            )
        },
        guardrails=GuardrailsFile.model_validate(
            {
                "format": 1,
                "actions": {
                    f"credit_{n}": {**action, "operations": [f"billing.{o}"]} for n, o in enumerate(operations)
                },
                "restricted_data": {"card_number": "never_read", "health": "never_read", "date_of_birth": "mask"},
            }
        ),
        goals=GoalsFile.model_validate({name: {**goal, "steps": steps} for name in workflows}).goals,
        escalation=EscalationFile(),
    )


def requests_of(rules: int, count: int, seed: int) -> list[Request]:
    """Random calls: one in six is above the limit or lacks a fact."""
    draw = random.Random(seed)
    found = []
    for _ in range(count):
        minor = draw.randrange(1, 5_600)
        arguments = {
            "account_id": "A-90017",
            "amount": f"{minor // 100}.{minor % 100:02d}",
            "currency": "EUR",
            "reason": "unrecorded usage in August",
        }
        read = {"usage": {"gap": draw.random() > 0.05}, "active": True}
        operation = f"billing.createCredit{draw.randrange(max(1, rules // WORKFLOWS))}"
        workflow = f"workflow-{draw.randrange(min(WORKFLOWS, rules))}"
        found.append(Request(workflow, operation, arguments, "A-90017", read, trial=True))
    return found


def decision_point(estate: Estate, folder: Path) -> Ask:
    """As it runs: kill switch and tightened limits are looked at each time."""
    (folder / "pilot.sqlite").touch()
    point = DecisionPoint(
        estate, ledger=None, facts=FACTS, tightened=Tightened(folder / "pilot.sqlite"), stop=KillSwitch(folder)
    )
    return lambda request: point.decide(request).may_write


def with_ledger(estate: Estate, folder: Path) -> Ask:
    """Each call for a customer of its own, so that no total stands in the way."""
    point = DecisionPoint(estate, ledger=BudgetLedger.create(folder / "b.sqlite"), facts=FACTS, stop=KillSwitch(folder))
    draw = iter(range(10**9))

    def ask(request: Request) -> bool:
        n = next(draw)
        whose = {**request.arguments, "account_id": f"A-{n}", "amount": "0.01"}
        return point.decide(
            replace(request, arguments=whose, session_customer=f"A-{n}", trial=False, key=f"k-{n}")
        ).may_write

    return ask


def cedar_whole(estate: Estate) -> Ask:
    """Every rule in one policy set, as a policy engine is used without slices."""
    import cedarpy

    from runtime.guardrails.cedar import permits_text, schema_text
    from runtime.guardrails.engine import who_asks

    policies = cedarpy.PolicySet.from_str(permits_text(estate))
    schema, entities = cedarpy.Schema.from_str(schema_text(estate)), cedarpy.Entities.from_json_str("[]")
    from runtime.guardrails.cedar import attributes_of

    names = attributes_of(estate, estate.guardrails.actions["credit_0"].operations[0])

    def ask(request: Request) -> bool:
        asked = {**who_asks(request.workflow, request.operation), "context": context_of(request, names)}
        return bool(cedarpy.is_authorized(asked, policies, entities, schema).decision is cedarpy.Decision.Allow)

    return ask


def context_of(request: Request, names: Any) -> dict[str, Any]:
    facts = {name: bool(fact(request.facts_input)) for name, fact in FACTS.items()}
    totals = {name: 0 if kind == "Long" else False for name, kind in names.items() if kind in ("Long", "Bool")}
    given = {
        "amount": minor(request),
        "currency": request.arguments["currency"],
        "mode": "act",
        "facts": facts,
    }
    return {**totals, **given}


def rego(pairs: Sequence[tuple[str, str]]) -> Ask:
    from regopy import Interpreter

    rules = "\n".join(
        f'allow if {{ input.workflow == "{w}"; input.operation == "{o}"; input.currency == "EUR"; input.amount >= 0; '
        f"input.amount <= {EACH}; input.spent_customer + input.amount <= {CUSTOMER}; input.spent_day + input.amount <= {DAY}; "
        "input.usage_gap_found; input.contract_active }"
        for w, o in pairs
    )
    engine = Interpreter()
    engine.add_module("guardrails", f"package guardrails\nimport rego.v1\ndefault allow := false\n{rules}\n")

    def ask(request: Request) -> bool:
        engine.set_input(plain(request))
        return '"expressions":[true]' in str(engine.query("data.guardrails.allow")).replace(" ", "")

    return ask


def cel(pairs: Sequence[tuple[str, str]]) -> Ask:
    import celpy

    environment = celpy.Environment()
    rules = [
        environment.program(
            environment.compile(
                f'workflow == "{w}" && operation == "{o}" && currency == "EUR" && amount >= 0 && amount <= {EACH} '
                f"&& spent_customer + amount <= {CUSTOMER} && spent_day + amount <= {DAY} && usage_gap_found && contract_active"
            )
        )
        for w, o in pairs
    ]

    def ask(request: Request) -> bool:
        given = {name: celpy.json_to_cel(value) for name, value in plain(request).items()}
        return any(bool(rule.evaluate(given)) for rule in rules)

    return ask


def plain(request: Request) -> dict[str, Any]:
    facts = {name: bool(fact(request.facts_input)) for name, fact in FACTS.items()}
    who = {"workflow": request.workflow, "operation": request.operation, "currency": request.arguments["currency"]}
    return {**who, "amount": minor(request), "spent_customer": 0, "spent_day": 0, **facts}


def minor(request: Request) -> int:
    whole, _, cents = str(request.arguments["amount"]).partition(".")
    return int(whole) * 100 + int(cents)


def sliced(engine: Callable[[Sequence[tuple[str, str]]], Ask]) -> Ask:
    """The same trick for a peer: only the rule of this workflow and operation, compiled when first met."""
    made: dict[tuple[str, str], Ask] = {}

    def ask(request: Request) -> bool:
        pair = (request.workflow, request.operation)
        if pair not in made:
            made[pair] = engine([pair])
        return made[pair](request)

    return ask


def timed(ask: Ask, requests: Sequence[Request], *, check: bool = True) -> tuple[list[float], float]:
    """Microseconds a call after one round that warms up, in order; and the middle of this thread's processor time, which a busy
    machine changes less."""
    expected = [minor(r) <= EACH and r.facts_input["usage"]["gap"] for r in requests]
    given = [ask(request) for request in requests]
    assert not check or given == expected, "the engines do not agree"
    took, worked = [], []
    for request in requests:
        begun, busy = time.perf_counter_ns(), time.thread_time_ns()
        ask(request)
        worked.append((time.thread_time_ns() - busy) / 1000)
        took.append((time.perf_counter_ns() - begun) / 1000)
    return sorted(took), sorted(worked)[len(worked) // 2]


def row(name: str, measured: tuple[Sequence[float], float], base: float | None) -> float:
    took, worked = measured
    middle, tail = took[len(took) // 2], took[int(len(took) * 0.99)]
    ratio = f"{middle / base:8.1f} ×" if base else "       1 ×"
    print(
        f"  {name:<44} p50 {middle:>11,.0f} µs   p99 {tail:>11,.0f} µs   processor {worked:>11,.0f} µs   {ratio}   "
        f"({len(took):,} calls)",
        flush=True,
    )
    return middle


def main() -> None:
    parser = argparse.ArgumentParser(description="Latency of a decision beside other policy engines.")
    parser.add_argument("--rules", type=int, nargs="*", default=[10, 100, 1_000])
    parser.add_argument("--calls", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    for rules in options.rules:
        run(rules, options.calls, options.seed)


def run(rules: int, calls: int, seed: int) -> None:
    estate = estate_of(rules)
    requests = requests_of(rules, calls, seed)
    pairs = [
        (w, o) for action in estate.guardrails.actions.values() for w in action.workflows for o in action.operations
    ]
    few = requests[: max(10, min(200, 20_000 // rules))]
    print(f"{len(pairs):,} rules, seed {seed}")
    with TemporaryDirectory(prefix="cxready-") as place:
        point = decision_point(estate, Path(place))
        base = row("cxready, decide(): the whole decision", timed(point, requests), None)
        row("Cedar, every rule in one set", timed(cedar_whole(estate), requests[:1_000]), base)
        row("cel-python, the one rule that matters", timed(sliced(cel), few), base)
        row("cel-python, every rule", timed(cel(pairs), few[:10]), base)
        row("regopy, the one rule that matters", timed(sliced(rego), few[:20]), base)
        row("regopy, every rule", timed(rego(pairs), few[:10]), base)
        row("cxready, decide() again", timed(point, requests), base)
        reserved = timed(with_ledger(estate, Path(place)), few, check=False)
        row("cxready with a durable reservation (SQLite)", reserved, base)


if __name__ == "__main__":
    main()
