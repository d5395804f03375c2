"""What a SOAP answer says: a fault as a refusal, an unexpected element as a fault, a reply as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from lxml import etree
from requests.structures import CaseInsensitiveDict
from zeep.helpers import serialize_object

from runtime.systems.exchange import Seen
from runtime.systems.parsed import Parsed
from runtime.systems.wsdl_documents import parse_safely

_SERVER_CODES = ("Server", "Receiver")


class Reply:
    """What zeep reads of a response."""

    encoding = "utf-8"

    def __init__(self, status: int, content: bytes, content_type: str) -> None:
        self.status_code, self.content = status, content
        self.headers = CaseInsensitiveDict({"Content-Type": content_type or "text/xml"})

    @property
    def start(self) -> str:
        return self.content[:4000].decode("utf-8", "replace")


def parsed_answer(client: Any, operation: Any, binding: Any, reply: Reply, lock: AbstractContextManager[Any]) -> Parsed:
    """The answer as plain values, or why it is none; what does not fit its own WSDL is a fault of the service.

    Args:
        lock: held while zeep reads, whose settings and types are not made for threads.
    """
    status, raw = reply.status_code, reply.content
    if not raw.strip():
        return Parsed(None) if status < 300 else Parsed(None, None)
    try:
        document = parse_safely(raw) if "multipart" not in reply.headers["Content-Type"].lower() else None
    except ValueError as error:
        return Parsed(reply.start, Seen.FAULT if status < 400 else None, f"the answer is no SOAP: {error}")
    fault = _fault(document) if document is not None else None
    if fault is not None:
        if _is_about_signing_in(fault):
            return Parsed(fault, Seen.REFUSED, not_signed_in=True)
        return Parsed(fault, Seen.FAULT if _is_server_fault(fault) else Seen.REFUSED)
    if document is not None and not _is_expected(document, operation):
        return Parsed(reply.start, Seen.FAULT, "the answer is not the one that the WSDL names")
    if status >= 400:
        return Parsed(reply.start)
    try:
        with lock:
            found = binding.process_reply(client, operation, reply)
    except Exception as error:  # an answer that does not fit its own WSDL
        return Parsed(reply.start, Seen.FAULT, f"the answer does not fit the WSDL: {str(error)[:160]}")
    value = plain(serialize_object(found, dict))  # type: ignore[no-untyped-call]
    return Parsed(value if isinstance(value, dict) else {"result": value} if value is not None else None)


def plain(value: Any) -> Any:
    """Plain JSON values: dates as ISO text, decimals as text, absent elements left out."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items() if v is not None}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, etree._Element):
        return etree.tostring(value, encoding="unicode")
    return (
        str(value) if isinstance(value, timedelta) or not isinstance(value, str | int | float | bool | None) else value
    )


def _fault(document: Any) -> dict[str, Any] | None:
    """SOAP 1.1 and 1.2 faults in one shape."""
    found = next(
        (e for e in document.iter("{*}Fault") if "/envelope" in str(e.tag) or "soap-envelope" in str(e.tag)), None
    )
    if found is None:
        return None
    code = _text(found, "faultcode") or _text(found, "{*}Code/{*}Value")
    message = _text(found, "faultstring") or _text(found, "{*}Reason/{*}Text")
    detail = found.find("detail") if found.find("detail") is not None else found.find("{*}Detail")
    subcode = _text(found, "{*}Code/{*}Subcode/{*}Value")
    return {
        "fault": code.rpartition(":")[2],
        **({"subcode": subcode.rpartition(":")[2]} if subcode else {}),
        "message": message,
        **({"detail": _tree(detail)} if detail is not None and len(detail) else {}),
    }


def _is_about_signing_in(fault: Mapping[str, Any]) -> bool:
    """WS-Security 1.1.1, section 12: the token of the message is wrong."""
    return bool({fault["fault"], fault.get("subcode", "")} & {"FailedAuthentication", "InvalidSecurityToken"})


def _is_server_fault(fault: Mapping[str, Any]) -> bool:
    """A fault of the service itself; one with a typed detail is an answer about the request, whatever its code."""
    return fault["fault"].partition(".")[0] in _SERVER_CODES and "detail" not in fault


def _is_expected(document: Any, operation: Any) -> bool:
    """zeep takes any element for an empty answer; for document style the name must be the declared one."""
    expected = getattr(getattr(operation.output, "body", None), "qname", None)
    body = next((e for e in document.iter("{*}Body")), None)
    first = next((e for e in body if isinstance(e.tag, str)), None) if body is not None else None
    if operation.style != "document" or expected is None or first is None:
        return True
    return bool(str(first.tag) == str(expected))


def _text(element: Any, path: str) -> str:
    found = element.find(path)
    return " ".join("".join(str(t) for t in found.itertext()).split()) if found is not None else ""


def _tree(element: Any) -> Any:
    """A detail as plain dicts by local name."""
    children = [c for c in element if isinstance(c.tag, str)]
    return {str(c.tag).rpartition("}")[2]: _tree(c) for c in children} if children else (element.text or "").strip()
