"""Each sign on the wire is taken for what it is, and the traps are not fallen into."""

import pytest

from runtime.systems.classify import classify
from runtime.systems.exchange import Seen

JSON, HTML = "application/json", "text/html; charset=utf-8"
CASES = [
    ("data", 200, {}, '{"a": 1}', JSON, Seen.OK),
    (
        "a ticket that quotes a wall is data",
        200,
        {},
        '{"text": "<title>Just a moment... type=password"}',
        JSON,
        Seen.OK,
    ),
    ("no content", 204, {}, "", "", Seen.OK),
    ("not modified", 304, {}, "", "", Seen.OK),
    ("an honest 401", 401, {}, '{"error": "invalid_token"}', JSON, Seen.REFUSED),
    (
        "403 for a missing record, as Directus answers",
        403,
        {},
        '{"errors": [{"extensions": {"code": "FORBIDDEN"}}]}',
        JSON,
        Seen.REFUSED,
    ),
    ("a stale If-Match", 412, {}, "{}", JSON, Seen.REFUSED),
    ("a plain page as 404", 404, {}, "<html><title>Not Found</title>", HTML, Seen.REFUSED),
    ("throttled as a page", 429, {}, "<html>slow down", HTML, Seen.THROTTLED),
    ("maintenance with a time", 503, {"Retry-After": "60"}, "", "", Seen.THROTTLED),
    ("maintenance without one", 503, {}, "", "", Seen.FAULT),
    ("a crash", 500, {}, "<html>Traceback", HTML, Seen.FAULT),
    ("Cloudflare's challenge", 403, {"cf-mitigated": "challenge"}, "<html>", HTML, Seen.CHALLENGE),
    ("Cloudflare's page without the header", 503, {}, "<html><title>Just a moment...</title>", HTML, Seen.CHALLENGE),
    ("AWS WAF's silent challenge", 202, {"x-amzn-waf-action": "challenge"}, "", HTML, Seen.CHALLENGE),
    ("AWS WAF's captcha", 405, {"X-Amzn-Waf-Action": "captcha"}, "<html>", HTML, Seen.CHALLENGE),
    ("Akamai", 403, {}, "<html>Access Denied https://errors.edgesuite.net/18.x", HTML, Seen.CHALLENGE),
    ("Akamai's JSON challenge", 428, {}, '{"sec-cp-challenge": "true"}', JSON, Seen.CHALLENGE),
    ("Imperva with 200", 200, {}, '<html><script src="/_Incapsula_Resource?x">', HTML, Seen.CHALLENGE),
    ("DataDome as JSON", 403, {}, '{"url": "https://geo.captcha-delivery.com/captcha/"}', JSON, Seen.CHALLENGE),
    ("PerimeterX as JSON", 403, {}, '{"appId": "PX1", "blockScript": "/x.js"}', JSON, Seen.CHALLENGE),
    (
        "F5 with 200",
        200,
        {},
        "<html>The requested URL was rejected. Please consult with your administrator.",
        HTML,
        Seen.CHALLENGE,
    ),
    ("a login page with 200", 200, {}, '<!doctype html><input type="password">', HTML, Seen.LOGIN_PAGE),
    ("a login page without a type", 200, {}, "<!DOCTYPE html><title>Sign in</title>", "", Seen.LOGIN_PAGE),
    ("a page that is no login", 200, {}, "<html><div id=app>", HTML, Seen.FAULT),
    ("a redirect to the login", 302, {"Location": "https://sso.example/saml2/start"}, "", "", Seen.LOGIN_PAGE),
    ("a redirect elsewhere", 302, {"Location": "/v2/items"}, "", "", Seen.REFUSED),
    ("a blog about logistics is no login", 301, {"Location": "/blogging"}, "", "", Seen.REFUSED),
    ("the proxy wants a password", 407, {}, "", "", Seen.PATH),
    ("a captive portal", 511, {}, "<html>", HTML, Seen.PATH),
    ("squid's block page", 403, {"X-Squid-Error": "ERR_ACCESS_DENIED 0"}, "<html>", HTML, Seen.PATH),
    ("Zscaler's block page", 403, {"Server": "Zscaler/6.2"}, "<html>", HTML, Seen.PATH),
    ("a block page with 200", 200, {}, "<html>FortiGuard Intrusion Prevention: web page blocked", HTML, Seen.PATH),
]


@pytest.mark.parametrize(
    ("status", "headers", "body", "kind", "seen"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_a_response_is_taken_for_what_it_is(status, headers, body, kind, seen):
    assert classify(status, headers, body, kind, wants_json=True) is seen


def test_no_answer_is_the_path_before_and_a_fault_after_the_connection():
    assert classify(None, {}, "", "", wants_json=True, error="path") is Seen.PATH
    assert classify(None, {}, "", "", wants_json=True, error="fault") is Seen.FAULT


def test_a_page_is_welcome_where_a_page_was_asked_for():
    assert classify(200, {}, "<html><input type=password>", HTML, wants_json=False) is Seen.OK
