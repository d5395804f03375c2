"""Do totals hold? Parallel calls, repeated keys, lost answers, a clock set back, a lost ledger, against the real ledger in a file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from probes.derive.trial_calls import TrialCall, calls_of, confirmed_facts, decided
from probes.finding import Subject
from probes.guardrails.evidence import CumulativeTrial, Scene
from runtime.estate import Estate
from runtime.guardrails.budget_entries import Ask
from runtime.guardrails.budgets import BudgetLedger
from runtime.guardrails.decide import Decision, DecisionPoint
from runtime.guardrails.says import money_says

PARALLEL = 24


def cumulative_trial(estate: Estate, action: str, now: datetime) -> CumulativeTrial:
    """Tries every cumulative limit of one action; an action that moves no money has none."""
    calls = [call for call in calls_of(estate, action) if call.moves_money and call.each > 0]
    scenes: list[Scene] = []
    with TemporaryDirectory(prefix="cxready-") as place:
        for number, call in enumerate(calls):
            for part, scene in enumerate(_SCENES):
                scenes += scene(call, Path(place) / f"{number}-{part}.sqlite")
    return CumulativeTrial(subject=Subject(unit=action), measured_at=now, scenes=tuple(scenes), moves_money=bool(calls))


def _customer_race(call: TrialCall, path: Path) -> Iterator[Scene]:
    cap = call.limit("customer_per_30_days")
    if cap is not None:
        yield _race(call, path, "customer_per_30_days", cap, lambda n: "T-1")


def _day_race(call: TrialCall, path: Path) -> Iterator[Scene]:
    cap = call.limit("all_per_day")
    if cap is not None:
        yield _race(call, path, "all_per_day", cap, lambda n: f"T-{n}")


def _race(call: TrialCall, path: Path, limit: str, cap: int, customer: Callable[[int], str]) -> Scene:
    """Fills the budget until about three calls fit, then sends many at once."""
    ledger, point = _point(call, path)
    filled = max(0, cap - 3 * call.each)
    if filled:
        whose = customer(0) if limit == "customer_per_30_days" else "T-filled"
        ledger.reserve(
            Ask("filled", "filled", call.action, call.operation, whose, call.currency, filled), lambda _: True
        )
    requests = [call.request(max(1, call.each - n), customer=customer(n), key=f"race-{n}") for n in range(PARALLEL)]
    with ThreadPoolExecutor(PARALLEL) as pool:
        decisions = list(pool.map(lambda request: decided(point, request), requests))
    passed = [d for d in decisions if d.may_write]
    total = filled + sum(d.money_out_minor for d in passed)
    held = len(passed) < PARALLEL and total <= cap
    says = f"{PARALLEL} calls at once: {len(passed)} passed, together {money_says(total, call.currency)} of {money_says(cap, call.currency)} ({limit})"
    return Scene(
        name=f"race {limit}",
        held=held,
        tried=bool(passed),
        says=says,
        figures={"total": total, "cap": cap, "passed": len(passed), "calls": PARALLEL},
    )


def _repeated(call: TrialCall, path: Path) -> Iterator[Scene]:
    ledger, point = _point(call, path)
    amount = max(1, call.each // 4)
    request = call.request(amount, key="same")
    first, second = decided(point, request), decided(point, request)
    other = decided(point, call.request(amount + 1, key="same"))
    spent = _spent(ledger, call)
    held = first.may_write and second.may_write and not other.may_write and spent == first.money_out_minor
    yield Scene(
        name="repeated key",
        held=held,
        tried=first.may_write,
        says=f"the same call sent twice counts once ({money_says(spent, call.currency)}); another call under its key is refused",
    )
    equal = decided(point, call.request(amount, key="new")) if not _needs_approval(point, call) else None
    if equal is not None:
        yield Scene(
            name="equal write, new key",
            held=equal.decision == "escalate",
            says=f"an equal call under a new key is answered with {equal.decision}",
        )


def _settled(call: TrialCall, path: Path) -> Iterator[Scene]:
    ledger, point = _point(call, path)
    amount = max(1, call.each // 4)
    lost = decided(point, call.request(amount, key="lost"))
    point.unknown(lost.reservation)
    refused = decided(point, call.request(amount + 1, key="refused"))
    point.release(refused.reservation)
    decided(point, call.request(call.each + 1, key="denied"))
    spent = _spent(ledger, call)
    says = f"a lost answer goes on counting, a refused and a denied call do not: {money_says(spent, call.currency)} of the budget are used"
    yield Scene(name="lost answer", held=spent == amount, tried=lost.may_write and refused.may_write, says=says)


def _clock(call: TrialCall, path: Path) -> Iterator[Scene]:
    shift = [0.0]
    ledger = BudgetLedger.create(path, clock=lambda: time.time() + shift[0])
    point = DecisionPoint(call.estate, ledger=ledger, facts=confirmed_facts(call.estate))
    decided(point, call.request(max(1, call.each // 4), key="before"))
    spent = _spent(ledger, call)
    shift[0] = -40 * 86_400.0
    held = _spent(ledger, call) == spent > 0
    yield Scene(
        name="clock set back", held=held, tried=spent > 0, says="setting the clock back by 40 days frees no budget"
    )


def _lost_ledger(call: TrialCall, path: Path) -> Iterator[Scene]:
    ledger, point = _point(call, path)
    ledger.close()
    for part in path.parent.glob(f"{path.name}*"):
        part.unlink()
    decision = decided(point, call.request(1, key="after"))
    yield Scene(
        name="ledger lost",
        held=decision.decision == "refuse",
        says=f"without its ledger the decision point answers {decision.decision}",
    )


_SCENES = (_customer_race, _day_race, _repeated, _settled, _clock, _lost_ledger)


def _point(call: TrialCall, path: Path) -> tuple[BudgetLedger, DecisionPoint]:
    ledger = BudgetLedger.create(path)
    return ledger, DecisionPoint(call.estate, ledger=ledger, facts=confirmed_facts(call.estate))


def _spent(ledger: BudgetLedger, call: TrialCall) -> int:
    return ledger.totals(Ask("look", "look", call.action, call.operation, "T-1", call.currency, 0)).spent_customer


def _needs_approval(point: DecisionPoint, call: TrialCall) -> bool:
    decision: Decision = point.decide(replace(call.request(1, key="look"), trial=True))
    return decision.decision == "approve"
