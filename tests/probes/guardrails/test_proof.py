"""The proof proves what holds, answers holes with calls that really go through, and never takes the unknown for a proof."""

from __future__ import annotations

import json
import os
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from probes.derive import proof as proving
from probes.derive.proof import policies_of, prove
from probes.finding import State, Subject
from probes.guardrails.limits_proved import LimitsProved
from runtime.estate import Estate
from runtime.guardrails.cedar import attributes_of, permits_text, schema_text

HOLES = sorted((Path(__file__).parents[2] / "cases" / "guardrails" / "holes").glob("*.json"))
COUNT = max(1_000, int(os.environ.get("CXREADY_SOAK_COUNT", "1000")))


def test_every_claim_about_the_compiled_policy_is_proved(estate: Estate) -> None:
    found = prove(estate)
    assert found.certificate.holds and len(found.certificate.claims) > 30
    assert not found.certificate.mismatches(estate)
    outcome = LimitsProved().judge(found, subject=Subject(unit="issue_credit"))
    assert outcome.state is State.MET
    assert "given a correct ledger and facts" in outcome.evidence[0].says


def test_no_condition_of_a_permit_can_be_left_out(estate: Estate) -> None:
    dropped = prove(estate).certificate.dropped
    assert len(dropped) > 50
    assert [d.conjunct for d in dropped if d.refuted_by is None] == []


@pytest.mark.parametrize("path", HOLES, ids=lambda p: p.stem)
def test_a_seeded_hole_is_answered_in_business_words(path: Path, estate: Estate) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    found = prove(estate, permits=case["permits"])
    failed = {claim.claim: claim for claim in found.certificate.claims if not claim.proved}
    assert case["claim"] in failed and not found.certificate.holds
    claim = failed[case["claim"]]
    for words in case["words"]:
        assert any(words in c.counterexample for c in found.certificate.claims if c.claim == case["claim"]), (
            claim.counterexample
        )
    told = [c for c in failed.values() if c.counterexample and c.claim not in ("has_effect", "uncovered")]
    assert all(c.replayed for c in told), "every counterexample is allowed by Cedar itself, permits and forbids aside"
    if case["claim"] == "modelled":
        assert claim.unsupported


def test_the_invoice_hole_names_the_sum(estate: Estate) -> None:
    case = json.loads(next(p for p in HOLES if p.stem.startswith("invoice")).read_text(encoding="utf-8"))
    outcome = LimitsProved().judge(prove(estate, permits=case["permits"]), subject=Subject(unit="issue_credit"))
    assert outcome.state is State.NOT_MET
    assert "move 120.00 EUR through billing.updateInvoice" in outcome.consequence


def test_an_action_without_totals_is_not_proved(estate: Estate) -> None:
    action = estate.guardrails.actions["issue_credit"]
    open_ended = action.model_copy(update={"limits": action.limits.model_copy(update={"customer_per_30_days": None})})
    actions = {**estate.guardrails.actions, "issue_credit": open_ended}
    changed = replace(estate, guardrails=estate.guardrails.model_copy(update={"actions": actions}))
    failed = [c.claim for c in prove(changed).certificate.claims if not c.proved]
    assert set(failed) == {"customer_per_30_days"}


def test_a_solver_without_time_proves_nothing(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving.Scene, "check", lambda self, formula: "unknown")
    monkeypatch.setattr(proving.Scene, "counterexample", lambda self, wrong: "unknown")
    claims = prove(estate).certificate.claims
    assert not [c for c in claims if c.proved and c.claim != "uncovered"]


def test_a_missing_policy_proves_no_action_right_to_act(estate: Estate) -> None:
    found = prove(estate, permits="")
    assert found.rules == 0
    assert found.certificate.mismatches(estate), "the certificate of another policy does not fit"


EXTRA = [
    'permit (principal in Workflow::"goodwill", action in [Action::"billing.createCredit"], resource) when { [1, 2, context.amount].contains(context.count_day) };',
    'permit (principal, action == Action::"billing.createCredit", resource) when { if context.high_stakes then -context.amount < 5 else context.amount * 3 > 7 };',
    'permit (principal, action == Action::"billing.createCredit", resource) when { context.amount - context.spent_day != 0 || context.amount + 1 > 0 } '
    'unless { context.currency == "USD" };',
    'permit (principal, action == Action::"billing.createCredit", resource) when { principal == Workflow::"goodwill" && !(context.spent_customer + context.amount >= 0) };',
]  # fmt: skip


