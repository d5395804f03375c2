"""The way to an address, step by step: each step that ends it says why, and what to do."""

import socket
import ssl

import pytest
import trustme
from loopback import Loopback

from runtime.systems.reach import reach
from runtime.systems.settings import Network
from tests.harness.corporate_proxy import CorporateProxy
from tests.harness.faults import Rule
from tests.harness.meddling import SQUID, OtherChain

URL = "https://billing.corp.example"


@pytest.fixture
def proxied(server, tmp_path):
    """Goes the way through a proxy with these rules; returns its steps as `name state` and the last sentence."""

    def go(*rules, password=None, given="", ca="ca.pem"):
        with CorporateProxy({"billing.corp.example": server.url}, rules=rules, password=password) as proxy:
            proxy.trust(tmp_path / "ca.pem")
            way = Network(proxy=proxy.url_with(*given.split(":")) if given else proxy.url, ca=ca)
            found = reach(URL, way, tmp_path, {})
            return found, [f"{step.name} {step.state}" for step in found.steps], found.steps[-1]

    yield go
    assert not server.seen, "only greetings are sent"


def test_a_way_through_an_intercepting_proxy_is_whole_once_its_ca_is_trusted(proxied):
    found, steps, last = proxied()
    assert steps == ["name ok", "connection ok", "proxy ok", "certificate ok"] and found.ok
    assert "TLSv1.3, signed by Acme Web Gateway" in last.says and found.from_address == "127.0.0.1"


def test_a_ca_that_is_not_trusted_says_whose_store_to_change(proxied):
    _, steps, last = proxied(ca="system")
    assert steps[-1] == "certificate failed" and "put the company's CA into the system's store" in last.do
    _, steps, last = proxied(Rule(OtherChain(), method="CONNECT"))
    assert steps[-1] == "certificate failed" and "ca.pem is the CA that signs here" in last.do


def test_a_proxy_that_says_no_or_asks_for_a_password_is_named(proxied):
    _, steps, last = proxied(Rule(SQUID, method="CONNECT"))
    assert (
        steps[-1] == "proxy failed"
        and "403" in last.says
        and "have CONNECT billing.corp.example:443 allowed" in last.do
    )
    _, steps, last = proxied(password=("ada", "right"))
    assert steps[-1] == "proxy failed" and "asks for a password (407)" in last.says
    assert proxied(password=("ada", "right"), given="ada:right")[0].ok


def test_a_known_product_that_breaks_tls_open_is_a_note(server, tmp_path):
    zscaler = trustme.CA(organization_name="Zscaler Inc.")
    with CorporateProxy({"billing.corp.example": server.url}, zscaler) as proxy:
        proxy.trust(tmp_path / "ca.pem")
        found = reach(URL, Network(proxy=proxy.url, ca="ca.pem"), tmp_path, {})
    assert found.ok and found.steps[-1].state == "note" and "breaks TLS open" in found.steps[-1].says


def test_a_closed_port_and_an_unknown_name_end_the_way(tmp_path, server):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = reach(f"http://127.0.0.1:{port}", Network(), tmp_path, {})
    assert [s.name for s in found.steps] == ["name", "connection"] and not found.ok
    assert f"port {port} opened" in found.steps[-1].do
    unknown = reach("https://nothing.invalid", Network(proxy="direct"), tmp_path, {})
    assert [f"{s.name} {s.state}" for s in unknown.steps] == ["name failed"]


def test_plain_text_where_tls_was_expected_is_said(server, tmp_path):
    found = reach(server.url.replace("http:", "https:"), Network(), tmp_path, {})
    assert found.steps[-1].name == "certificate" and "no TLS" in found.steps[-1].says


def test_a_certificate_that_ends_soon_is_a_note(tmp_path):
    from datetime import UTC, datetime, timedelta

    authority, running = trustme.CA(), Loopback()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    soon = datetime.now(UTC) + timedelta(days=3)
    authority.issue_cert("127.0.0.1", not_after=soon).configure_cert(context)
    running.server.socket = context.wrap_socket(running.server.socket, server_side=True)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    try:
        found = reach(running.url.replace("http:", "https:"), Network(ca="ca.pem"), tmp_path, {})
    finally:
        running.close()
    assert found.steps[-1].state == "note" and "ends soon" in found.steps[-1].says
