"""What can go wrong between a client and a server, and the rules that say when: data for fault_proxy.py."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

# ---- faults: each is one way in which one exchange goes wrong ----------------------------------------------------


@dataclass(frozen=True)
class Latency:
    """The answer comes this many seconds later."""

    seconds: float


@dataclass(frozen=True)
class DropBefore:
    """The connection is closed without an answer, and the server never saw the request."""


@dataclass(frozen=True)
class DropAfter:
    """The server did what was asked; the answer is lost: the connection is closed before its first byte."""


@dataclass(frozen=True)
class Reset:
    """The connection is reset (RST) instead of an answer; with `applied` after the server did its work."""

    applied: bool = False


@dataclass(frozen=True)
class HalfBody:
    """Headers and half the announced body arrive, then the connection closes. The server did its work."""


@dataclass(frozen=True)
class Unavailable:
    """503 from something in front of the server; `retry_after` in seconds, or a header as it stands, or none."""

    retry_after: int | str | None = None


@dataclass(frozen=True)
class Throttled:
    """429, by default as the HTML page of a gateway, where the API had promised JSON."""

    retry_after: int | str | None = None
    as_html: bool = True


@dataclass(frozen=True)
class Duplicate:
    """The request reaches the server twice (a retrying gateway); the client gets the second answer."""


@dataclass(frozen=True)
class Challenge:
    """A bot wall's page in the shape of a vendor: Cloudflare 403 + cf-mitigated, AWS WAF 202 + x-amzn-waf-action."""

    vendor: Literal["cloudflare", "aws"] = "cloudflare"


@dataclass(frozen=True)
class LoginPage:
    """A soft logout: 200 and a page that asks for a password, or with `redirect` a 302 to it."""

    redirect: bool = False


@dataclass(frozen=True)
class OkWithError:
    """200 and an error in the body; with `applied` the server did its work all the same."""

    applied: bool = False


Fault = (
    Latency
    | DropBefore
    | DropAfter
    | Reset
    | HalfBody
    | Unavailable
    | Throttled
    | Duplicate
    | Challenge
    | LoginPage
    | OkWithError
)

# ---- the plan ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """When a fault happens. All that is given must hold.

    method: "POST", or None for every one. path: a regular expression searched in path and query.
    nth: which of the requests that match method and path, counted from 1; `range(3, 6)` is a burst of three.
    share: probability for each request that got this far, drawn from the plan's seed.
    """

    fault: Fault
    method: str | None = None
    path: str = ""
    nth: Collection[int] | None = None
    share: float = 1.0


class FaultPlan:
    """Rules in order; the first that fires decides, except that `Latency` adds up with what follows.

    The same seed and the same order of requests give the same faults. Not safe for threads: the proxy holds a lock.
    """

    def __init__(self, rules: Sequence[Rule] = (), seed: int = 0) -> None:
        self.rules = list(rules)
        self.seed = seed
        self._draw = random.Random(seed)
        self._matched = [0] * len(self.rules)

    def choose(self, method: str, path: str) -> list[Fault]:
        """The faults for the next request, in the order in which they take effect; empty: it passes untouched."""
        chosen: list[Fault] = []
        for index, rule in enumerate(self.rules):
            if not self._fires(index, rule, method, path):
                continue
            chosen.append(rule.fault)
            if not isinstance(rule.fault, Latency):
                break
        return chosen

    def _fires(self, index: int, rule: Rule, method: str, path: str) -> bool:
        if rule.method not in (None, method) or not re.search(rule.path, path):
            return False
        self._matched[index] += 1
        if rule.nth is not None and self._matched[index] not in rule.nth:
            return False
        return rule.share >= 1 or self._draw.random() < rule.share


# ---- answers that did not come from the server -------------------------------------------------------------------


LOGIN_FORM = '<form method="post" action="/login"><input name="user"><input type="password" name="password"></form>'


@dataclass(frozen=True)
class Answer:
    """Status, headers and body of an HTTP answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def page(fault: Fault) -> Answer | None:
    """What stands in for the server's answer, or None when the fault is not an answer at all."""
    match fault:
        case Unavailable(retry_after):
            return _html(503, "Service Temporarily Unavailable", _retry(retry_after))
        case Throttled(retry_after, True):
            return _html(429, "Too Many Requests", _retry(retry_after))
        case Throttled(retry_after, False):
            headers = [("Content-Type", "application/json"), *_retry(retry_after)]
            return Answer(429, headers, b'{"error": "rate limited"}')
        case Challenge("cloudflare"):
            return _html(403, "Just a moment...", [("Server", "cloudflare"), ("cf-mitigated", "challenge")])
        case Challenge("aws"):
            return _html(202, "Verifying your request", [("Server", "CloudFront"), ("x-amzn-waf-action", "challenge")])
        case OkWithError():
            return Answer(200, [("Content-Type", "application/json")], b'{"error": "the record could not be saved"}')
        case LoginPage(True):
            return _html(302, "Found", [("Location", "/login?next=%2F")])
        case LoginPage(False):
            return _html(200, "Sign in", [], LOGIN_FORM)
    return None


def _retry(after: int | str | None) -> list[tuple[str, str]]:
    return [] if after is None else [("Retry-After", str(after))]


def _html(status: int, title: str, headers: list[tuple[str, str]], inside: str = "") -> Answer:
    body = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1>{inside}</body></html>"
    return Answer(status, [("Content-Type", "text/html; charset=UTF-8"), *headers], body.encode())
