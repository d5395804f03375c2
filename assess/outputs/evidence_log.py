"""The evidence log as text for a terminal, CSV for a spreadsheet, HAR 1.2 for a network tool, and JSON lines."""

from __future__ import annotations

import csv
import http
import io
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from assess.evidence_log import Line, Log
from assess.version import __version__

COLUMNS = (
    "n", "at", "run", "system", "holder", "host", "method", "path", "path_template", "purpose", "probe", "plan_line",
    "status", "seen", "undone", "undone_at", "sent_digest", "sent", "body_digest", "body",
)  # fmt: skip
LARGEST_CELL = 2_000  # a spreadsheet's cell ends at 32,767; the digest tells the whole
REDACTED = "personal data and secrets are redacted; digests are of what was really sent and received"


def as_text(log: Log) -> str:
    """A line a request, by run; its number is the one that the report's evidence names."""
    said: list[str] = []
    for run in log.runs:
        lines = [one for one in log.lines if one.row["run"] == run.name]
        said += [run.says(), *map(_text, lines), ""]
    return "\n".join([*said, f"{len(log.lines)} requests; {REDACTED}"])


def as_csv(log: Log) -> str:
    """Comma-separated with a heading; nothing in it is run as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in log.lines:
        found = one.as_dict()
        writer.writerow([_cell(found[name]) for name in COLUMNS])
    return out.getvalue()


def as_json_lines(log: Log) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(one.as_dict(), ensure_ascii=False, default=str) + "\n" for one in log.lines)


def as_har(log: Log) -> str:
    """HAR 1.2, as browsers and proxies write and read it; what HAR has no field for stands under `_cxready`."""
    entries = [_entry(one) for one in log.lines]
    creator = {"name": "cxready", "version": __version__, "comment": REDACTED}
    whole = {"log": {"version": "1.2", "creator": creator, "pages": [], "entries": entries}}
    return json.dumps(whole, indent=1, ensure_ascii=False, default=str) + "\n"


def _text(one: Line) -> str:
    row = one.row
    place = f"{row['method']:<6} {one.host}{one.path}"
    line = f"line {one.plan_line}" if one.plan_line else "no line"
    end = f"  [{one.undone}{' ' + one.undone_at[:19] if one.undone_at else ''}]" if one.undone else ""
    status = row["status"] or "–"
    what = f"{row['system']:<11} {row['holder']:<8} {place:<64} {status!s:<4} {row['seen']:<10}"
    return f"{row['n']:>5}  {str(row['at'])[:19]}  {what} {line:<8}  {row['purpose']} ({row['probe'] or '–'}){end}"


def _cell(value: object) -> object:
    """Text that a spreadsheet would run as a formula is led by an apostrophe."""
    if value is not None and not isinstance(value, str | int | float):
        value = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str):
        return value
    cut = value if len(value) <= LARGEST_CELL else value[:LARGEST_CELL] + "…"
    return f"'{cut}" if cut[:1] in ("=", "+", "-", "@", "\t", "\r") else cut


def _entry(one: Line) -> dict[str, Any]:
    row = one.row
    took = float(row["elapsed_ms"] or 0)
    names = (
        "n",
        "run",
        "probe",
        "system",
        "holder",
        "operation",
        "path_template",
        "seen",
        "error",
        "sent_digest",
        "body_digest",
    )
    own = {name: row[name] for name in names}
    return {
        "startedDateTime": row["at"],
        "time": took,
        "request": _request(row),
        "response": _response(row),
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
        "comment": row["purpose"],
        "_cxready": {**own, "plan_line": one.plan_line, "undone": one.undone, "undone_at": one.undone_at},
    }


def _request(row: Mapping[str, Any]) -> dict[str, Any]:
    headers, body = row["sent_headers"] or {}, row["sent"]
    found: dict[str, Any] = {
        "method": row["method"],
        "url": row["url"],
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers),
        "queryString": [{"name": k, "value": v} for k, v in parse_qsl(urlsplit(row["url"]).query, True)],
        "headersSize": -1,
        "bodySize": -1 if body is not None else 0,
    }
    if body is not None:
        found["postData"] = {"mimeType": _type(headers), "text": _plain(body)}
    return found


def _response(row: Mapping[str, Any]) -> dict[str, Any]:
    headers, status = row["headers"] or {}, row["status"] or 0
    text = _plain(row["body"]) if row["body"] is not None else ""
    return {
        "status": status,
        "statusText": _phrase(status),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers),
        "content": {"size": len(text.encode()), "mimeType": _type(headers), "text": text},
        "redirectURL": row["location"] or "",
        "headersSize": -1,
        "bodySize": -1,
    }


def _pairs(headers: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"name": name, "value": str(value)} for name, value in headers.items()]


def _type(headers: Mapping[str, Any]) -> str:
    return next((str(v) for k, v in headers.items() if k.lower() == "content-type"), "application/octet-stream")


def _plain(body: Any) -> str:
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""
