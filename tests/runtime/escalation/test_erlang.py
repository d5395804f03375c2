"""Erlang's formulas against published rows, exact cases and a simulation; their properties."""

from __future__ import annotations

import heapq
import math
import random
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.escalation.erlang import erlang_a, erlang_b, erlang_c, people_needed


@pytest.mark.parametrize(
    ("load", "people", "waits"),
    [
        (1, 2, 1 / 3),  # exact
        (2, 3, 4 / 9),  # exact
        (3.87, 8, 0.0501),  # a published 5 % table
        (4.08, 10, 0.0101),  # a published 1 % table
        (10, 11, 0.6821),
        (10, 12, 0.4494),
        (10, 13, 0.2853),
        (10, 14, 0.1741),
        (48, 55, 0.2387),
        (8, 10, 0.4092),
        (950, 1000, 0.06825),  # no overflow
    ],
)
def test_erlang_c_gives_the_published_shares(load: float, people: int, waits: float) -> None:
    assert erlang_c(load, people) == pytest.approx(waits, rel=2e-3, abs=1e-4)


def test_a_hundred_calls_in_half_an_hour_are_answered_as_the_textbook_says() -> None:
    """100 calls in 30 minutes, 180 s each, 14 people: 88.8 % within 20 s; patience so long that nobody leaves."""
    found = erlang_a(200, 3, 1e7, 14, 20)
    assert found.answered_in_time == pytest.approx(0.8884, abs=5e-4)
    assert found.mean_wait_s == pytest.approx(7.84, rel=2e-3) and found.occupancy == pytest.approx(0.714, rel=2e-3)


def test_patience_of_two_minutes_takes_most_of_the_waiting_away() -> None:
    """48 a minute, one minute each, 50 people: 3.1 % leave and 3.7 s are waited; without patience it would be 20.8 s (Garnett et al. 2002)."""
    found = erlang_a(48 * 60, 1, 2, 50)
    assert found.leaves == pytest.approx(0.0309, abs=1e-4) and found.mean_wait_s == pytest.approx(3.71, rel=2e-3)
    endless = erlang_c(48, 50) * 60 / (50 - 48)
    assert endless == pytest.approx(20.83, rel=2e-3)


def test_the_share_answered_in_time_agrees_with_a_simulation() -> None:
    exact = [erlang_a(48, 5, 2, 4, t).answered_in_time for t in (20, 60)]
    seen = [_simulated(48, 12, 30, 4, t / 3600) for t in (20, 60)]
    assert exact == pytest.approx(seen, abs=0.01)


@settings(max_examples=60, deadline=None)
@given(st.floats(1, 300), st.floats(0.5, 30), st.floats(0.2, 60), st.integers(1, 80), st.floats(1, 600))
def test_more_people_never_serve_worse_and_shares_are_shares(
    per_hour: float, minutes: float, patience: float, people: int, within: float
) -> None:
    one, more = (erlang_a(per_hour, minutes, patience, n, within) for n in (people, people + 1))
    for found in (one, more):
        assert all(-1e-9 <= share <= 1 + 1e-9 for share in (found.waits, found.leaves, found.answered_in_time))
    assert more.waits <= one.waits + 1e-9 and more.leaves <= one.leaves + 1e-9
    assert more.answered_in_time >= one.answered_in_time - 2e-3
    assert one.waits <= erlang_c(per_hour * minutes / 60, people) + 1e-9


def test_the_fewest_people_keep_the_target_and_one_less_does_not() -> None:
    people = people_needed(48, 5, 2, 20, 0.8)
    assert erlang_a(48, 5, 2, people, 20).answered_in_time >= 0.8
    less = erlang_a(48, 5, 2, people - 1, 20)
    assert less.answered_in_time < 0.8 or less.occupancy > 0.85
    assert people_needed(0, 5, 2, 20, 0.8) == 0


def test_nobody_on_duty_answers_nobody() -> None:
    found = erlang_a(10, 5, 2, 0, 60)
    assert found.answered_in_time == 0 and found.leaves == 1 and math.isinf(found.occupancy)
    assert erlang_b(3, 0) == 1.0


def _simulated(arrive: float, serve: float, leave: float, people: int, within: float, n: int = 40_000) -> float:
    """Share answered within a time in a simulation of single customers; rates per hour."""
    rng, free, now, in_time = random.Random(7), people, 0.0, 0
    line: deque[tuple[float, float]] = deque()
    ends: list[float] = []
    came, coming = 0, rng.expovariate(arrive)
    while came < n or ends:
        if ends and (came >= n or ends[0] < coming):
            now = heapq.heappop(ends)
            while line and line[0][1] < now:
                line.popleft()
            if line:
                in_time += (now - line.popleft()[0]) <= within
                heapq.heappush(ends, now + rng.expovariate(serve))
            else:
                free += 1
            continue
        now, came = coming, came + 1
        coming = now + rng.expovariate(arrive)
        if free:
            free, in_time = free - 1, in_time + 1
            heapq.heappush(ends, now + rng.expovariate(serve))
        else:
            line.append((now, now + rng.expovariate(leave)))
    return in_time / n
