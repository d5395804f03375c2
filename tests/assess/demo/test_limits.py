"""Throttling is real: the stated limit holds and says when to come back."""

from __future__ import annotations

import time

import pytest

from assess.demo.rest_service import Problem, RateLimit


def test_above_the_limit_the_answer_is_429_with_retry_after(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.0)
    limit = RateLimit(per_minute=3)
    assert [limit.count("a")["X-RateLimit-Remaining"] for _ in range(3)] == ["2", "1", "0"]
    with pytest.raises(Problem) as refused:
        limit.count("a")
    assert refused.value.status == 429
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 60
    assert limit.count("b")["X-RateLimit-Remaining"] == "2"


def test_a_new_minute_starts_anew(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(time, "time", lambda: clock[0])
    limit = RateLimit(per_minute=1)
    limit.count("a")
    clock[0] = 61.0
    assert limit.count("a")["X-RateLimit-Remaining"] == "0"
