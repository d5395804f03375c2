"""TLS is always checked, against what the engagement names and nothing else."""

import datetime
import ipaddress
import ssl

import pytest
from loopback import WHY, Loopback, system

from runtime.errors import BadInput
from runtime.systems.exchange import Seen
from runtime.systems.network import proxies_for
from runtime.systems.settings import Network

x509 = pytest.importorskip("cryptography.x509")


@pytest.fixture
def secure(tmp_path):
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a private CA")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (tmp_path / "ca.pem").write_bytes(certificate.public_bytes(pem))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    running = Loopback()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "ca.pem", tmp_path / "key.pem")
    running.server.socket = context.wrap_socket(running.server.socket, server_side=True)
    running.url = running.url.replace("http:", "https:")
    running.answers["GET /x"] = (200, {}, {})
    yield running
    running.close()


def test_a_private_ca_is_trusted_only_where_the_engagement_names_it(secure, tmp_path, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    refused = system(secure.url, tmp_path).request("GET", "/x", why=WHY)
    assert refused.seen is Seen.PATH and "certificate" in refused.error
    assert system(secure.url, tmp_path, network=Network(ca="ca.pem")).request("GET", "/x", why=WHY).ok


def test_a_ca_that_is_a_key_or_lies_outside_is_named_at_once(secure, tmp_path):
    with pytest.raises(BadInput, match="holds a private key"):
        system(secure.url, tmp_path, network=Network(ca="key.pem"))
    (tmp_path / "notes.txt").write_text("the CA is with Bob")
    with pytest.raises(BadInput, match="no CA certificate"):
        system(secure.url, tmp_path, network=Network(ca="notes.txt"))
    with pytest.raises(BadInput, match="outside the folder"):
        system(secure.url, tmp_path, network=Network(ca="../ca.pem"))
    with pytest.raises(BadInput, match="missing"):
        system(secure.url, tmp_path, network=Network(ca="gone.pem"))


def test_the_engagements_proxy_wins_over_the_environments(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://env:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert proxies_for("https://a.example/x", Network(), {})["https"] == "http://env:1"
    assert proxies_for("https://a.example/x", Network(proxy="http://own:2"), {})["https"] == "http://own:2"
    assert proxies_for("https://a.example/x", Network(proxy="http://own:2", no_proxy=["a.example"]), {}) == {}
    assert proxies_for("https://127.0.0.1/x", Network(), {}) == {}
    assert (
        proxies_for("https://a.example/x", Network(proxy="${HTTPS_PROXY}"), {"HTTPS_PROXY": "http://given:3"})["https"]
        == "http://given:3"
    )


@pytest.mark.parametrize(
    ("issued", "says"),
    [
        ({"not_after": datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)}, "expired"),
        ({"names": ["other.example"]}, "not valid for"),
        ({"other_authority": True}, "certificate"),
    ],
    ids=["expired", "of another host", "of an unknown authority"],
)
def test_an_invalid_certificate_is_the_path_and_nothing_is_sent(tmp_path, issued, says):
    import trustme

    authority = trustme.CA()
    signer = trustme.CA() if issued.get("other_authority") else authority
    context, running = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), Loopback()
    end = issued.get("not_after")
    signer.issue_cert(*issued.get("names", ["127.0.0.1"]), **({"not_after": end} if end else {})).configure_cert(
        context
    )
    running.server.socket = context.wrap_socket(running.server.socket, server_side=True)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    try:
        url = running.url.replace("http:", "https:")
        answer = system(url, tmp_path, network=Network(ca="ca.pem")).request("GET", "/x", why=WHY)
    finally:
        running.close()
    assert answer.seen is Seen.PATH and says in answer.error and running.seen == []
