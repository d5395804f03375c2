"""Trials on the demo's estate: what holds is said to hold, and a runtime with a hole is found out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from probes.artifact import Artifact, Missing
from probes.derive.bypass_trial import bypass_trial
from probes.derive.cumulative_trial import cumulative_trial
from probes.derive.guardrails import DERIVER, declared
from probes.derive.kill_switch_trial import kill_switch_trial
from probes.derive.run import Derivation
from probes.finding import State, Subject
from probes.guardrails.catalogue import PROBES
from probes.guardrails.covers_every_write import CoversEveryWrite
from probes.guardrails.cumulative_limits_hold import CumulativeLimitsHold
from probes.guardrails.defined import Defined
from probes.guardrails.denials_logged import DenialsLogged
from probes.guardrails.discloses_ai import DisclosesAi
from probes.guardrails.escalation_triggers import EscalationTriggers
from probes.guardrails.evidence import BypassTrial, KillSwitchTrial
from probes.guardrails.high_stakes_gated import HighStakesGated
from probes.guardrails.kill_switch import KillSwitch as KillSwitchProbe
from probes.guardrails.owned import Owned
from probes.guardrails.restricted_data_blocked import RestrictedDataBlocked
from probes.guardrails.restricted_data_named import RestrictedDataNamed
from probes.guardrails.survives_bypasses import SurvivesBypasses
from runtime.estate import Estate
from runtime.guardrails import budgets, canonical, checked_call, kill_switch, proxy_request
from runtime.guardrails.policy import EscalateWhen

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="session")
def derived(demo_estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> list[Artifact | Missing]:
    return list(DERIVER.run(Derivation(demo_estate, Path(tmp_path_factory.mktemp("d")), datetime.now(UTC), {})))


def of(derived: list[Artifact | Missing], kind: type[Artifact], unit: str) -> Any:
    return next((a for a in derived if isinstance(a, kind) and a.subject.unit == unit), None)


def answers(derived: list[Artifact | Missing], actions: list[str]) -> Iterator[tuple[str, str, State]]:
    for probe in (found() for found in PROBES):
        for unit in ["*"] if probe.each == "everywhere" else actions:
            found = [of(derived, kind, unit) or of(derived, kind, "*") for kind in probe.needs]
            if all(found):
                more = {"subject": Subject(unit=unit)} if probe.asks_subject else {}
                yield probe.question, unit, probe.judge(*found, **more).state


def test_the_demos_guardrails_hold(derived: list[Artifact | Missing], demo_estate: Estate) -> None:
    assert not [a for a in derived if isinstance(a, Missing)]
    states = list(answers(derived, list(demo_estate.guardrails.actions)))
    assert len({question for question, _, _ in states}) == len(PROBES) - 1, (
        "all but enforced_at_api need no client's system"
    )
    later = {probe().question for probe in PROBES if probe.later}
    assert [s for s in states if s[2] not in (State.MET, State.NOT_APPLICABLE) and s[0] not in later] == []
    assert {q for q, _, state in states if state is State.NOT_APPLICABLE} == {"cumulative_limits_hold"}


def test_every_probes_page_is_complete() -> None:
    for probe in (found() for found in PROBES):
        page = probe.page()
        assert all(page[part] for part in ("statement", "why", "how", "remedy")), probe.question


def bypasses(estate: Estate) -> tuple[BypassTrial, Any]:
    trial, denials = bypass_trial(estate, NOW)
    assert isinstance(trial, BypassTrial)
    return trial, denials


def test_a_parser_that_takes_the_last_of_two_keys_is_found_out(
    demo_estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canonical, "_once", dict)
    trial, _ = bypasses(demo_estate)
    monkeypatch.undo()
    assert trial.control and not [s.name for s in trial.scenes if not s.held], (
        "900.00 EUR is above the limit all the same"
    )
    assert "stands twice" not in " ".join(s.says for s in trial.scenes if "repeated key" in s.name)


def test_a_proxy_that_ignores_overrides_is_found_out(demo_estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_request, "OVERRIDES", ())
    trial, _ = bypasses(demo_estate)
    assert {s.name for s in trial.scenes if not s.held} == {
        "a method override",
        "another name of the method override",
        "an original address",
        "a rewritten address",
    }
    outcome = SurvivesBypasses().judge(trial)
    assert outcome.state is State.NOT_MET and "a method override" in outcome.title


def test_a_guardrail_that_refuses_everything_is_not_praised(
    demo_estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        checked_call,
        "declared_arguments",
        lambda *a: (_ for _ in ()).throw(checked_call.Settled("refuse", "no", "x")),
    )
    trial, _ = bypasses(demo_estate)
    assert not trial.control
    assert SurvivesBypasses().judge(trial).state is State.NOT_MEASURED


def test_denials_that_are_not_logged_are_found_out(demo_estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime.guardrails.forwarding import Forwarder

    monkeypatch.setattr(Forwarder, "note_denial", lambda self, *a: None)
    _, denials = bypasses(demo_estate)
    assert denials.logged < denials.denied
    assert DenialsLogged().judge(denials).state is State.NOT_MET


def test_totals_without_a_lock_are_found_out(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger without its write lock: the classic race of reading, deciding and writing."""
    import time as clock
    from contextlib import contextmanager

    @contextmanager
    def unlocked(self: budgets.BudgetLedger) -> Iterator[Any]:
        connection = self.store.connection()  # type: ignore[attr-defined]
        connection.isolation_level = None
        yield connection
        clock.sleep(0)

    totals = budgets.BudgetLedger._totals

    def slow(self: budgets.BudgetLedger, *args: Any) -> Any:
        found = totals(self, *args)
        clock.sleep(0.02)
        return found

    monkeypatch.setattr(budgets.BudgetLedger, "transaction", unlocked)
    monkeypatch.setattr(budgets.BudgetLedger, "_totals", slow)
    outcome = CumulativeLimitsHold().judge(cumulative_trial(estate, "issue_credit", NOW))
    assert outcome.state is State.NOT_MET and "race" in outcome.title


