"""A SOAP system behind the same interface as a REST one: plain values in, plain dicts out, faults as refusals.

The canonical operation id is `Port.Operation`; the plain operation name, in any case, does as well while only one fits.
zeep builds and reads the envelopes; the requests themselves go through our own transport, so that budget, trace,
credentials and classification hold. Of WS-Security the UsernameToken is spoken, WS-Addressing where an operation names its
action; signatures, encryption, reliable messaging and MTOM are not (the census says so).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import zeep
import zeep.exceptions
from lxml import etree

from runtime.errors import BadInput
from runtime.systems.auth import Auth, MessageToken
from runtime.systems.exchange import Exchange, Why
from runtime.systems.oauth import send_renewing
from runtime.systems.operations import find_operation
from runtime.systems.outgoing import READING, Outgoing, path_of
from runtime.systems.parsed import Parsed
from runtime.systems.settings import SystemSettings
from runtime.systems.soap_answers import Reply, parsed_answer
from runtime.systems.soap_client import load_client
from runtime.systems.surface import Operation, Surface
from runtime.systems.transport import Transport
from runtime.systems.trust import inside


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
            return parsed_answer(client, binding.get(method), binding, Reply(status, raw, content_type), self._lock)

        def remake() -> bytes:
            with self._lock:
                return self._envelope(client, binding, method, found, given)[0]

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
            remake=remake if isinstance(self.auth, MessageToken) else None,  # its token counts once
        )
        return send_renewing(self.transport, out, self.auth)

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
        out = Outgoing(verb, url, path_of(url), f"{verb} {path_of(url)}", why, sent, data, shown, reads=verb in READING)
        return send_renewing(self.transport, out, self.auth)

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
            self._client = load_client(self._wsdl, self._folder, f"systems.{self.name}.description")
        return self._client

    def _envelope(
        self, client: zeep.Client, binding: Any, method: str, operation: Operation, given: Mapping[str, Any]
    ) -> tuple[bytes, dict[str, str]]:
        try:
            values = _typed(given, operation.body_schema)
            client.wsse = self.auth.token() if isinstance(self.auth, MessageToken) else None
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


def _fields(operation: Operation) -> Mapping[str, Any]:
    names = operation.body_schema.get("properties", {})
    return names if isinstance(names, Mapping) else {}
