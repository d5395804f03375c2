"""Client certificates, the system's own store, and what the environment may not change."""

import os
import ssl
import subprocess
import sys

import pytest
import trustme
from loopback import WHY, Loopback, system

from runtime.errors import BadInput
from runtime.systems.exchange import Seen
from runtime.systems.network import merged
from runtime.systems.reach import reach
from runtime.systems.settings import Network
from tests.harness.corporate_proxy import CorporateProxy


@pytest.fixture
def authority():
    return trustme.CA(organization_name="Northwind PKI")


@pytest.fixture
def mutual(authority, tmp_path):
    """A server that talks only to clients with a certificate of the authority."""
    running = Loopback()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    running.server.socket = context.wrap_socket(running.server.socket, server_side=True)
    running.url = running.url.replace("http:", "https:")
    running.answers["GET /x"] = (200, {}, {})
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    authority.issue_cert("client@northwind.example").private_key_and_cert_chain_pem.write_to_path(
        str(tmp_path / "client.pem")
    )
    yield running
    running.close()


def test_a_client_certificate_opens_a_system_that_asks_for_one(mutual, tmp_path):
    without = system(mutual.url, tmp_path, network=Network(ca="ca.pem")).request("GET", "/x", why=WHY)
    assert without.seen is Seen.PATH and "client certificate" in without.error and not mutual.seen
    assert not reach(mutual.url, Network(ca="ca.pem"), tmp_path, {}).ok
    with_one = Network(ca="ca.pem", client_certificate="client.pem")
    assert system(mutual.url, tmp_path, network=with_one).request("GET", "/x", why=WHY).ok
    assert reach(mutual.url, with_one, tmp_path, {}).ok


def test_through_a_tunnel_the_systems_own_certificate_and_ours_meet(mutual, tmp_path):
    with CorporateProxy({"127.0.0.1": mutual.url}, intercepts=False) as proxy:
        way = Network(proxy=proxy.url, ca="ca.pem", client_certificate="client.pem")
        answer = system(mutual.url, tmp_path, network=way).request("GET", "/x", why=WHY)
        assert answer.ok and answer.through == f"the proxy {proxy.url.removeprefix('http://')}"
        assert proxy.connects == ["127.0.0.1"] and not proxy.log, "the proxy sees a tunnel, not what is in it"
        found = reach(mutual.url, way, tmp_path, {})
    assert found.ok and "signed by Northwind PKI" in found.steps[-1].says


def test_one_system_can_have_its_own_certificate_and_keep_the_rest_of_the_engagements_network(mutual, tmp_path):
    said = Network(ca="ca.pem", no_proxy=["127.0.0.1"], proxy="http://127.0.0.1:9")
    own = Network(client_certificate="client.pem")
    assert merged(said, own).ca == "ca.pem" and merged(said, own).proxy == said.proxy
    assert system(mutual.url, tmp_path, network=merged(said, own)).request("GET", "/x", why=WHY).ok


def test_a_key_with_a_password_is_opened_by_reference_and_never_asked_for_on_the_terminal(mutual, tmp_path):
    from cryptography.hazmat.primitives import serialization as s

    pem = (tmp_path / "client.pem").read_bytes()
    locked = s.load_pem_private_key(pem, None).private_bytes(
        s.Encoding.PEM, s.PrivateFormat.PKCS8, s.BestAvailableEncryption(b"open sesame")
    )
    (tmp_path / "locked.pem").write_bytes(locked + pem[pem.index(b"-----BEGIN CERTIFICATE") :])
    bare = Network(ca="ca.pem", client_certificate="locked.pem")
    with pytest.raises(BadInput, match="needs a password"):
        system(mutual.url, tmp_path, network=bare)
    way = bare.model_copy(update={"client_certificate_password": "${KEY_PASSWORD}"})
    with pytest.raises(BadInput, match="needs another password"):
        system(mutual.url, tmp_path, network=way, secrets={"KEY_PASSWORD": "wrong"})
    assert (
        system(mutual.url, tmp_path, network=way, secrets={"KEY_PASSWORD": "open sesame"})
        .request("GET", "/x", why=WHY)
        .ok
    )


def test_a_certificate_without_its_key_is_named(mutual, tmp_path):
    with pytest.raises(BadInput, match="no certificate with its key"):
        system(mutual.url, tmp_path, network=Network(ca="ca.pem", client_certificate="ca.pem"))


ASK = """
import sys
from pathlib import Path
sys.path.insert(0, "tests/runtime/systems")
from loopback import WHY, system
answer = system(sys.argv[1], Path(sys.argv[2])).request("GET", "/x", why=WHY)
print(answer.seen.value, answer.sent_headers.get("Authorization"))
"""


def test_the_systems_store_is_trusted_and_bundles_and_netrc_of_the_environment_are_not(authority, tmp_path):
    """The store is read by a process of its own: OpenSSL looks for it once (SSL_CERT_FILE moves it)."""
    running = Loopback()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    running.server.socket = context.wrap_socket(running.server.socket, server_side=True)
    running.answers["GET /x"] = (200, {}, {})
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    (tmp_path / ".netrc").chmod(0o600)

    def ask(**environment):
        made = {**os.environ, "HOME": str(tmp_path), **environment}
        line = [sys.executable, "-c", ASK, running.url.replace("http:", "https:"), str(tmp_path)]
        return subprocess.run(line, env=made, capture_output=True, text=True, check=True, timeout=60).stdout.split()

    try:
        bundle = str(tmp_path / "ca.pem")
        assert ask(REQUESTS_CA_BUNDLE=bundle, CURL_CA_BUNDLE=bundle) == ["path", "None"]
        assert ask(SSL_CERT_FILE=bundle) == ["ok", "None"]
        assert "Authorization" not in running.seen[0]["headers"]
    finally:
        running.close()
