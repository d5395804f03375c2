"""Limits as vendors write them."""

from __future__ import annotations

import pytest

from probes.derive.stated_limit import stated_limit
from runtime.systems.vendors import vendors


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


@pytest.mark.parametrize(
    ("vendor", "headers", "per_minute"),
    [
        ("hubspot", {"X-HubSpot-RateLimit-Max": "100", "X-HubSpot-RateLimit-Daily": "250000"}, 250000 / 1440),
        ("hubspot", {"X-HubSpot-RateLimit-Max": "100"}, 600),
        ("zendesk", {"X-Rate-Limit": "700"}, 700),
        ("salesforce", {"Sforce-Limit-Info": "api-usage=18/14400"}, 10),
        ("servicenow", {"X-RateLimit-Limit": "600"}, 10),
        ("intercom", {"X-RateLimit-Limit": "160"}, 960),
    ],
)
def test_a_known_vendors_header_has_the_window_that_the_vendor_documents(
    vendor: str, headers: dict[str, str], per_minute: float
) -> None:
    found = stated_limit(headers, "", vendors()[vendor])

    assert found is not None and found.by_vendor and found.per_minute() == pytest.approx(per_minute)
    assert "not tried" in found.says


def test_what_a_system_states_itself_goes_before_what_its_vendor_documents() -> None:
    found = stated_limit({"X-RateLimit-Limit": "600"}, "600 requests a minute", vendors()["servicenow"])

    assert found is not None and not found.by_vendor and found.per_minute() == 600
