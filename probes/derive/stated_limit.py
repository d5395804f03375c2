"""A request limit as systems state it: in the headers of their answers, or in a sentence of the description."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_SECONDS = {"second": 1, "sec": 1, "s": 1, "minute": 60, "min": 60, "hour": 3_600, "day": 86_400}
_SENTENCE = re.compile(
    r"(?P<count>\d[\d,.']*)\s*(?:requests?|calls?|api calls?)\s*(?:a|an|per|/|every)\s*"
    r"(?P<many>\d+)?\s*(?P<unit>second|sec|minute|min|hour|day)s?",
    re.IGNORECASE,
)
_POLICY = re.compile(r"(?P<count>\d+)\s*;.*?\bw=(?P<window>\d+)|\bq=(?P<quota>\d+)\s*;.*?\bw=(?P<span>\d+)")


@dataclass(frozen=True)
class StatedLimit:
    """`count` requests in `seconds`; `seconds` is None where only a figure is stated, without its window."""

    count: int
    seconds: int | None
    says: str

    def per_minute(self) -> float | None:
        """Requests a minute, None without a window."""
        return None if self.seconds is None else self.count * 60 / self.seconds


def stated_limit(headers: Mapping[str, str], sentence: str) -> StatedLimit | None:
    """The limit with its window where one is stated anywhere; else the bare figure of a header; else None.

    Headers: RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers), X-RateLimit-Limit and its vendors' relatives.
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
    bare = next((v for n, v in lower.items() if n.endswith("limit") and v.strip().isdigit()), None)
    return StatedLimit(int(bare), None, f"limit {bare}, window not stated") if bare else None
