"""Calls out of a Postman collection or a HAR recording: what a description needs, without headers, cookies or values.

HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), Postman collection format 2.0 and 2.1.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from runtime.errors import BadInput
from runtime.systems.described_calls import Call

_ASSET = re.compile(r"(?i)\.(?:js|mjs|css|map|png|jpe?g|gif|svg|webp|ico|woff2?|ttf|mp4|html?)$")
DEPTH = 20
Recording = Literal["", "har", "postman"]


@dataclass
class Calls:
    """Calls of one host or collection; `dropped`: what was left out on purpose, counted."""

    name: str
    host: str
    calls: list[Call] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def recording_in(text: bytes) -> Recording:
    """What a JSON text records: a HAR, a Postman collection, or nothing (an empty word)."""
    if not text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") or not (b'"log"' in text or b"getpostman.com" in text):
        return ""
    try:
        loaded = _dict(json.loads(text.decode("utf-8-sig")))
    except (ValueError, RecursionError):
        return ""
    if "getpostman.com" in str(_dict(loaded.get("info")).get("schema", "")):
        return "postman"
    return "har" if isinstance(_dict(loaded.get("log")).get("entries"), list) else ""


def of_har(path: Path) -> list[Calls]:
    """API calls by host; pages, scripts, styles and pictures are left out."""
    found: dict[str, Calls] = {}
    for entry in _list(_dict(_loaded(path).get("log")).get("entries")):
        request, response = _dict(entry.get("request")), _dict(entry.get("response"))
        url = urlsplit(str(request.get("url", "")))
        sent, answered = _json(_dict(request.get("postData"))), _json(_dict(response.get("content")))
        method = str(request.get("method", "GET")).upper()
        if not url.hostname or method in ("OPTIONS", "HEAD", "CONNECT"):
            continue
        if _ASSET.search(url.path) or (method == "GET" and answered is None):
            continue  # a page or a part of one
        own = found.setdefault(url.hostname, Calls(_name(url.hostname), url.hostname))
        _count_dropped(own, request, response)
        status = response.get("status")
        names = [name for name, _ in parse_qsl(url.query, keep_blank_values=True)]
        own.calls.append(Call(method, url.path, "", names, sent, status if isinstance(status, int) else 0, answered))
    return sorted(found.values(), key=lambda one: (-len(one.calls), one.host))


def of_postman(path: Path) -> Calls:
    """Every request of a collection, its folders included; saved answers give the types of what comes back."""
    loaded = _loaded(path)
    title = str(_dict(loaded.get("info")).get("name", path.stem))
    found = Calls(re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "collection", "")
    for item in _items(loaded, 0):
        request = item.get("request")
        request = {"url": request, "method": "GET"} if isinstance(request, str) else _dict(request)
        if not request:
            continue
        url = request.get("url", "")
        raw = url if isinstance(url, str) else str(_dict(url).get("raw", ""))
        parts = urlsplit(re.sub(r"^\{\{[^}]*\}\}", "http://base.invalid", raw) if "://" not in raw else raw)
        found.host = found.host or (parts.hostname or "").replace("base.invalid", "")
        saved = next(iter(_list(item.get("response"))), {})
        code = saved.get("code")
        found.calls.append(
            Call(
                str(request.get("method", "GET")).upper(),
                parts.path or "/",
                str(item.get("name", "")),
                [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)],
                _text_json(_dict(request.get("body")).get("raw")),
                code if isinstance(code, int) else 0,
                _text_json(saved.get("body")),
            )
        )
        found.dropped["headers"] += len(_list(request.get("header")))
        found.dropped["credentials"] += bool(request.get("auth"))
    return found


def _items(node: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
    for item in _list(node.get("item")):
        if "request" in item:
            yield item
        elif depth < DEPTH:
            yield from _items(item, depth + 1)


def _count_dropped(own: Calls, request: Mapping[str, Any], response: Mapping[str, Any]) -> None:
    headers = [*_list(request.get("headers")), *_list(response.get("headers"))]
    own.dropped["headers"] += len(headers)
    own.dropped["cookies"] += len(_list(request.get("cookies"))) + len(_list(response.get("cookies")))
    own.dropped["credentials"] += sum(str(h.get("name", "")).lower() == "authorization" for h in headers)
    own.dropped["bodies"] += bool(_dict(request.get("postData"))) + bool(_dict(response.get("content")).get("text"))


def _json(content: Mapping[str, Any]) -> Any:
    return _text_json(content.get("text")) if "json" in str(content.get("mimeType", "")).lower() else None


def _text_json(text: Any) -> Any:
    if not isinstance(text, str) or not text.strip():
        return None
    try:
        return json.loads(re.sub(r"(?<!\")\{\{[^}]*\}\}(?!\")", '"x"', text))
    except (ValueError, RecursionError):
        return None


def _loaded(path: Path) -> dict[str, Any]:
    try:
        loaded = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        raise BadInput("the recording is no JSON", str(path), "export it again") from None
    return _dict(loaded)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _name(host: str) -> str:
    first = [part for part in host.split(".") if part not in ("www", "api", "staging", "test", "dev", "app")]
    return re.sub(r"[^a-z0-9]+", "-", (first or [host])[0].lower()).strip("-") or "system"
