"""The limits that a system states in its answers, in the dialects of the draft standard and of vendors.

Sources: IETF draft-ietf-httpapi-ratelimit-headers (the old three fields and RateLimit/RateLimit-Policy), and the
    vendors' public
documentation for HubSpot, Zendesk, Salesforce, Shopify and Dataverse; the vendors' live services were not tried.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

_TRIPLES = (
    ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"),
    ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
    ("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"),
    ("x-rate-limit", "x-rate-limit-remaining", "x-rate-limit-reset"),
    ("x-hubspot-ratelimit-daily", "x-hubspot-ratelimit-daily-remaining", ""),
    ("x-hubspot-ratelimit-max", "x-hubspot-ratelimit-remaining", ""),
)
_PAIRS = {"sforce-limit-info": r"api-usage=(\d+)/(\d+)", "x-shopify-shop-api-call-limit": r"(\d+)/(\d+)"}
_DATAVERSE = {"x-ms-ratelimit-burst-remaining-xrm-requests": 6000}


@dataclass(frozen=True)
class StatedLimit:
    """`remaining` of `limit` requests, new ones in `reset_s` seconds (None: not said). `source` is the header."""

    source: str
    limit: int
    remaining: int
    reset_s: float | None = None

    @property
    def share_left(self) -> float:
        return self.remaining / self.limit if self.limit > 0 else 1.0


def stated_limits(headers: Mapping[str, str], *, now: float | None = None) -> tuple[StatedLimit, ...]:
    """Every limit that the headers state with both its size and what remains."""
    held = {name.lower(): value for name, value in headers.items()}
    moment = time.time() if now is None else now
    found = [_triple(held, names, moment) for names in _TRIPLES]
    found += [_pair(held, name, pattern) for name, pattern in _PAIRS.items()]
    found += [
        StatedLimit(n, size, left, 300) for n, size in _DATAVERSE.items() if (left := _number(held.get(n))) is not None
    ]
    found.append(_structured(held))
    return tuple(limit for limit in found if limit)


def retry_after(headers: Mapping[str, str], *, now: float | None = None) -> float | None:
    """Seconds to wait by Retry-After (RFC 9110, 10.2.3: a number or a date); None when absent or unreadable."""
    value = next((v.strip() for k, v in headers.items() if k.lower() == "retry-after"), "")
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, moment - (time.time() if now is None else now))


def _triple(held: Mapping[str, str], names: tuple[str, str, str], now: float) -> StatedLimit | None:
    limit, remaining = _number(held.get(names[0])), _number(held.get(names[1]))
    if limit is None or remaining is None:
        return None
    return StatedLimit(names[1], limit, remaining, _reset(held.get(names[2], ""), now))


def _pair(held: Mapping[str, str], name: str, pattern: str) -> StatedLimit | None:
    found = re.search(pattern, held.get(name, ""))
    return StatedLimit(name, int(found[2]), max(0, int(found[2]) - int(found[1]))) if found else None


def _structured(held: Mapping[str, str]) -> StatedLimit | None:
    """`RateLimit: "default";r=50;t=30` beside `RateLimit-Policy: "default";q=100;w=60`."""
    state, policy = held.get("ratelimit", ""), held.get("ratelimit-policy", "")
    left, size = re.search(r";\s*r=(\d+)", state), re.search(r";\s*q=(\d+)", policy)
    if not left or not size:
        return None
    reset = re.search(r";\s*t=(\d+)", state)
    return StatedLimit("ratelimit", int(size[1]), int(left[1]), float(reset[1]) if reset else None)


def _number(value: str | None) -> int | None:
    found = re.match(r"\s*(\d{1,16})", value or "")
    return int(found[1]) if found else None


def _reset(value: str, now: float) -> float | None:
    """Seconds from now; systems send a difference, a Unix time in seconds or one in milliseconds."""
    number = _number(value)
    if number is None:
        return None
    if number > 10**11:
        return max(0.0, number / 1000 - now)
    return max(0.0, number - now) if number > 10**9 else float(number)
