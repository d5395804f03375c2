"""Replays labelled sequences of calls against a folder of rules, and counts: blocked though legitimate, passed though a violation.

    python -m tests.policies.replay FOLDER CASES.jsonl

A case: `{"case", "kind": "positive"|"mutation", "mutation", "workflow", "calls": [{"tool", "args", "facts", "expected_with_money_overlay",
"rule"}]}`; `facts` holds what was looked up; `authenticated_user_id` in it is who is signed in.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assess.engagement import load_folder
from runtime.estate import Estate
from runtime.guardrails.budget_entries import Ask
from runtime.guardrails.budgets import BudgetLedger
from runtime.guardrails.decide import DecisionPoint, Request
from runtime.guardrails.request import Decision


@dataclass
class Figures:
    """`legitimate` and `violations` count calls; the lists hold what went wrong, a sentence each."""

    legitimate: int = 0
    violations: int = 0
    to_a_person: int = 0
    blocked: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    not_to_a_person: list[str] = field(default_factory=list)
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def stopped(self) -> float:
        """Share of violations that were stopped."""
        return 1 - len(self.passed) / self.violations if self.violations else 1.0


def replay(folder: Path, cases: Path) -> Figures:
    """Every case of a file, each sequence on a ledger of its own."""
    estate, figures = load_folder(folder).estate, Figures()
    single = DecisionPoint(estate, ledger=None)
    with tempfile.TemporaryDirectory() as place:
        for n, case in enumerate(_read(cases)):
            ledger = BudgetLedger.create(Path(place) / f"{n}.sqlite") if len(case["calls"]) > 1 else None
            point = DecisionPoint(estate, ledger=ledger) if ledger else single
            for number, call in enumerate(case["calls"]):
                decision = point.decide(_request(estate, case, call, number, trial=point is single))
                point.commit(decision.reservation)
                if decision.decision == "escalate" and ledger is not None:
                    _done_by_a_person(ledger, call, f"{case['case']}-{number}")
                _count(figures, case, call, decision)
    return figures


def _request(estate: Estate, case: dict[str, Any], call: dict[str, Any], number: int, *, trial: bool) -> Request:
    (system,) = estate.systems
    return Request(
        workflow=case["workflow"],
        operation=f"{system}.{call['tool']}",
        arguments=call["args"],
        session_customer=call["facts"]["authenticated_user_id"],
        facts_input=call["facts"],
        case=case["case"],
        key=f"{case['case']}-{number}",
        trial=trial,
    )


def _done_by_a_person(ledger: BudgetLedger, call: dict[str, Any], key: str) -> None:
    """What was escalated is done all the same, and counts for the customer."""
    facts = call["facts"]
    ask = Ask(
        key,
        key,
        "by a person",
        "by a person",
        facts["authenticated_user_id"],
        facts["currency"],
        facts["money_out_minor"],
    )
    ledger.commit(ledger.reserve(ask, lambda totals: True))


def _count(figures: Figures, case: dict[str, Any], call: dict[str, Any], decision: Decision) -> None:
    expected = call["expected_with_money_overlay"]
    said = f"{case['case']} {call['tool']}: {decision.decision}, {decision.reason} [{decision.rule}]"
    if expected == "deny":
        figures.violations += 1
        figures.rules[(str(case["mutation"]), decision.rule)] += 1
        if decision.decision == "act":
            figures.passed.append(f"{said}; {call.get('why')}")
        return
    figures.legitimate += 1
    figures.to_a_person += expected == "escalate"
    if expected == "allow" and decision.decision != "act":
        figures.blocked.append(said)
    elif expected == "escalate" and decision.decision != "escalate":
        (figures.blocked if decision.decision == "refuse" else figures.not_to_a_person).append(said)


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


if __name__ == "__main__":
    found = replay(Path(sys.argv[1]), Path(sys.argv[2]))
    print(
        f"{found.legitimate} legitimate calls, {len(found.blocked)} blocked, {found.to_a_person} for a person of which {len(found.not_to_a_person)} went elsewhere"
    )
    print(f"{found.violations} violations, {found.stopped:.2%} stopped")
    for said in (*found.blocked, *found.not_to_a_person, *found.passed):
        print(f"  {said}")
    for (mutation, rule), times in sorted(found.rules.items()):
        print(f"  {times:4} {mutation}: {rule or '(passed)'}")
