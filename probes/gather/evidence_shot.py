"""An exchange as evidence that can be printed: redacted, cut, in the words of HTTP."""

from __future__ import annotations

import http
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from probes.artifact import Shot
from probes.finding import Evidence
from runtime.systems.exchange import Exchange

LONGEST = 1_200
SHOWN_SENT = ("idempotency-key", "if-match", "content-type", "accept")
SHOWN_BACK = (
    "content-type",
    "etag",
    "retry-after",
    "location",
    "deprecation",
    "sunset",
    "link",
    "www-authenticate",
    "cf-mitigated",
    "x-amzn-waf-action",
    "idempotent-replayed",
)


def shot_of(exchange: Exchange, redact: Callable[[Any], Any], **facts: Any) -> Shot:
    """Request and answer as redacted text; credentials never stand in it. `redact` knows the run's secrets."""
    place = urlsplit(exchange.url)
    target = redact(place.path + (f"?{unquote(place.query)}" if place.query else ""))
    first = f"{exchange.method} {target}" if exchange.method else exchange.operation
    return Shot(
        n=exchange.n,
        at=exchange.at,
        request=_text(first, exchange.sent_headers, SHOWN_SENT, exchange.sent, redact),
        response=_text(_status_line(exchange), exchange.headers, SHOWN_BACK, exchange.body, redact),
        status=exchange.status,
        seen=str(exchange.seen),
        elapsed_ms=round(exchange.elapsed_ms, 1),
        facts=facts,
    )


def evidence_of(shot: Shot, says: str) -> Evidence:
    """The shot behind a sentence."""
    return Evidence(
        says=says,
        request=shot.request,
        response=shot.response,
        at=shot.at.isoformat(),
        source=f"request {shot.n}",
        facts=shot.facts,
    )


def _status_line(exchange: Exchange) -> str:
    if exchange.status is None:
        return f"no answer: {exchange.error or exchange.seen}"
    try:
        return f"{exchange.status} {http.HTTPStatus(exchange.status).phrase}"
    except ValueError:
        return str(exchange.status)


def _text(first: str, headers: Any, shown: tuple[str, ...], body: Any, redact: Callable[[Any], Any]) -> str:
    lines = [
        first,
        *(
            f"{name}: {redact(value)}"
            for name, value in headers.items()
            if name.lower() in shown or "ratelimit" in name.lower().replace("-", "")
        ),
    ]
    if body not in (None, "", {}, []):
        lines += ["", _body(redact(body))]
    text = "\n".join(lines)
    return text if len(text) <= LONGEST else text[:LONGEST] + "\n…"


def _body(clean: Any) -> str:
    return clean if isinstance(clean, str) else json.dumps(clean, indent=1, ensure_ascii=False, default=str)
