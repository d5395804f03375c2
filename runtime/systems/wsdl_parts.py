"""The named parts of a WSDL 1.1 and the operations that its ports offer, each with the reason why it cannot be called if so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from runtime.systems.wsdl_documents import WSDL, WsdlFiles

SOAP11 = "{http://schemas.xmlsoap.org/wsdl/soap/}"
SOAP12 = "{http://schemas.xmlsoap.org/wsdl/soap12/}"
_HTTP = ("http://schemas.xmlsoap.org/soap/http", "http://www.w3.org/2003/05/soap/bindings/HTTP/")


@dataclass(frozen=True)
class SoapOperation:
    """One operation of one port. `request` and `answer` are message names;
    `callable` says whether a request can be made, `parts` how many parts its request has.
    """

    service: str
    port: str
    name: str
    version: str  # "1.1" or "1.2"
    style: str
    use: str
    action: str
    address: str
    request: str
    answer: str
    faults: tuple[str, ...]
    documentation: str
    callable: bool
    parts: int = 1


class Parts:
    """The named parts of all files, by local name: port types, bindings, messages, services."""

    def __init__(self, files: WsdlFiles) -> None:
        self.files = files
        self.port_types = self._named("portType")
        self.bindings = self._named("binding")
        self.messages = self._named("message")

    def operations(self) -> Iterator[SoapOperation]:
        for root in self.files.roots.values():
            for service in root.iter(f"{WSDL}service"):
                for port in service.findall(f"{WSDL}port"):
                    yield from self._of_port(service.get("name", ""), port)

    def _of_port(self, service: str, port: etree._Element) -> Iterator[SoapOperation]:
        name = port.get("name", "")
        binding = self.bindings.get(local(port.get("binding", "")))
        if binding is None:
            self.files.problem(
                "blocker", f"port {name} names a binding that does not exist: {port.get('binding')}", f"port {name}"
            )
            return
        kind = (
            SOAP11
            if binding.find(f"{SOAP11}binding") is not None
            else SOAP12
            if binding.find(f"{SOAP12}binding") is not None
            else ""
        )
        if not kind:
            self.files.problem("note", f"port {name} is not bound to SOAP", f"port {name}")
            return
        port_type = self.port_types.get(local(binding.get("type", "")))
        if port_type is None:
            self.files.problem(
                "blocker",
                f"binding {binding.get('name')} names a port type that does not exist: {binding.get('type')}",
                f"port {name}",
            )
            return
        address = port.find(f"{kind}address")
        place = address.get("location", "") if address is not None else ""
        for bound in binding.findall(f"{WSDL}operation"):
            yield self._operation(service, name, kind, binding, bound, port_type, place)

    def _operation(
        self,
        service: str,
        port: str,
        kind: str,
        binding: etree._Element,
        bound: etree._Element,
        port_type: etree._Element,
        address: str,
    ) -> SoapOperation:
        name = bound.get("name", "")
        where = f"{port}.{name}"
        general, own = _child(binding, f"{kind}binding"), _child(bound, f"{kind}operation")
        abstract = next((op for op in port_type.findall(f"{WSDL}operation") if op.get("name") == name), None)
        request, answer = _message(abstract, "input"), _message(abstract, "output")
        body = bound.find(f"{WSDL}input/{kind}body")
        transport = general.get("transport", _HTTP[0])
        why = self._why_not(abstract, request, transport)
        if why:
            self.files.problem("costly", f"{name} cannot be called: {why}", where)
        return SoapOperation(
            service=service,
            port=port,
            name=name,
            version="1.1" if kind == SOAP11 else "1.2",
            style=own.get("style") or general.get("style") or "document",
            use=body.get("use", "literal") if body is not None else "literal",
            action=own.get("soapAction", ""),
            address=address,
            request=request,
            answer=answer,
            faults=tuple(
                f.get("name", "") for f in (abstract if abstract is not None else bound).findall(f"{WSDL}fault")
            ),
            documentation=documentation_of(abstract) or documentation_of(bound),
            callable=not why,
            parts=self._body_parts(request, body),
        )

    def _body_parts(self, request: str, body: etree._Element | None) -> int:
        """Parts of a message that stand in the body: those that the binding names, else all."""
        named = body.get("parts") if body is not None else None
        if named is not None:
            return len(named.split())
        message = self.messages.get(request)
        return len(message.findall(f"{WSDL}part")) if message is not None else 1

    def _why_not(self, abstract: etree._Element | None, request: str, transport: str) -> str:
        if abstract is None:
            return "its port type does not declare it"
        if transport not in _HTTP:
            return f"its transport is {transport}"
        if not request:
            return "it has no input (the service would call us)"
        first = next((c.tag for c in abstract if c.tag in (f"{WSDL}input", f"{WSDL}output")), "")
        if first == f"{WSDL}output":
            return "the service sends first (solicit-response)"
        return "" if request in self.messages else f"its message {request} does not exist"

    def _named(self, tag: str) -> dict[str, etree._Element]:
        found: dict[str, etree._Element] = {}
        for root in self.files.roots.values():
            for element in root.iter(f"{WSDL}{tag}"):
                found.setdefault(element.get("name", ""), element)
        return found


def local(name: str) -> str:
    """`tns:Usage` → `Usage`."""
    return name.rpartition(":")[2]


def _child(parent: etree._Element, tag: str) -> etree._Element:
    found = parent.find(tag)
    return found if found is not None else etree.Element("none")


def _message(abstract: etree._Element | None, which: str) -> str:
    found = abstract.find(f"{WSDL}{which}") if abstract is not None else None
    return local(found.get("message", "")) if found is not None else ""


def documentation_of(element: etree._Element | None) -> str:
    found = element.find(f"{WSDL}documentation") if element is not None else None
    return " ".join("".join(str(t) for t in found.itertext()).split()) if found is not None else ""
