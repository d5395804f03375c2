"""Beyond this machine the proxy speaks TLS only, and by names that were given."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import requests

from probes.derive.stand_in import SECRETS, estate_at, stand_in
from runtime.errors import BadInput, Refused
from runtime.guardrails.case_context import CaseContext
from runtime.guardrails.proxy import RunningProxy, serve
from runtime.guardrails.proxy_server import Place, bound, is_here
from tests.runtime.guardrails.described import described_estate

CREDIT = {"account_id": "A-1", "amount": "1.10", "currency": "EUR"}


def send(proxy: RunningProxy, **more: object) -> requests.Response:
    headers = proxy.headers(CaseContext(workflow="dispute", case="c", customer="A-1"))
    given = {**headers, **more.pop("headers", {})}  # type: ignore[dict-item]
    return requests.post(f"{proxy.url}/billing/credits", json=CREDIT, headers=given, timeout=20, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "here"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("proxy.example", False)]
)  # fmt: skip
def test_only_loopback_is_this_machine(host: str, here: bool) -> None:
    assert is_here(host) is here


def test_tokens_never_travel_in_clear_beyond_this_machine() -> None:
    with pytest.raises(Refused, match="in clear"):
        bound(Place("0.0.0.0"))


def test_it_speaks_tls_under_the_names_it_was_given(tmp_path: Path) -> None:
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    certificate, key, ca = tmp_path / "chain.pem", tmp_path / "key.pem", tmp_path / "ca.pem"
    issued = authority.issue_cert("localhost", "127.0.0.1")
    issued.private_key_pem.write_to_path(key)
    certificate.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    authority.cert_pem.write_to_path(ca)
    with stand_in() as system:
        estate = estate_at(described_estate(tmp_path), system.url)
        proxy = serve(
            estate, folder=tmp_path / "state", secrets=SECRETS, tls=(certificate, key), names=["limits.example:8443"]
        )
        try:
            assert proxy.url.startswith("https://")
            assert send(proxy, verify=str(ca)).status_code == 201
            known = send(proxy, verify=str(ca), headers={"Host": "limits.example:8443", "Idempotency-Key": "k"})
            unknown = send(proxy, verify=str(ca), headers={"Host": "other.example:8443"})
            assert known.json()["rule"] == "issue_credit.equal_write" and unknown.status_code == 421
            port = int(proxy.url.rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
                plain.sendall(b"POST /billing/credits HTTP/1.1\r\nHost: x\r\n\r\n")
                assert not plain.recv(100).startswith(b"HTTP/1.1 2")
        finally:
            proxy.close()


def test_a_certificate_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    estate = described_estate(tmp_path)
    with pytest.raises(BadInput, match="cannot be used"):
        serve(estate, folder=tmp_path / "state", secrets=SECRETS, tls=(tmp_path / "no.pem", tmp_path / "no.pem"))
