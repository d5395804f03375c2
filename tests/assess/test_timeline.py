"""The timeline: P80 after P50, the common factor matters, needs come first, waiting takes no capacity."""

from __future__ import annotations

import numpy as np

from assess.timeline import Job, gain, schedule, weeks

TWO = [Job("a", (1, 3, 8), "API owner"), Job("b", (1, 3, 8), "API owner")]


def test_p80_is_after_p50_and_both_after_the_likely_days() -> None:
    done = schedule(TWO, {}).all_done(["a", "b"])
    assert 6 / 5 < weeks(done, 50) < weeks(done, 80)


def test_the_same_tasks_give_the_same_figures() -> None:
    assert np.array_equal(schedule(TWO, {}).all_done(["a", "b"]), schedule(TWO, {}).all_done(["a", "b"]))


def test_a_second_person_ends_it_earlier() -> None:
    assert schedule(TWO, {"API owner": 2}).all_done(["a", "b"]).mean() < schedule(TWO, {}).all_done(["a", "b"]).mean()


def test_a_task_begins_after_what_it_needs() -> None:
    done = schedule([Job("z", (2, 3, 5), "x"), Job("a", (2, 3, 5), "y", needs=("z",))], {})
    assert (done.begin["a"] >= done.finish["z"]).all()


def test_a_need_of_no_length_still_comes_first() -> None:
    done = schedule([Job("a", (2, 3, 5), "y", needs=("z",)), Job("z", (0, 0, 0), "x")], {})
    assert (done.begin["a"] >= done.finish["z"]).all()


def test_waiting_delays_the_task_but_not_the_person() -> None:
    done = schedule([Job("a", (1, 1, 1), "x", wait_days=20), Job("b", (1, 1, 1), "x")], {})
    assert done.finish["b"].mean() < 10 < done.finish["a"].mean()


def test_the_gain_of_a_task_is_what_the_whole_loses_without_it() -> None:
    assert gain(TWO, {}, "a") > 2
