"""Over-limit calls against running systems: refused, or found out and taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from assess.demo.estate import RunningEstate
from probes.artifact import Missing
from probes.finding import State
from probes.gather.guarded import PlanGuard
from probes.gather.guardrail_attacks import GATHERER
from probes.gather.privilege import GATHERER as RIGHTS
from probes.gather.session import Session
from probes.gather.write_evidence import Privilege
from probes.guardrails.enforced_at_api import EnforcedAtApi
from probes.guardrails.evidence import Enforcement
from runtime.estate import Estate
from runtime.systems.request_budget import RequestBudget
from runtime.systems.trace import Trace
from runtime.systems.write_ledger import WriteLedger


def session(estate: Estate, demo: RunningEstate, more: int = 2) -> Session:
    """`more`: how often the plan holds each call of the attacks."""
    return Session(
        estate=estate,
        run="t1",
        folder=estate.folder,
        now=datetime.now(UTC),
        trace=Trace.memory(),
        ledger=WriteLedger(None),
        secrets=demo.environment(),
        budgets={name: RequestBudget(100, system=name) for name in estate.systems},
        guard=PlanGuard([*RIGHTS.plan(estate), *GATHERER.plan(estate) * more]),
    )


def attacked(run: Session) -> list[Any]:
    """After the trial of the agent's rights, whose calls are not sent a second time."""
    for found in RIGHTS.run(run):
        run.found[
            found.kind if isinstance(found, Privilege) else found.wanted, found.subject.unit, found.subject.item
        ] = found
    return list(GATHERER.run(run))


def live(demo: RunningEstate) -> dict[str, int]:
    return {kind: len(records) for kind, records in demo.records.items()}


def changed(estate: Estate, system: str, **more: Any) -> Estate:
    return replace(estate, systems={**estate.systems, system: estate.systems[system].model_copy(update=more)})


def test_the_demos_systems_refuse_the_agent_itself(demo: RunningEstate, demo_estate: Estate) -> None:
    before, run = live(demo), session(demo_estate, demo)
    found = attacked(run)
    assert {a.subject.unit for a in found} == set(demo_estate.guardrails.actions)
    for artifact in found:
        assert isinstance(artifact, Enforcement)
        outcome = EnforcedAtApi().judge(artifact)
        assert outcome.state is State.MET, outcome
        assert {a.way for a in artifact.attempts} == {"direct", "proxy"}
    assert live(demo) == before and run.ledger.open() == []
    assert max(budget.used for budget in run.budgets.values()) <= 12


def test_a_credential_that_can_write_is_found_and_its_record_taken_back(
    demo: RunningEstate, demo_estate: Estate
) -> None:
    strong = {
        **demo_estate.systems["billing"].credentials,
        "agent": demo_estate.systems["billing"].credentials["enforcer"],
    }
    before, run = live(demo), session(changed(demo_estate, "billing", credentials=strong), demo)
    found = {a.subject.unit: a for a in attacked(run) if isinstance(a, Enforcement)}
    outcome = EnforcedAtApi().judge(found["issue_credit"])
    assert outcome.state is State.NOT_MET and outcome.cause == "agent can write"
    assert "120.00 EUR, above the limit of issue_credit" in outcome.consequence
    assert live(demo) == before, "what was accepted was taken back"
    assert run.ledger.counts().get("left_behind", 0) == 0 and run.ledger.open() == []
    assert EnforcedAtApi().judge(found["register_return"]).state is State.MET


def test_where_the_plan_holds_no_second_undo_the_first_trial_speaks_and_nothing_stays(
    demo: RunningEstate, demo_estate: Estate
) -> None:
    credentials = demo_estate.systems["billing"].credentials
    strong = {**credentials, "agent": credentials["enforcer"]}
    before, run = live(demo), session(changed(demo_estate, "billing", credentials=strong), demo, more=1)
    found = {a.subject.unit: a for a in attacked(run) if isinstance(a, Enforcement)}
    outcome = EnforcedAtApi().judge(found["issue_credit"])
    assert outcome.state is State.NOT_MET and outcome.cause == "agent can write"
    assert live(demo) == before and run.ledger.open() == []


def test_nothing_is_attacked_unless_it_is_switched_on(demo: RunningEstate, demo_estate: Estate) -> None:
    run = session(changed(demo_estate, "billing", attack_probes=False), demo)
    missing = [a for a in attacked(run) if isinstance(a, Missing)]
    assert {m.subject.unit for m in missing} == {"issue_credit", "issue_refund", "change_plan"}
    assert {m.cause for m in missing} == {"not_allowed"}
    assert not any("over-limit" in str(row["purpose"]) for row in run.trace.rows() if row["system"] == "billing")
    assert EnforcedAtApi().missing(missing[0]).state is State.NOT_MEASURED


def test_without_an_enforcement_point_nothing_is_enforced(demo: RunningEstate, demo_estate: Estate) -> None:
    run = session(replace(demo_estate, enforcement="none"), demo)
    artifact = next(a for a in attacked(run) if isinstance(a, Enforcement))
    assert EnforcedAtApi().judge(artifact).cause == "no enforcement point"


@pytest.mark.parametrize("status", [404, 422, 500])
def test_an_answer_that_says_nothing_about_the_right_is_no_pass(status: int) -> None:
    from probes.finding import Subject
    from probes.guardrails.evidence import Attempt

    attempt = Attempt(
        operation="billing.createCredit", way="direct", says="a credit", refused=False, status=status, reason="unclear"
    )
    artifact = Enforcement(subject=Subject(unit="issue_credit"), attempts=(attempt,), clear=False)
    assert EnforcedAtApi().judge(artifact).state is State.NOT_MEASURED
