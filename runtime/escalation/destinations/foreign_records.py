"""Records of systems that we do not know: which field holds the subject, the queue or the id, and where a list stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

NAMES: Mapping[str, tuple[str, ...]] = {
    "subject": ("subject", "title", "summary", "short_description", "name"),
    "text": ("body", "text", "description", "content", "message", "comment"),
    "queue": ("queue", "group", "team", "assignment_group", "queue_id"),
    "priority": ("priority", "urgency", "severity"),
    "to": ("to", "recipient", "recipients"),
    "status": ("status", "state"),
    "decision": ("decision",),
    "decided_by": ("decided_by", "decision_by"),
    "made_by": ("created_by", "creator"),
}
ANSWER_LISTS = ("items", "results", "tickets", "messages", "data", "records", "value")


def error_in_body(body: Any) -> bool:
    if isinstance(body, str):
        return bool(body.strip()) and ("not ok" in body[:200].lower() or body.strip().lower().startswith("error"))
    return isinstance(body, Mapping) and (
        body.get("error") not in (None, "", False, [], {})
        or body.get("success") is False
        or str(body.get("status", "")).lower() == "error"
    )


def field_of(role: str, known: Iterable[str]) -> str:
    names = list(known)
    return next((name for name in NAMES[role] if name in names), NAMES[role][0] if not names else "")


def value_of(record: Mapping[str, Any], role: str) -> Any:
    found = next((record[name] for name in NAMES[role] if record.get(name) not in (None, "")), None)
    return found.get("name") or found.get("id") if isinstance(found, Mapping) else found


def records_of(body: Any) -> list[Mapping[str, Any]]:
    lists = (
        [body]
        if isinstance(body, list)
        else [body[n] for n in ANSWER_LISTS if isinstance(body.get(n), list)]
        if isinstance(body, Mapping)
        else []
    )
    return [record for record in (lists[0] if lists else []) if isinstance(record, Mapping)]


def id_of(body: Any) -> str:
    if not isinstance(body, Mapping):
        return ""
    inner = next(
        (body[name] for name in ("ticket", "message", "result", "data") if isinstance(body.get(name), Mapping)), body
    )
    return str(
        next(
            (
                inner[name]
                for name in ("id", "ticket_id", "number", "sys_id", "message_id")
                if inner.get(name) not in (None, "")
            ),
            "",
        )
    )
