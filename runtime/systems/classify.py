"""What a response was: data, a clear no, throttling, a bot wall, a login page, the path, or a fault.

Runs on every response. The order matters: a bot wall answers 200, 202, 403, 405, 429 or 503, and a proxy's block page
looks
like the system's own 403; an honest 401 or 403 in JSON is neither. Signs are from the vendors' documentation (AWS WAF:
x-amzn-waf-action, Cloudflare: cf-mitigated) and from pages seen in the field; codes: RFC 9110, RFC 6585.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from runtime.systems.exchange import Seen

Broken = Literal["", "path", "fault"]

_WALL = re.compile(
    r"cdn-cgi/challenge-platform|challenges\.cloudflare\.com|<title>(just a moment|attention required! \| cloudflare)"
    r"|_incapsula_resource|incapsula incident id|captcha-delivery\.com|px-captcha|_pxcaptcha|perimeterx"
    r"|awswafcookiedomainlist|awswafintegration|token\.awswaf\.com|akam/\d+/pixel|sec-cp-challenge|/_sec/cp_challenge"
    r"|errors\.edgesuite\.net|the requested url was rejected\. please consult with your administrator"
    r"|kpsdk|sucuri website firewall|g-recaptcha|recaptcha/api\.js|hcaptcha\.com/1/api\.js|are you a robot|verify you are human",
    re.IGNORECASE,
)
_BLOCK_PAGE = re.compile(
    r"zscaler|blue ?coat|proxysg|symantec web|forcepoint|websense|fortiguard|fortinet|palo alto networks|umbrella\.com|opendns"
    r"|mcafee web gateway|skyhigh|sophos web|netskope|iboss|barracuda|trend micro interscan|generated .{0,80}\(squid"
    r"|err_access_denied|web ?page (is )?blocked|captive portal|blocked by your (organi[sz]ation|administrator)",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"type\s*=\s*[\"']?password|<title>[^<]{0,80}(log ?in|sign ?in|anmelden|anmeldung|log ?on|single sign)|id\s*=\s*[\"']?login"
    r"|samlrequest|name\s*=\s*[\"']?(j_username|username|login)[\"' >]|session (has )?(expired|timed out)",
    re.IGNORECASE,
)
_LOGIN_PLACE = re.compile(
    r"(?i)(^|[/._-])(log-?in|sign-?in|logon|sso|saml2?|oauth2?/authorize|authorize|adfs|session/new|accounts/login)\b"
)
_PROXY_HEADERS = (
    "proxy-authenticate",
    "x-squid-error",
    "x-bluecoat-via",
    "x-zscaler",
    "x-netskope-block",
    "x-iboss-block",
)


def classify(
    status: int | None,
    headers: Mapping[str, str],
    body_start: str,
    content_type: str,
    *,
    wants_json: bool,
    error: Broken = "",
) -> Seen:
    """Says what an answer was.

    Args:
        status: None when no answer came.
        body_start: the first few thousand characters of the body.
        wants_json: the operation promises data (JSON; for SOAP: XML), so a page for people is no answer.
        error: `path` when the connection could not be made (DNS, refused, TLS, proxy), `fault` when it broke later.
    """
    if error or status is None:
        return Seen.PATH if error == "path" else Seen.FAULT
    held = {name.lower(): value for name, value in headers.items()}
    page = _is_page(content_type, body_start)
    if _from_the_path(status, held, body_start, page):
        return Seen.PATH
    if _wall(status, held, body_start, page, wants_json):
        return Seen.CHALLENGE
    if status == 429 or (status == 503 and "retry-after" in held):
        return Seen.THROTTLED
    if 300 <= status < 400:
        return _redirected(status, held)
    if status >= 500:
        return Seen.FAULT
    if status >= 400:
        return Seen.REFUSED
    if page and wants_json:
        return Seen.LOGIN_PAGE if _LOGIN.search(body_start) else Seen.FAULT
    return Seen.OK


def _is_page(content_type: str, body_start: str) -> bool:
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        return True
    return kind in ("", "text/plain") and bool(re.match(r"\s*(<!doctype html|<html)", body_start, re.IGNORECASE))


def _from_the_path(status: int, headers: Mapping[str, str], body: str, page: bool) -> bool:
    if status in (407, 511) or any(name in headers for name in _PROXY_HEADERS):
        return True
    server = headers.get("server", "").lower()
    if status >= 400 and any(name in server for name in ("squid", "zscaler", "bluecoat", "mcafee")):
        return True
    return page and (status >= 400 or status == 200) and bool(_BLOCK_PAGE.search(body))


def _wall(status: int, headers: Mapping[str, str], body: str, page: bool, wants_json: bool) -> bool:
    if headers.get("x-amzn-waf-action", "").lower() in ("challenge", "captcha"):
        return True
    if "challenge" in headers.get("cf-mitigated", "").lower() or "x-sucuri-block" in headers or "x-kpsdk-ct" in headers:
        return True
    if headers.get("sec-cp-challenge", "").lower() == "true" or (status == 428 and "sec-cp-challenge" in body):
        return True
    if status in (403, 405, 429) and ("x-dd-b" in headers or "captcha-delivery.com" in body or '"blockScript"' in body):
        return True
    return page and (status >= 400 or wants_json) and bool(_WALL.search(body))


def _redirected(status: int, headers: Mapping[str, str]) -> Seen:
    """A redirect that was not followed: to a person's login, or a no."""
    if status == 304:
        return Seen.OK
    return Seen.LOGIN_PAGE if _LOGIN_PLACE.search(headers.get("location", "")) else Seen.REFUSED
