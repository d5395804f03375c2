"""A request limit as systems state it: in the headers of their answers, in a sentence of the description, or by a vendor's
documented window for a header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from runtime.systems.vendors import Vendor

_SECONDS = {"second": 1, "sec": 1, "s": 1, "minute": 60, "min": 60, "hour": 3_600, "day": 86_400}
_SENTENCE = re.compile(
    r"(?P<count>\d[\d,.']*)\s*(?:requests?|calls?|api calls?)\s*(?:a|an|per|/|every)\s*"
    r"(?P<many>\d+)?\s*(?P<unit>second|sec|minute|min|hour|day)s?",
    re.IGNORECASE,
)
_POLICY = re.compile(r"(?P<count>\d+)\s*;.*?\bw=(?P<window>\d+)|\bq=(?P<quota>\d+)\s*;.*?\bw=(?P<span>\d+)")


@dataclass(frozen=True)
class StatedLimit:
    """`count` requests in `seconds`; `seconds` is None where only a figure is stated, without its window.

    `by_vendor`: the window is what the vendor documents.
    """

    count: int
    seconds: int | None
    says: str
    by_vendor: bool = False

    def per_minute(self) -> float | None:
        """Requests a minute, None without a window."""
        return None if self.seconds is None else self.count * 60 / self.seconds


def stated_limit(headers: Mapping[str, str], sentence: str, vendor: Vendor | None = None) -> StatedLimit | None:
    """The limit with its window where one is stated anywhere; else the bare figure of a header; else None.

    Headers: RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers), X-RateLimit-Limit and its vendors' relatives; for a
    known vendor's header, the window that the vendor documents.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    for name, value in lower.items():
        if "policy" in name and (found := _POLICY.search(value)):
            count, window = found["count"] or found["quota"], found["window"] or found["span"]
            if int(window):
                return StatedLimit(int(count), int(window), f"{name}: {value}")
    if written := _SENTENCE.search(sentence):
        seconds = _SECONDS[written["unit"].lower()] * int(written["many"] or 1)
        count = int(re.sub(r"\D", "", written["count"]))
        return StatedLimit(count, seconds or 1, sentence)
    if by_vendor := _by_vendor(lower, vendor):
        return by_vendor
    bare = next((v for n, v in lower.items() if n.endswith("limit") and v.strip().isdigit()), None)
    return StatedLimit(int(bare), None, f"limit {bare}, window not stated") if bare else None


def _by_vendor(lower: Mapping[str, str], vendor: Vendor | None) -> StatedLimit | None:
    """The tightest of the vendor's headers; `api-usage=18/5000` is the day's allowance behind what was used."""
    if vendor is None:
        return None
    found = [
        StatedLimit(
            int(figure),
            window,
            f"{name}: {lower[name.lower()]}; the window of {window} s is {vendor.name}'s word, not tried",
            True,
        )
        for name, window in vendor.limit_windows.items()
        if name.lower() in lower
        for figure in re.findall(r"^\s*(\d+)\s*$|/(\d+)", lower[name.lower()])[:1]
        for figure in [figure[0] or figure[1]]
    ]
    return min(found, key=lambda limit: limit.per_minute() or 0.0, default=None)
