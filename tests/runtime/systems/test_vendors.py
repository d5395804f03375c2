"""Vendors are told by host or by name, and every fact has its page."""

from __future__ import annotations

import pytest

from runtime.systems.vendors import vendor_of, vendors


@pytest.mark.parametrize(
    ("title", "address", "vendor"),
    [
        ("", "https://api.stripe.com/v1", "stripe"),
        ("", "https://northwind.zendesk.com/api/v2", "zendesk"),
        ("", "https://org.crm4.dynamics.com/api/data/v9.2", "dataverse"),
        ("Intercom API", "", "intercom"),
        ("Adyen Checkout API", "https://payments.staging.example", "adyen"),
        ("Northwind Billing", "https://billing.staging.example", None),
        ("Stripe and PayPal bridge", "", None),
        ("", "https://notstripe.com", None),
        ("", "https://api.stripe.com.evil.example", None),
    ],
)
def test_a_vendor_is_told_by_its_host_or_its_name(title: str, address: str, vendor: str | None) -> None:
    assert vendor_of(title, address) == vendor


def test_every_fact_has_a_page_and_says_that_it_was_not_tried() -> None:
    facts = [fact for vendor in vendors().values() for fact in vendor.facts]
    assert len(vendors()) >= 10 and len(facts) >= 20
    assert all(fact.source.startswith("https://") and fact.says.endswith(".") and not fact.tried for fact in facts)
