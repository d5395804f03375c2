"""Limits as vendors write them."""

from __future__ import annotations

import pytest

from probes.derive.stated_limit import stated_limit


@pytest.mark.parametrize(
    ("headers", "sentence", "per_minute"),
    [
        ({}, "Rate limit: 3,000 requests a minute and client.", 3000),
        ({}, "At most 100 requests per 10 seconds.", 600),
        ({}, "Quota: 10 requests/second", 600),
        ({"RateLimit-Policy": '"default";q=100;w=60'}, "", 100),
        ({"RateLimit-Policy": "10;w=1"}, "", 600),
        ({"X-RateLimit-Limit": "700"}, "700 requests per minute", 700),
        ({"X-RateLimit-Limit": "700"}, "", None),
    ],
)
def test_a_limit_with_its_window_is_read(headers: dict[str, str], sentence: str, per_minute: float | None) -> None:
    found = stated_limit(headers, sentence)

    assert found is not None and found.per_minute() == per_minute


def test_words_without_a_figure_are_no_limit() -> None:
    assert stated_limit({"X-RateLimit-Remaining": "17"}, "Requests are rate limited.") is None
