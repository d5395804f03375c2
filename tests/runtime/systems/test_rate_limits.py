"""Stated limits are read in each dialect, and nothing is read that is not stated."""

import pytest

from runtime.systems.rate_limits import retry_after, stated_limits

CASES = [
    ({"RateLimit-Limit": "100, 100;w=60", "RateLimit-Remaining": "40", "RateLimit-Reset": "7"}, (100, 40, 7)),
    ({"X-RateLimit-Limit": "3000", "X-RateLimit-Remaining": "2999", "X-RateLimit-Reset": "1030"}, (3000, 2999, 1030)),
    ({"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "2000000030"}, (60, 1, 30)),
    ({"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "2000000030000"}, (60, 1, 30)),
    ({"X-Rate-Limit": "700", "X-Rate-Limit-Remaining": "699"}, (700, 699, None)),
    ({"Sforce-Limit-Info": "api-usage=4000/5000"}, (5000, 1000, None)),
    ({"X-Shopify-Shop-Api-Call-Limit": "32/40"}, (40, 8, None)),
    ({"RateLimit": '"default";r=50;t=30', "RateLimit-Policy": '"default";q=100;w=60'}, (100, 50, 30)),
]


@pytest.mark.parametrize(("headers", "expected"), CASES)
def test_a_stated_limit_is_read(headers, expected):
    found = stated_limits(headers, now=2_000_000_000)
    assert [(f.limit, f.remaining, f.reset_s) for f in found] == [expected]


def test_half_a_statement_is_none():
    assert stated_limits({"X-RateLimit-Limit": "100"}) == () and stated_limits({"X-RateLimit-Remaining": "x"}) == ()


def test_retry_after_is_a_number_or_a_date():
    assert retry_after({"retry-after": "30"}) == 30
    assert retry_after({"Retry-After": "Wed, 18 May 2033 03:33:50 GMT"}, now=2_000_000_000) == 30
    assert retry_after({"Retry-After": "soon"}) is None and retry_after({}) is None
