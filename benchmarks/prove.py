"""How long a proof takes: every claim at 100 and at 1,000 rules, the table of dropped conditions, and a seeded hole found.

    python -m benchmarks.prove [--rules N …]

No peer is timed: no other tool proves business claims over a Cedar policy. Two shapes: ten workflows for each operation (as
companies write them), and one operation a rule (nothing repeats, the hardest for the prover).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if sys.path[0] != str(ROOT):
    sys.path.insert(0, str(ROOT))

from probes.derive.proof import prove  # noqa: E402
from runtime.escalation.routes import EscalationFile  # noqa: E402
from runtime.estate import Estate  # noqa: E402
from runtime.goals import GoalsFile  # noqa: E402
from runtime.guardrails.cedar import permits_text  # noqa: E402
from runtime.guardrails.effects import EffectsFile  # noqa: E402
from runtime.guardrails.policy import GuardrailsFile  # noqa: E402

TARGETS = {100: 1.0, 1000: 3.0}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rules", type=int, nargs="+", default=[100, 1000])
    options.add_argument("--json", action="store_true")
    said = options.parse_args()
    prove(estate_of(2, 1))  # the solver is loaded once, outside the figures
    rows = [row(rules, workflows) for rules in said.rules for workflows in (10, 1)]
    if said.json:
        print(json.dumps(rows))
        return
    print(f"one thread of {os.cpu_count()}; seconds of wall time")
    for found in rows:
        print(
            f"{found['rules']:5} rules, {found['workflows']:2} workflows an operation: {found['claims']:6} claims proved in {found['claims_s']:.2f} s"
            f" ({found['claims_cpu_s']:.2f} s of processor; target {found['target_s'] or '–'}); {found['conditions']:6} conditions left out in {found['table_s']:.2f} s, "
            f"{found['redundant']} redundant; one hole found in {found['hole_s']:.2f} s"
        )


def row(rules: int, workflows: int) -> dict[str, float | int | None]:
    """Figures of one size and shape."""
    estate = estate_of(rules, workflows)
    begun, worked = time.perf_counter(), time.process_time()
    claims = prove(estate, table=False).certificate
    proved, computed = time.perf_counter() - begun, time.process_time() - worked
    assert claims.holds, "the benchmark's own limits must hold"
    begun = time.perf_counter()
    table = prove(estate).certificate.dropped
    both = time.perf_counter() - begun
    hole = permits_text(estate).replace("context.amount <= 5000 &&", "true &&", 1)
    begun = time.perf_counter()
    failed = [c for c in prove(estate, permits=hole, table=False).certificate.claims if not c.proved]
    found = time.perf_counter() - begun
    assert failed and all(c.counterexample and c.replayed for c in failed), "the seeded hole must be found"
    return {
        "rules": rules, "workflows": workflows, "claims": len(claims.claims), "claims_s": proved, "claims_cpu_s": computed, "target_s": TARGETS.get(rules),
        "conditions": len(table), "table_s": both - proved, "redundant": sum(d.refuted_by is None for d in table), "hole_s": found,
    }  # fmt: skip


def estate_of(rules: int, workflows: int) -> Estate:
    """Guardrails with `rules` permits; every action has limits of its own, two conditions and totals."""
    count = rules // workflows
    names = [f"workflow-{n}" for n in range(workflows)]
    effect = {"does": "create", "money_out": {"field": "amount", "currency": {"field": "currency"}}, "customer": {"field": "account_id"}}  # fmt: skip
    actions = {
        f"action-{n}": {
            "operations": [f"billing.operation{n}"],
            "limits": {
                "each": f"{50 + n}.00",
                "customer_per_30_days": f"{100 + n}.00",
                "all_per_day": f"{5000 + n}.00",
            },
            "conditions": ["usage_gap_found", "contract_active"],
            "workflows": names,
            "autonomy": "act",
        }
        for n in range(count)
    }
    goal = {"category": "billing", "utterances": ["my bill is wrong"], "steps": [{"call": "billing.operation0"}]}
    effects = {"confirmed": {"by": "head of billing", "on": "2026-11-20"}, "operations": {f"operation{n}": effect for n in range(count)}}  # fmt: skip
    return Estate(
        folder=Path(),
        organisation="benchmark",
        currency="EUR",
        systems={},
        effects={"billing": EffectsFile.model_validate(effects)},
        guardrails=GuardrailsFile.model_validate({"actions": actions}),
        goals=GoalsFile.model_validate(dict.fromkeys(names, goal)).goals,
        escalation=EscalationFile(),
    )


if __name__ == "__main__":
    main()
