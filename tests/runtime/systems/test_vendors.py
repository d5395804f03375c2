"""Vendors are told by address, servers, title or paths, and every fact has its page."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runtime.systems.openapi import surface_of_openapi
from runtime.systems.surface import Operation, Surface
from runtime.systems.vendors import limit_headers, recognised, vendor_of, vendors

ROOT = Path(__file__).parents[3]
CORPUS = Path(os.environ.get("CXREADY_CORPUS", ROOT.parent / "shared" / "corpus")) / "openapi"
FIRST = ("salesforce", "hubspot", "zendesk", "stripe")


def surface(title: str = "", servers: tuple[str, ...] = (), paths: tuple[str, ...] = ()) -> Surface:
    operations = {path: Operation(path, "GET", path) for path in paths}
    return Surface("x", "openapi 3.1", "", operations, title=title, servers=servers)


@pytest.mark.parametrize(
    ("title", "address", "vendor"),
    [
        ("", "https://api.stripe.com/v1", "stripe"),
        ("", "https://northwind.zendesk.com/api/v2", "zendesk"),
        ("", "https://org.crm4.dynamics.com/api/data/v9.2", "dataverse"),
        ("", "https://api-m.sandbox.paypal.com", "paypal"),
        ("Intercom API", "", "intercom"),
        ("Adyen Checkout API", "https://payments.staging.example", "adyen"),
        ("Northwind Billing", "https://billing.staging.example", None),
        ("Stripe and PayPal bridge", "", None),
        ("Striped cats", "", None),
        ("", "https://notstripe.com", None),
        ("", "https://api.stripe.com.evil.example", None),
        ("", "${STRIPE_URL}", None),
    ],
)
def test_a_vendor_is_told_by_its_host_or_its_name(title: str, address: str, vendor: str | None) -> None:
    assert vendor_of(surface(title), address) == vendor


@pytest.mark.parametrize(
    ("given", "by"),
    [
        (surface(servers=("https://acme.my.salesforce.com",)), "servers"),
        (surface(paths=("/services/data/v61.0/sobjects/Case", "/services/data/v61.0/query")), "paths"),
        (surface(title="Salesforce Platform REST"), "title"),
    ],
)
def test_what_told_the_vendor_is_said(given: Surface, by: str) -> None:
    found = recognised(given, ["https://crm.staging.example"])
    assert found is not None and (found.vendor, found.by) == ("salesforce", by)


def test_one_path_is_a_bridge_and_no_vendor() -> None:
    assert vendor_of(surface(paths=("/v1/payment_intents", "/orders", "/customers"))) is None


def test_the_address_that_is_asked_goes_before_what_the_document_says() -> None:
    found = recognised(surface("Intercom API", ("https://api.intercom.io",)), ["https://api.stripe.com"])
    assert found is not None and (found.vendor, found.by) == ("stripe", "address")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real descriptions is not here (CXREADY_CORPUS)")
@pytest.mark.parametrize(
    ("name", "vendor"),
    [
        ("intercom/2.14.yaml", "intercom"),
        ("adyen/LegalEntityService-v4.yaml", "adyen"),
        ("paypal/invoicing_v2.json", "paypal"),
        ("twilio/twilio_events_v1.json", "twilio"),
    ],
)
def test_a_vendors_own_description_is_recognised_without_an_address(name: str, vendor: str) -> None:
    path = CORPUS / name
    assert vendor_of(surface_of_openapi("x", path.read_bytes(), path, path.parent)) == vendor


def test_every_fact_has_a_page_and_says_that_it_was_not_tried() -> None:
    facts = [fact for vendor in vendors().values() for fact in vendor.facts]
    assert len(vendors()) >= 10 and len(facts) >= 40
    assert all(fact.source.startswith("https://") and fact.says.endswith(".") and not fact.tried for fact in facts)


@pytest.mark.parametrize("name", FIRST)
def test_the_first_four_say_limits_repeats_sandbox_and_the_traps_of_a_session(name: str) -> None:
    vendor = vendors()[name]
    about = {fact.about for fact in vendor.facts}
    assert about & {"limits_stated", "tolerates_volume", "throttling_recoverable"}
    assert {"sandbox"} <= about and (vendor.repeat_key or "repeat_safe" in about or vendor.limit_headers)


def test_every_window_is_of_a_header_that_the_vendor_sends() -> None:
    for vendor in vendors().values():
        assert set(vendor.limit_windows) <= set(vendor.limit_headers), vendor.name
    assert "sforce-limit-info" in limit_headers()
