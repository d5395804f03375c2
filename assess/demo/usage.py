"""usage: recorded data sessions and the logger's outages. SOAP 1.1, document/literal, HTTP Basic, its own WSDL.

`getUsage` gives sessions and rated charges of an account, `getLoggingStatus` the intervals without any recording.
An unknown account is a typed fault (SOAP 1.1, 4.4). Documents with a DTD are refused unread.
"""

from __future__ import annotations

import hmac
import threading
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from assess.demo.identity import basic_credentials
from assess.demo.rest_service import LIMIT_PER_MINUTE, Problem, RateLimit, Record, Request, Response
from assess.demo.tokens import HOLDERS, demo_secret
from assess.demo.world import World

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OWN = "urn:northwind:usage:1"
XML = {"Content-Type": "text/xml; charset=utf-8"}
PLACEHOLDER = "https://usage.northwind.example"


class SoapFault(Exception):
    """A fault to send: `code` Client or Server, a sentence, and the name of the detail element with its fields."""

    def __init__(self, code: str, says: str, detail: str = "", **fields: str) -> None:
        super().__init__(says)
        self.code, self.says, self.detail, self.fields = code, says, detail, fields


class Usage:
    """Read-only; every holder may read."""

    name = "usage"

    def __init__(self, world: World, description: Path, *, limit_per_minute: int = LIMIT_PER_MINUTE) -> None:
        self.world = world
        self.description = description
        self.requests = 0
        self.lock = threading.Lock()
        self.rate = RateLimit(limit_per_minute)
        self.operations = {"getUsage": self._usage, "getLoggingStatus": self._logging_status}

    def answer(self, request: Request) -> Response:
        """WSDL on GET ?wsdl, everything else is an envelope by POST."""
        with self.lock:
            self.requests += 1
        try:
            stated = self.rate.count(request.headers.get("authorization", "anonymous"))
        except Problem as problem:
            throttled = SoapFault("Server", problem.title)
            return Response(problem.status, _envelope(_fault(throttled)), {**XML, **problem.headers})
        if request.method in ("GET", "HEAD") and "wsdl" in request.query:
            return Response(200, self._wsdl(request), XML)
        if not _known(request):
            denied = SoapFault("Client", "A service user and its password are needed (HTTP Basic)")
            return Response(
                401, _envelope(_fault(denied)), {**XML, "WWW-Authenticate": 'Basic realm="usage"', **stated}
            )
        if request.method != "POST" or request.path != "/usage":
            return Response(405 if request.path == "/usage" else 404, b"", {"Allow": "POST", **stated})
        try:
            return Response(200, _envelope(self._dispatch(request.body)), {**XML, **stated})
        except SoapFault as fault:
            return Response(500, _envelope(_fault(fault)), {**XML, **stated})

    def _dispatch(self, body: bytes) -> Element:
        if b"<!" in body:
            raise SoapFault("Client", "Document type declarations are not accepted")
        try:
            envelope = ElementTree.fromstring(body)  # noqa: S314 - DTDs are refused above
        except ElementTree.ParseError as error:
            raise SoapFault("Client", f"The request is not well-formed XML: {error}") from None
        inner = envelope.find(f"{{{SOAP}}}Body")
        asked = inner[0] if inner is not None and len(inner) else None
        name = asked.tag.removeprefix(f"{{{OWN}}}") if asked is not None else ""
        if asked is None or name not in self.operations:
            raise SoapFault("Client", "The body names no operation of this service")
        return self.operations[name](
            {child.tag.removeprefix(f"{{{OWN}}}"): (child.text or "").strip() for child in asked}
        )

    def _usage(self, asked: Record) -> Element:
        account = asked.get("account", "")
        if account not in self.world.sessions:
            raise SoapFault("Client", "The account is not known", "unknownAccount", account=account)
        start, end = self._window(asked)
        answer = Element(f"{{{OWN}}}getUsageResponse")
        _fill(answer, {"account": account, "from": start, "to": end})
        for session in self.world.sessions[account]:
            if session["start"] < end and session["end"] > start:
                _fill(SubElement(answer, f"{{{OWN}}}sessions"), session)
        for charge in self.world.charges:
            if charge["account_id"] == account and charge["kind"] == "flat_fallback" and charge["from"] < end:
                rated = {
                    name: charge[name]
                    for name in ("charge_id", "contract_id", "kind", "from", "to", "amount", "currency")
                }
                _fill(SubElement(answer, f"{{{OWN}}}charges"), rated)
        return answer

    def _logging_status(self, asked: Record) -> Element:
        start, end = self._window(asked)
        down = [outage for outage in self.world.outages if outage["from"] < end and outage["to"] > start]
        answer = Element(f"{{{OWN}}}getLoggingStatusResponse")
        hours = sum((_hours(max(o["from"], start), min(o["to"], end)) for o in down), Decimal(0))
        _fill(answer, {"from": start, "to": end, "hours_down": str(hours)})
        for outage in down:
            _fill(SubElement(answer, f"{{{OWN}}}outages"), outage)
        return answer

    def _window(self, asked: Record) -> tuple[str, str]:
        """From and to as asked; the last complete billing month where one is left out."""
        start, end = (_instant(asked.get("from") or self.world.at(1)), _instant(asked.get("to") or self.world.end))
        if start >= end:
            raise SoapFault("Client", "The interval is empty", "invalidInterval", **{"from": start, "to": end})
        return start, end

    def _wsdl(self, request: Request) -> bytes:
        host = request.headers.get("host", "")
        return self.description.read_bytes().replace(PLACEHOLDER.encode(), f"http://{host}".encode())


def _known(request: Request) -> bool:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    user, password = basic_credentials(encoded) if scheme.lower() == "basic" else ("", "")
    holder = user.removeprefix("usage-")
    return holder in HOLDERS and hmac.compare_digest(password.encode(), demo_secret("usage", holder).encode())


def _instant(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise SoapFault(
            "Client", "A time is not an xsd:dateTime", "invalidInterval", **{"from": text, "to": text}
        ) from None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _hours(start: str, end: str) -> Decimal:
    seconds = (datetime.fromisoformat(end[:19]) - datetime.fromisoformat(start[:19])).total_seconds()
    return Decimal(int(seconds)) / 3600


def _fill(parent: Element, record: Record) -> None:
    for name, value in record.items():
        SubElement(parent, f"{{{OWN}}}{name}").text = str(value)


def _fault(fault: SoapFault) -> Element:
    element = Element(f"{{{SOAP}}}Fault")
    SubElement(element, "faultcode").text = f"soap:{fault.code}"
    SubElement(element, "faultstring").text = fault.says
    if fault.detail:
        _fill(SubElement(SubElement(element, "detail"), f"{{{OWN}}}{fault.detail}"), fault.fields)
    return element


def _envelope(content: Element) -> bytes:
    ElementTree.register_namespace("soap", SOAP)
    ElementTree.register_namespace("u", OWN)
    envelope = Element(f"{{{SOAP}}}Envelope")
    SubElement(envelope, f"{{{SOAP}}}Body").append(content)
    data: bytes = ElementTree.tostring(envelope, encoding="utf-8", xml_declaration=True)
    return data
