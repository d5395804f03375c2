"""A SOAP system behind the same interface as a REST one: plain values in, plain dicts out, faults as refusals.

The canonical operation id is `Port.Operation`; the plain operation name, in any case, does as well while only one fits.
zeep builds and reads the envelopes; the requests themselves go through our own transport, so that budget, trace,
credentials and classification hold. WS-Security, MTOM and WS-Addressing are not spoken (the census says so).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import zeep
import zeep.exceptions
from lxml import etree
from requests.structures import CaseInsensitiveDict
from zeep.helpers import serialize_object

from runtime.errors import BadInput
from runtime.systems.auth import Auth
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.network import inside
from runtime.systems.operations import find_operation
from runtime.systems.parsed import Parsed
from runtime.systems.settings import SystemSettings
from runtime.systems.surface import Operation, Surface
from runtime.systems.transport import READING, Outgoing, Transport, path_of
from runtime.systems.wsdl_documents import parse_safely

_SERVER_CODES = ("Server", "Receiver")


class SoapSystem:
    """Implements `exchange.System`. The WSDL is read on the first call, from the folder only."""

    def __init__(
        self, surface: Surface, transport: Transport, auth: Auth | None, settings: SystemSettings, folder: Path
    ) -> None:
        self.name, self.holder = transport.system, transport.holder
        self.surface, self.transport, self.auth = surface, transport, auth
        self._wsdl = (
            inside(folder, settings.description or "", f"systems.{self.name}.description")
            if settings.description
            else None
        )
        self._folder = folder.resolve()
        self._lock = threading.Lock()
        self._client: zeep.Client | None = None

    def call(
        self,
        operation: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        why: Why,
    ) -> Exchange:
        """See `exchange.System.call`. Dates may be ISO text, decimals text; a fault answers `{"fault", "message",
        "detail"}`.

        Raises:
            BadInput: an unknown operation, or arguments that do not fit the message.
        """
        found = find_operation(self.surface, operation)
        given = dict(arguments or {})
        given = (
            dict(given["body"]) if isinstance(given.get("body"), Mapping) and "body" not in _fields(found) else given
        )
        with self._lock:  # zeep's settings and types are not made for threads
            client, binding, method = self._binding(found)
            envelope, built = self._envelope(client, binding, method, found, given)
        sent = {**built, **(headers or {})}

        def parse(status: int, raw: bytes, content_type: str) -> Parsed:
            return self._parsed(client, binding, method, status, raw, content_type)

        out = Outgoing(
            "POST",
            self._endpoint(found),
            found.path,
            found.id,
            why,
            sent,
            envelope,
            given,
            reads=found.reads,
            parse=parse,
        )
        return self.transport.send(out, self.auth)

    def request(
        self, method: str, path: str, *, body: Any = None, headers: Mapping[str, str] | None = None, why: Why
    ) -> Exchange:
        """See `exchange.System.request`: a raw text or bytes body to the endpoint (`path` empty) or below the
        address.
        """
        base = self.transport.base.rstrip("/")
        url = path if "://" in path else base + ("/" + path.lstrip("/") if path else "")
        data = body.encode() if isinstance(body, str) else body
        sent = (
            {"Content-Type": "text/xml; charset=utf-8", **(headers or {})} if data is not None else dict(headers or {})
        )
        verb, shown = method.upper(), data.decode("utf-8", "replace") if isinstance(data, bytes) else None
        return self.transport.send(
            Outgoing(verb, url, path_of(url), f"{verb} {path_of(url)}", why, sent, data, shown, reads=verb in READING),
            self.auth,
        )

    def _endpoint(self, operation: Operation) -> str:
        """The engagement's address; when it names only a host, with the path that the WSDL names."""
        base = self.transport.base
        path = operation.path.partition("#")[0]
        return base.rstrip("/") + path if urlsplit(base).path in ("", "/") else base

    def _binding(self, operation: Operation) -> tuple[zeep.Client, Any, str]:
        client = self._loaded()
        port, _, method = operation.id.rpartition(".")
        for service in client.wsdl.services.values():
            found = service.ports.get(port)
            if found is not None and method in found.binding.all():
                return client, found.binding, method
        raise BadInput(
            f"{operation.id} cannot be called: the SOAP library does not load it",
            f"{self.name}.{operation.id}",
            "see the WSDL's problems",
        )

    def _loaded(self) -> zeep.Client:
        if self._client is None:
            if self._wsdl is None:
                raise BadInput(
                    "a SOAP system needs its WSDL", f"systems.{self.name}.description", "put the WSDL into the folder"
                )
            rules = zeep.Settings(
                strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True, xml_huge_tree=False
            )
            try:
                files = _FilesOnly(self._folder)
                self._client = zeep.Client(str(self._wsdl), transport=files, settings=rules)  # type: ignore[no-untyped-call]
            except Exception as error:  # zeep raises what its parts raise: KeyError, TypeError, XMLSyntaxError …
                raise BadInput(
                    f"the WSDL cannot be used ({type(error).__name__}: {str(error)[:160]})",
                    f"systems.{self.name}.description",
                    "see the problems of its description",
                ) from None
        return self._client

    def _envelope(
        self, client: zeep.Client, binding: Any, method: str, operation: Operation, given: Mapping[str, Any]
    ) -> tuple[bytes, dict[str, str]]:
        try:
            values = _typed(given, operation.body_schema)
            envelope, headers = binding._create(method, (), values, client=client, options={"address": ""})
        except Exception as error:  # wrong names and values surface as TypeError, ValueError or zeep's own
            raise BadInput(
                f"the arguments do not fit: {str(error)[:200]}",
                f"{self.name}.{operation.id}",
                f"it takes {', '.join(_fields(operation)) or 'none'}",
            ) from None
        return etree.tostring(envelope, xml_declaration=True, encoding="utf-8"), {
            str(k): str(v) for k, v in headers.items()
        }

    def _parsed(  # noqa: PLR0917
        self, client: zeep.Client, binding: Any, method: str, status: int, raw: bytes, content_type: str
    ) -> Parsed:
        if not raw.strip():
            return Parsed(None) if status < 300 else Parsed(None, None)
        try:
            document = parse_safely(raw) if "multipart" not in content_type.lower() else None
        except ValueError as error:
            text = raw[:4000].decode("utf-8", "replace")
            return Parsed(text, Seen.FAULT if status < 400 else None, f"the answer is no SOAP: {error}")
        fault = _fault(document) if document is not None else None
        if fault is not None:
            return Parsed(fault, Seen.FAULT if _is_server_fault(fault) else Seen.REFUSED)
        if document is not None and not _is_expected(document, binding.get(method)):
            return Parsed(raw[:4000].decode("utf-8", "replace"), Seen.FAULT, "the answer is not the one that the WSDL names")  # noqa: E501
        if status >= 400:
            return Parsed(raw[:4000].decode("utf-8", "replace"))
        try:
            with self._lock:
                found = binding.process_reply(client, binding.get(method), _Answer(status, raw, content_type))
        except Exception as error:  # an answer that does not fit its own WSDL
            return Parsed(
                raw[:4000].decode("utf-8", "replace"),
                Seen.FAULT,
                f"the answer does not fit the WSDL: {str(error)[:160]}",
            )
        value = plain(serialize_object(found, dict))  # type: ignore[no-untyped-call]
        return Parsed(value if isinstance(value, dict) else {"result": value} if value is not None else None)


