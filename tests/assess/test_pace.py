"""What finished tasks teach: the factor moves towards what was seen, narrows, and dates kept are counted."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from assess.asked import FinishedTask
from assess.pace import Done, finished, hit_rates, learnt, never_promised
from assess.register import Entry, Register
from assess.timeline import REFERENCE, pert

DAY = date(2026, 11, 20)
DAYS = (1.0, 3.0, 8.0)


def done(spent: float, late: int = 0) -> Done:
    return Done(DAYS, spent, DAY + timedelta(days=late), DAY, DAY + timedelta(days=10))


def test_with_nothing_finished_the_reference_class_holds() -> None:
    assert learnt([]) == REFERENCE
    assert hit_rates([]) == []


def test_tasks_that_went_as_estimated_bring_the_factor_towards_one_and_narrow_it() -> None:
    few, many = learnt([done(3.2)] * 3), learnt([done(3.2)] * 12)
    assert 1.0 < many.median < few.median < REFERENCE.median
    assert many.sigma < few.sigma < REFERENCE.sigma
    assert (round(few.sigma, 2), round(many.sigma, 2)) == (0.21, 0.12)


def test_the_skew_of_an_estimate_is_not_taken_for_delay() -> None:
    generator = np.random.default_rng(3)
    spent = 1.3 * pert(DAYS, generator, 4000)
    assert abs(learnt([done(float(d)) for d in spent]).median - 1.3) < 0.03


def test_the_true_factor_lies_in_the_learnt_range_as_often_as_it_says() -> None:
    generator = np.random.default_rng(5)
    inside = 0
    for _ in range(400):
        factor = REFERENCE.median * np.exp(REFERENCE.sigma * generator.standard_normal())
        found = learnt([done(float(d)) for d in factor * pert(DAYS, generator, 6)])
        inside += abs(np.log(factor / found.median)) <= 1.2816 * found.sigma
    assert 0.75 <= inside / 400 <= 0.87, inside / 400


def test_dates_kept_are_counted_with_their_interval_and_not_called_calibrated_below_twenty() -> None:
    rates = hit_rates([done(3, late=n) for n in (-5, 0, 3, 30)])
    assert [(r.percentile, r.hits, r.of) for r in rates] == [(50, 2, 4), (80, 3, 4)]
    assert rates[1].low < 0.75 < rates[1].high
    assert not rates[1].calibrated
    assert hit_rates([done(3)] * 20)[0].calibrated


def test_two_findings_of_one_task_count_once_and_what_was_never_promised_does_not_count() -> None:
    promise = {"task": "T01", "days": DAYS, "p50": DAY, "p80": DAY}
    register = Register(
        findings=[
            Entry(number="F-01", probe="api.tls", subject="billing", **promise),
            Entry(number="F-02", probe="api.tls", subject="usage", **promise),
            Entry(number="F-03", probe="api.latency", subject="usage"),
        ]
    )
    tasks = [FinishedTask(finding=f"F-0{n}", days=4, done=DAY) for n in (1, 2, 3)]
    assert len(finished(tasks, register)) == 1
    assert never_promised(tasks, register) == ["F-03"]