def test_an_action_without_totals_is_named(estate: Estate) -> None:
    action = estate.guardrails.actions["issue_credit"]
    open_ended = action.model_copy(update={"limits": action.limits.model_copy(update={"all_per_day": None})})
    changed = replace(estate, guardrails=estate.guardrails.model_copy(update={"actions": {"issue_credit": open_ended}}))
    assert CumulativeLimitsHold().judge(cumulative_trial(changed, "issue_credit", NOW)).cause == "no total"


def test_a_switch_that_stops_nothing_is_found_out(demo_estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kill_switch.KillSwitch, "is_on", lambda self: False)
    (trial,) = kill_switch_trial(demo_estate, NOW)
    outcome = KillSwitchProbe().judge(trial)  # type: ignore[arg-type]
    assert outcome.state is State.NOT_MET and outcome.cause == "writes go on"


def test_a_switch_that_takes_longer_than_a_second_is_found_out(
    demo_estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = kill_switch.KillSwitch.is_on
    set_for: list[float] = []

    def late(self: kill_switch.KillSwitch) -> bool:
        """As of a process that looks at the switch every one and a half seconds."""
        if seen(self) and not set_for:
            set_for.append(time.monotonic())
        return bool(set_for) and time.monotonic() - set_for[0] > 1.5

    monkeypatch.setattr(kill_switch.KillSwitch, "is_on", late)
    (trial,) = kill_switch_trial(demo_estate, NOW)
    assert isinstance(trial, KillSwitchTrial) and trial.refused_after > 0
    assert KillSwitchProbe().judge(trial).cause == "writes go on"


def test_where_no_write_is_allowed_nothing_is_said_about_caution(estate: Estate) -> None:
    from probes.derive.conversation_trials import high_stakes_trial, trigger_trial

    nothing = replace(estate, guardrails=estate.guardrails.model_copy(update={"actions": {}}))
    gated = high_stakes_trial(nothing, NOW).model_copy(update={"not_listed": ()})
    assert HighStakesGated().judge(gated).state is State.NOT_MEASURED
    triggers = trigger_trial(nothing, NOW).model_copy(update={"not_configured": ()})
    assert EscalationTriggers().judge(triggers).state is State.NOT_MEASURED


def test_what_is_declared_is_judged_by_its_words(estate: Estate) -> None:
    found = declared(estate, NOW)
    assert Defined().judge(found).state is State.MET
    assert Owned().judge(found).cause == "overdue"
    assert DisclosesAi().judge(found).cause == "no sentence"
    reviewed = found.model_copy(update={"review_age_days": 10, "disclosure": "Welcome to Northwind."})
    assert Owned().judge(reviewed).state is State.MET
    assert DisclosesAi().judge(reviewed).cause == "unclear sentence"
    assert Owned().judge(reviewed.model_copy(update={"owner": None})).cause == "no owner"
    assert Defined().judge(reviewed.model_copy(update={"actions": {}})).cause == "no actions"
    assert (
        RestrictedDataNamed().judge(reviewed.model_copy(update={"restricted": {"health": "mask"}})).cause
        == "no card numbers"
    )


def test_an_uncovered_write_is_named_with_its_workflow(estate: Estate) -> None:
    actions = {k: v for k, v in estate.guardrails.actions.items() if k != "send_message"}
    changed = replace(
        estate,
        guardrails=estate.guardrails.model_copy(update={"actions": actions}),
        effects={"billing": estate.effects["billing"]},
    )
    outcome = CoversEveryWrite().judge(declared(changed, NOW))
    assert outcome.title == "No guardrail decides about mail.sendMessage"
    assert "billing-dispute" in outcome.evidence[0].says


def test_switched_off_caution_is_named(estate: Estate) -> None:
    from probes.derive.conversation_trials import high_stakes_trial, restricted_trial, trigger_trial

    careless = estate.guardrails.model_copy(
        update={"escalate_when": EscalateWhen(asks_for_human=False), "high_stakes": ["fraud"], "restricted_data": {}}
    )
    changed = replace(estate, guardrails=careless)
    assert "asks for human" in EscalationTriggers().judge(trigger_trial(changed, NOW)).title
    assert "bereavement" in HighStakesGated().judge(high_stakes_trial(changed, NOW)).title
    assert RestrictedDataBlocked().judge(restricted_trial(changed, NOW)).state is State.NOT_MET