class _FilesOnly(zeep.Transport):
    """Reads imports from the folder; has no way to the network."""

    def __init__(self, folder: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._folder = folder

    def load(self, url: str) -> bytes:
        place = unquote(urlsplit(url).path) if url.startswith("file:") else url
        path = Path(place).resolve()
        if "://" in place or not path.is_relative_to(self._folder):
            raise ValueError(f"an import leads out of the folder: {url[:120]}")
        return path.read_bytes()

    def post(self, address: str, message: Any, headers: Any) -> Any:
        raise RuntimeError("requests go through the system's own transport")

    get = post


class _Answer:
    """What zeep reads of a response."""

    encoding = "utf-8"

    def __init__(self, status: int, content: bytes, content_type: str) -> None:
        self.status_code, self.content = status, content
        self.headers = CaseInsensitiveDict({"Content-Type": content_type or "text/xml"})


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


def _typed(value: Any, schema: Mapping[str, Any]) -> Any:
    """ISO text becomes the date that zeep wants; everything else stays."""
    if isinstance(value, Mapping):
        fields = schema.get("properties", {})
        return {name: _typed(inner, fields.get(name, {})) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_typed(one, schema.get("items", {})) for one in value]
    if isinstance(value, str) and schema.get("format") == "date-time":
        return datetime.fromisoformat(value)
    if isinstance(value, str) and schema.get("format") == "date":
        return date.fromisoformat(value[:10])
    return Decimal(value) if isinstance(value, str) and schema.get("format") == "decimal" else value


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
    return {
        "fault": code.rpartition(":")[2],
        "message": message,
        **({"detail": _tree(detail)} if detail is not None and len(detail) else {}),
    }


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


def _fields(operation: Operation) -> Mapping[str, Any]:
    names = operation.body_schema.get("properties", {})
    return names if isinstance(names, Mapping) else {}
