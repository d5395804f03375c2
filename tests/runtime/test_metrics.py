"""Intervals and sample sizes against published figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.metrics import (
    at_least,
    more_needed,
    quantile,
    samples_for_quantile,
    supported_rate,
    trials_for_zero_failures,
    wilson,
)


def test_the_wilson_interval_agrees_with_newcombe_1998() -> None:
    share = wilson(81, 263)  # Newcombe 1998, Statistics in Medicine 17:857, method 3
    assert (round(share.low, 4), round(share.high, 4)) == (0.2553, 0.3662)
    assert (round(wilson(0, 20).low, 4), round(wilson(0, 20).high, 4)) == (0.0, 0.1611)


def test_sample_sizes_are_the_ones_that_the_design_names() -> None:
    assert (samples_for_quantile(0.95), samples_for_quantile(0.99)) == (59, 299)
    assert trials_for_zero_failures(0.01) == 299
    assert 0.029 < supported_rate(100) < 0.03


def test_a_threshold_inside_the_interval_is_unknown_and_says_how_many_more() -> None:
    share = wilson(19, 20)
    assert at_least(share, 0.9) == "unknown"
    more = more_needed(share, 0.9)
    assert at_least(wilson(19 + more, 20 + more), 0.9) == "yes"
    assert at_least(wilson(19 + more - 1, 20 + more - 1), 0.9) != "yes"


def test_a_quantile_is_a_value_that_was_seen() -> None:
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    with pytest.raises(ValueError, match="no values"):
        quantile([], 0.5)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_share(k: int, more: int) -> None:
    share = wilson(k, k + more)
    assert share.low <= share.value <= share.high or share.n == 0