def test_encoding_and_cedar_agree_on_random_requests(estate: Estate) -> None:
    """Seeded; boundary numbers included. Every policy set is decided by both on the same requests."""
    import cedarpy
    import z3

    from probes.derive import cedar_rules, cedar_symbols

    rng = random.Random(int(os.environ.get("CXREADY_SOAK_SEED", "20261123")))
    holes = [json.loads(p.read_text(encoding="utf-8"))["permits"] for p in HOLES[:4]]
    credit = "billing.createCredit"
    sets = [(text, credit) for text in (*EXTRA, *holes)]
    sets += [(permits_text(estate), name) for name in (credit, "billing.updateInvoice", "billing.createRefund")]
    schema, entities = cedarpy.Schema.from_str(schema_text(estate)), cedarpy.Entities.from_json_str("[]")
    tried = {"allow": 0, "deny": 0}
    for text, operation in sets:
        permits = [
            p for p in policies_of(text) if p["effect"] == "permit" and cedar_rules.names_operation(p, operation)
        ]
        only = cedarpy.PolicySet.from_json_str(
            json.dumps(
                {"staticPolicies": {f"p{n}": p for n, p in enumerate(permits)}, "templates": {}, "templateLinks": []}
            )
        )
        facts = tuple(estate.guardrails.actions[str(estate.guardrails.action_of(operation))].conditions)
        attributes = attributes_of(estate, operation)
        request = cedar_symbols.call(operation, attributes, facts, cedar_symbols.Symbols())
        formula = z3.Or(*[cedar_rules.applies(p, request) for p in permits]) if permits else z3.BoolVal(False)
        for _ in range(COUNT // len(sets) + 1):
            workflow, context = _random_request(rng, attributes, facts)
            asked = {
                "principal": {"type": "Workflow", "id": workflow},
                "action": {"type": "Action", "id": operation},
                "resource": {"type": "System", "id": "billing"},
                "context": context,
            }
            by_cedar = cedarpy.is_authorized(asked, only, entities, schema).decision is cedarpy.Decision.Allow
            by_logic = z3.is_true(z3.simplify(z3.substitute(formula, *_values(request, workflow, context))))
            assert by_cedar == by_logic, (text, workflow, context)
            tried["allow" if by_cedar else "deny"] += 1
    assert tried["allow"] > COUNT // 50 and tried["deny"] > COUNT // 50, tried


NUMBERS = [0, 1, -1, 2, 4999, 5000, 5001, 9999, 10000, 10001, 29999, 30000, 2**63 - 1, -(2**63), 2**62]


def _random_request(
    rng: random.Random, attributes: dict[str, str], facts: tuple[str, ...]
) -> tuple[str, dict[str, Any]]:
    def number() -> int:
        return rng.choice(NUMBERS) if rng.random() < 0.5 else rng.randint(-10, 12_000)

    values = {"Long": number, "Bool": lambda: rng.random() < 0.2}
    context: dict[str, Any] = {name: values[kind]() for name, kind in attributes.items() if kind in values}
    if rng.random() < 0.3:  # otherwise hardly any request is within every limit at once
        context |= {name: 1 for name, kind in attributes.items() if kind == "Long"}
    context |= {
        "currency": rng.choice(["EUR", "EUR", "EUR", "USD", "eur"]),
        "mode": rng.choice(["act", "approve", "approve", "none"]),
        "facts": {name: rng.random() < 0.8 for name in facts},
    }
    return rng.choice(["billing-dispute", "goodwill", "stolen-phone"]), context


def _values(request: Any, workflow: str, context: dict[str, Any]) -> list[tuple[Any, Any]]:
    import z3

    known = request.symbols.known
    texts = [(v, z3.IntVal(known.get(context[n], 0))) for n, v in request.text.items()]
    numbers = [(v, z3.IntVal(context[n])) for n, v in request.long.items()]
    yes = [(v, z3.BoolVal(context[n])) for n, v in request.boolean.items()]
    facts = [(v, z3.BoolVal(context["facts"][n])) for n, v in request.facts.items()]
    return [*texts, *numbers, *yes, *facts, (request.principal, z3.IntVal(known.get(f"Workflow::{workflow}", 0)))]
