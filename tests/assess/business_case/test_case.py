"""The business case: signs follow the inputs, a negative value is printed, vendors widen only the upper end, sources are said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assess.business_case.case import Runs, business_case
from assess.business_case.inputs import Known, benchmarks, settled
from assess.business_case.written import BusinessCaseFile
from assess.case_figures import BusinessCase
from assess.engagement import WorkflowFigures
from probes.derive.demand import Demand, Part, WorkflowDemand
from probes.finding import EVERYWHERE, Subject
from runtime.systems.settings import Autonomy


def money(value: str, **more: Any) -> dict[str, Any]:
    return {"low": value, "likely": value, "high": value, **more}


def figure(low: float, likely: float, high: float, **more: Any) -> dict[str, Any]:
    return {"low": low, "likely": likely, "high": high, **more}


SHARED: dict[str, Any] = {
    "cost_per_hour": {"low": "30", "likely": "40", "high": "50"},
    "price_per_attempt": {"low": "0.05", "likely": "0.10", "high": "0.20"},
    "error_cost_per_1000": {"low": "20", "likely": "50", "high": "100"},
    "run_cost_per_month": {"low": "1000", "likely": "2000", "high": "3000"},
    "one_off": {"low": "10000", "likely": "20000", "high": "40000"},
    "usable_share": figure(0.2, 0.35, 0.6),
}


def file(shared: dict[str, Any] | None = None, **of_dispute: Any) -> BusinessCaseFile:
    return BusinessCaseFile.model_validate(
        {"format": 1, "shared": SHARED if shared is None else shared, "workflows": {"dispute": of_dispute}}
    )


def runs(tickets: int = 4200, today: Autonomy = "act", then: Autonomy = "act") -> Runs:
    figures = WorkflowFigures(tickets_per_month=tickets, minutes_today=14)
    return Runs(Known("dispute", "billing", figures), "Billing dispute", today, then)


def case(written: BusinessCaseFile | None = None, *workflows: Runs, demand: Demand | None = None) -> BusinessCase:
    found = business_case(written or file(), workflows or [runs()], demand, "EUR")
    assert found is not None
    return found


def p50(found: BusinessCase) -> float:
    value = found.scenarios[0].value
    assert value is not None
    return value.p50


def test_hours_are_what_the_definitions_say_for_certain_inputs() -> None:
    certain = file(
        eligible_share=figure(0.5, 0.5, 0.5),
        resolved_share=figure(0.4, 0.4, 0.4),
        repeat_share=figure(0.25, 0.25, 0.25),
        shorter_share=figure(0, 0, 0),
        handoff_minutes=figure(1, 1, 1),
    )
    # 4200 x 0.5 = 2100 attempted, 840 resolved at first, 630 for good; 1260 handed off
    hours = (630 * 14 + 1260 * 1) / 60
    month = case(certain).scenarios[0].workflows[0]
    assert (month.attempted.p50, month.resolved.p50, month.hours.p50) == (2100, 630, pytest.approx(hours, abs=0.05))


def test_an_approval_costs_minutes_and_what_may_only_observe_counts_nothing() -> None:
    alone, asked, watched = (
        case(None, runs(today=gate, then=gate)).scenarios[0] for gate in ("act", "approve", "observe")
    )
    assert alone.hours.p50 > asked.hours.p50 > watched.hours.p50 == 0
    assert not watched.workflows[0].counted and watched.workflows[0].attempted.p90 == 0


def test_a_value_below_zero_is_printed_with_the_volume_at_which_it_turns() -> None:
    scenario = case(None, runs(240)).scenarios[0]
    assert scenario.value is not None and scenario.value.p50 < 0 and scenario.loss_share == 1
    assert scenario.break_even_month is None
    assert scenario.break_even_tickets and scenario.break_even_tickets > 240
    turned = case(None, runs(int(scenario.break_even_tickets * 1.5))).scenarios[0]
    assert turned.value is not None and turned.value.p50 > 0 and turned.break_even_month


def test_without_the_amounts_that_only_people_know_there_is_no_money_in_it() -> None:
    without = {k: v for k, v in SHARED.items() if k != "cost_per_hour"}
    found = case(file(without))
    assert found.missing == ["Loaded cost of an hour"]
    scenario = found.scenarios[0]
    assert scenario.value is None and scenario.workflows[0].value is None and found.vendor_value is None
    assert not scenario.tornado and scenario.hours.p50 > 0


def test_no_volume_or_handling_time_is_no_case() -> None:
    assert business_case(file(), [Runs(Known("dispute", "billing", None), "x", "act", "act")], None, "EUR") is None


def test_run_cost_and_introduction_are_counted_once_whatever_the_number_of_workflows() -> None:
    second = Runs(
        Known("other", "billing", WorkflowFigures(tickets_per_month=4200, minutes_today=14)), "Other", "act", "act"
    )
    margins = [w.value.p50 for w in case(None, runs(), second).scenarios[0].workflows if w.value]
    assert margins[0] == pytest.approx(margins[1], rel=0.1)
    assert p50(case(None, runs(), second)) > p50(case(None, runs()))


@settings(max_examples=4, deadline=None)
@given(st.floats(1.1, 3.0))
def test_the_value_falls_when_a_cost_rises_and_rises_with_the_hour(by: float) -> None:
    def scaled(name: str) -> float:
        points = {k: f"{float(v) * by:.4f}" for k, v in SHARED[name].items()}
        return p50(case(file({**SHARED, name: points})))

    plain = p50(case())
    for cost in ("price_per_attempt", "error_cost_per_1000", "run_cost_per_month", "one_off"):
        assert scaled(cost) < plain, cost
    assert scaled("cost_per_hour") > plain


def test_more_repeats_are_worth_less_and_more_resolved_more() -> None:
    plain = p50(case(file(repeat_share=figure(0.1, 0.2, 0.3), resolved_share=figure(0.2, 0.4, 0.5))))
    assert p50(case(file(repeat_share=figure(0.3, 0.4, 0.5), resolved_share=figure(0.2, 0.4, 0.5)))) < plain
    assert p50(case(file(repeat_share=figure(0.1, 0.2, 0.3), resolved_share=figure(0.4, 0.5, 0.7)))) > plain


def test_the_tornado_is_sorted_names_its_sources_and_shares_the_rank_variance() -> None:
    bars = case().scenarios[0].tornado
    spans = [abs(b.at_high - b.at_low) for b in bars]
    assert spans == sorted(spans, reverse=True)
    assert 0.9 < sum(b.share for b in bars) <= 1.001
    assert bars[0].share == max(b.share for b in bars[:3])
    assert {b.origin for b in bars} <= {"export", "answer", "benchmark", "assumption"}


def test_the_columns_of_the_distribution_hold_every_draw() -> None:
    columns = case().scenarios[0].distribution
    assert len(columns) == 20
    assert sum(c.share for c in columns) == pytest.approx(1, abs=0.002)


def test_a_vendors_figure_is_the_upper_end_and_marked() -> None:
    found = case(file(resolved_share=figure(0.2, 0.4, 0.5, vendor=0.76)))
    shown = next(i for i in found.inputs if i.name == "resolved_share")
    assert (shown.high, shown.likely, shown.vendor) == (0.76, 0.4, True)
    assert any(b.vendor for b in found.scenarios[0].tornado)


def test_the_same_case_counted_as_vendors_do_is_far_above_and_said_so() -> None:
    found = case()
    assert found.vendor_value is not None and found.vendor_value > p50(found) + 100_000
    assert "vendor" in found.vendor_says


def export() -> Demand:
    part = Part(k=30, n=300, low=0.07, high=0.14)
    own = WorkflowDemand(
        tickets=900, share=0.3, low=0.28, high=0.32, per_month=300, minutes=12.5, stakes=part, repeated=part
    )
    return Demand(
        subject=Subject(unit=EVERYWHERE),
        file="tickets.csv",
        layout="generic",
        encoding="utf-8",
        delimiter=",",
        zone="UTC",
        read=3000,
        quarantined=0,
        blank=0,
        footer=0,
        months={"2026-08": 1000, "2026-09": 1000, "2026-10": 1000},
        median_month=1000,
        workflows={"dispute": own},
    )


def test_an_export_comes_before_an_answer_with_its_intervals() -> None:
    known = {i.name: i for i in settled(file(), [runs().known], export(), "EUR") if i.workflow}
    volume = known["tickets_per_month"]
    assert (volume.low, volume.likely, volume.high, volume.origin) == (280, 300, 320, "export")
    assert (known["minutes_today"].likely, known["minutes_today"].origin) == (12.5, "export")
    assert (known["eligible_share"].likely, known["eligible_share"].high) == (0.9, 0.93)
    assert "30 of 300" in known["repeat_share"].says


def test_what_people_wrote_comes_before_everything() -> None:
    written = file(minutes_today=figure(8, 9, 10, **{"from": "answer", "by": "head of service", "on": "2026-10-01"}))
    found = {i.name: i for i in settled(written, [runs().known], export(), "EUR") if i.workflow}["minutes_today"]
    assert (found.likely, found.origin, found.year) == (9, "answer", 2026)
    assert "head of service, 2026-10-01" in found.says


def test_every_benchmark_says_its_source_and_year_and_no_default_is_a_vendors() -> None:
    for value in benchmarks().values:
        assert value.says, value
        assert value.origin == "assumption" or value.year, value
        assert "vendor" not in value.says.lower(), value


def test_after_the_roadmap_workflows_count_that_do_not_today() -> None:
    today, then = case(None, runs(today="blocked", then="approve")).scenarios
    assert (today.name, then.name) == ("today", "after the roadmap")
    assert today.hours.p50 == 0 < then.hours.p50
    assert "0 of 1" in today.says and "1 of 1" in then.says


def test_the_same_inputs_give_the_same_bytes() -> None:
    assert case().model_dump_json() == case().model_dump_json()
