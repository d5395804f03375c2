"""A name keeps leading where it led when the run began; what documents and answers bring in leads nowhere else."""

import socket
from http.server import ThreadingHTTPServer

import pytest
from loopback import WHY, Loopback, settings, system

from runtime.errors import Refused
from runtime.systems.addresses import Addresses, MovedAway, kind_of
from runtime.systems.exchange import Seen
from runtime.systems.passage import Passage


@pytest.fixture
def names(monkeypatch):
    """What the resolver says; a test writes it down and changes it."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def answer(host, port, *rest, **more):
        found = known.get(host)
        if found is None:
            return real(host, port, *rest, **more)
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return known


def test_kinds_of_addresses_follow_the_registries():
    assert [kind_of(a) for a in ("10.1.2.3", "192.168.0.9", "fd00::1", "::ffff:10.0.0.1")] == ["private"] * 4
    assert [kind_of(a) for a in ("127.0.0.9", "::1", "169.254.169.254", "fe80::1%eth0", "93.184.216.34")] == [
        "loopback",
        "loopback",
        "link-local",
        "link-local",
        "public",
    ]


def test_a_private_address_is_allowed_and_must_not_change(names):
    places = Addresses()
    names["crm.corp.example"] = ["10.0.0.1", "10.0.0.2"]
    assert places.checked("crm.corp.example", 443) == ["10.0.0.1", "10.0.0.2"]
    names["crm.corp.example"] = ["10.0.0.2", "10.9.9.9"]
    assert places.checked("crm.corp.example", 443) == ["10.0.0.2"], "only what was there at the start"
    names["crm.corp.example"] = ["10.9.9.9"]
    with pytest.raises(
        MovedAway, match=r"pointed to 10\.0\.0\.1, 10\.0\.0\.2 and now points to 10\.9\.9\.9; nothing was sent"
    ):
        places.checked("crm.corp.example", 443)


def test_public_addresses_may_rotate_and_never_turn_into_private_ones(names):
    places = Addresses()
    names["api.vendor.example"] = ["93.184.216.34"]
    places.checked("api.vendor.example", 443)
    names["api.vendor.example"] = ["93.184.216.99"]
    assert places.checked("api.vendor.example", 443) == ["93.184.216.99"]
    names["api.vendor.example"] = ["192.168.0.1"]
    with pytest.raises(MovedAway, match=r"now points to 192\.168\.0\.1"):
        places.checked("api.vendor.example", 443)


def test_whoever_runs_for_days_follows_a_name_to_another_place_but_not_to_metadata(names):
    places = Addresses(hold=False)
    names["crm.corp.example"] = ["10.0.0.1"]
    assert places.checked("crm.corp.example", 443) == ["10.0.0.1"]
    names["crm.corp.example"] = ["10.9.9.9"]
    assert places.checked("crm.corp.example", 443) == ["10.9.9.9"]
    names["crm.corp.example"] = ["169.254.169.254"]
    with pytest.raises(MovedAway, match="link-local"):
        places.checked("crm.corp.example", 443)


def test_link_local_addresses_are_nobodys_system(names):
    names["metadata.corp.example"] = ["169.254.169.254"]
    with pytest.raises(MovedAway, match="link-local"):
        Addresses().checked("metadata.corp.example", 80)


def test_a_name_that_moves_during_the_run_is_a_clear_stop_and_gets_nothing(names, server, tmp_path):
    other = Loopback()
    port = server.server.server_address[1]
    elsewhere = ThreadingHTTPServer(("127.0.0.2", port), other.server.RequestHandlerClass)
    names["billing.corp.example"] = ["127.0.0.1"]
    server.answers["GET /x"] = other.answers["GET /x"] = (200, {"Connection": "close"}, {})
    passage = Passage()
    try:
        first = system(f"http://billing.corp.example:{port}", tmp_path, passage=passage)
        assert first.request("GET", "/x", why=WHY).ok
        names["billing.corp.example"] = ["127.0.0.2"]
        again = system(f"http://billing.corp.example:{port}", tmp_path, passage=passage).request("GET", "/x", why=WHY)
        assert again.seen is Seen.PATH and "now points to 127.0.0.2; nothing was sent there" in again.error
        assert len(server.seen) == 1 and not other.seen
    finally:
        elsewhere.server_close()
        other.close()


def test_an_unknown_name_is_the_paths_word(names, tmp_path):
    names["gone.corp.example"] = []
    answer = system("http://gone.corp.example", tmp_path).request("GET", "/x", why=WHY)
    assert answer.seen is Seen.PATH and "not known" in answer.error


def test_addresses_that_answers_bring_in_get_nothing_private_or_not(server, tmp_path):
    other = Loopback()
    try:
        billing = system(
            server.url,
            tmp_path,
            credentials={"agent": {"scheme": "bearer", "token": "${T}"}},
            secrets={"T": "s3cret-token"},
        )
        for brought in (other.url, "http://169.254.169.254/latest", "http://10.0.0.1/", "file:///etc/passwd"):
            with pytest.raises(Refused, match="not on this system's address"):
                billing.request("GET", brought, why=WHY)
            server.answers["GET /moved"] = (307, {"Location": brought}, {})
            answer = billing.request("GET", "/moved", why=WHY)
            assert answer.status == 307 and answer.location == brought
        assert not other.seen
        assert settings(server.url).environments["staging"].url == server.url
    finally:
        other.close()
