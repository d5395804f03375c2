"""On a way through a gateway, its pages are told from the system's own answers; without one, a page is the system's."""

import pytest

from runtime.systems.between import Voices, breaks_tls_open, from_between, is_data

URL = "https://billing.corp.example/accounts/1"
PAGE = "<!DOCTYPE html><html><head><title>Seite gesperrt</title></head></html>"
HTML = {"Content-Type": "text/html"}


def said(status, headers, body="", voices=None, wants_data=True):
    return from_between(URL, status, headers, body, wants_data=wants_data, voices=voices or Voices())


@pytest.mark.parametrize("status", [200, 403, 404, 405, 429, 502, 503])
def test_a_page_in_nobodys_voice_is_the_gateways_whatever_its_status(status):
    assert said(status, HTML, PAGE)
    assert said(status, {"Content-Type": "text/plain"}, "Denied by policy 4711") or status == 200


def test_empty_answers_in_nobodys_voice_are_the_gateways_unless_they_are_meant_to_be_empty():
    assert said(403, {}) and said(502, {})
    assert not said(204, {}) and not said(304, {})


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (404, {"Content-Type": "application/problem+json"}, '{"title": "no such account"}'),
        (403, {"Content-Type": "application/json"}, '{"error": "forbidden"}'),
        (500, {"Content-Type": "text/xml"}, "<soap:Envelope/>"),
        (401, {"WWW-Authenticate": "Bearer", **HTML}, PAGE),
        (302, {"Location": "/accounts/1/"}, ""),
        (302, {"Location": "https://billing.corp.example/login"}, ""),
    ],
)
def test_data_a_challenge_to_sign_in_and_a_redirect_on_the_same_host_are_the_systems(status, headers, body):
    assert not said(status, headers, body)


def test_a_redirect_to_another_host_in_nobodys_voice_is_the_gateways_portal():
    assert said(302, {"Location": "https://portal.acme.example/login"})


def test_a_page_in_the_voice_of_earlier_answers_is_the_systems_own():
    voices = Voices()
    voices.learn(URL, {"Server": "Northwind/2", "X-Request-Id": "a1", "X-Frame-Options": "DENY", "Content-Type": "x"})
    assert not said(404, {"server": "Northwind/2", **HTML}, PAGE, voices)
    assert not said(302, {"Location": "https://sso.corp.example/login", "x-request-id": "b2"}, "", voices)
    assert said(404, {"Server": "gateway", **HTML}, PAGE, voices)
    assert said(404, {"X-Frame-Options": "DENY", **HTML}, PAGE, voices), "a header that anybody sets is no voice"


def test_every_address_has_its_own_voice():
    voices = Voices()
    voices.learn("https://identity.corp.example/token", {"Server": "Northwind/2"})
    assert said(404, {"Server": "Northwind/2", **HTML}, PAGE, voices)


def test_what_is_data_follows_from_type_and_first_character():
    assert is_data("application/json", ' {"a": 1}') and is_data("application/vnd.x+json; v=1", "[1]")
    assert is_data("text/xml", "<a/>") and not is_data("text/html", '{"a": 1}')
    assert not is_data("application/json", "<html>") and not is_data("text/plain", "Denied")


def test_products_that_break_tls_open_are_known_by_their_certificates():
    assert breaks_tls_open("CN=Zscaler Intermediate Root CA, O=Zscaler Inc.").lower() == "zscaler"
    assert not breaks_tls_open("Northwind Internal PKI")
