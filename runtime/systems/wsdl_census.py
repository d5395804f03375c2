"""What a WSDL offers and what calling it costs, counted on the raw XML before any SOAP library sees it.

A library hides what matters to an agent: overloaded operations collapse to one, security policies are ignored, bindings
without callable operations load silently. Grades: blocker (no call possible), costly (the bridge needs work), note.
Sources: WSDL 1.1, WS-I Basic Profile 1.2, WS-SecurityPolicy 1.3, WS-Addressing 1.0 metadata, SOAP MTOM.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from runtime.systems.surface import Problem
from runtime.systems.wsdl_documents import WSDL, XSD, WsdlFiles, read_wsdl

SOAP11 = "{http://schemas.xmlsoap.org/wsdl/soap/}"
SOAP12 = "{http://schemas.xmlsoap.org/wsdl/soap12/}"
_HTTP = ("http://schemas.xmlsoap.org/soap/http", "http://www.w3.org/2003/05/soap/bindings/HTTP/")
_POLICY = ("http://schemas.xmlsoap.org/ws/2004/09/policy", "http://www.w3.org/ns/ws-policy")
_SECURITY = (
    "http://docs.oasis-open.org/ws-sx/ws-securitypolicy",
    "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy",
)
_ADDRESSING = ("http://www.w3.org/2006/05/addressing/wsdl", "http://www.w3.org/2007/05/addressing/metadata")


@dataclass(frozen=True)
class SoapOperation:
    """One operation of one port. `request` and `answer` are message names;
    `callable` says whether a request can be made.
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


@dataclass(frozen=True)
class Census:
    """What the WSDL holds. `overloaded` names operations that occur twice in one port."""

    operations: tuple[SoapOperation, ...]
    problems: tuple[Problem, ...]
    files: WsdlFiles
    title: str
    namespace: str
    documentation: str
    overloaded: tuple[str, ...]

    @property
    def callable(self) -> tuple[SoapOperation, ...]:
        return tuple(op for op in self.operations if op.callable)


def census(path: Path, folder: Path) -> Census:
    """Counts; never raises for what stands in the file, reads no network, and nothing outside `folder`."""
    files = read_wsdl(path, folder)
    main = files.roots.get(files.main)
    if main is not None and main.tag != f"{WSDL}definitions":
        files.problem("blocker", _no_definitions(main), files.main.name)
    parts = _Parts(files)
    operations = tuple(parts.operations())
    overloaded = _overloaded(parts, files)
    _costs(parts, operations, files)
    if main is not None and not any(op.callable for op in operations):
        files.problem("blocker", "no operation can be called over SOAP and HTTP", files.main.name)
    name = main.get("name", "") if main is not None else ""
    namespace = main.get("targetNamespace", "") if main is not None else ""
    return Census(operations, tuple(files.problems), files, name, namespace, _documentation(main), overloaded)


class _Parts:
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

    def _operation(  # noqa: PLR0917
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
            documentation=_documentation(abstract) or _documentation(bound),
            callable=not why,
        )

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


def _overloaded(parts: _Parts, files: WsdlFiles) -> tuple[str, ...]:
    found: list[str] = []
    for port_type in parts.port_types.values():
        counts = Counter(op.get("name", "") for op in port_type.findall(f"{WSDL}operation"))
        for name, n in counts.items():
            if n > 1:
                found.append(name)
                files.problem(
                    "costly",
                    f"{name} is overloaded {n} times; libraries keep one of them",
                    f"portType {port_type.get('name')}",
                )
    return tuple(found)


def _costs(parts: _Parts, operations: tuple[SoapOperation, ...], files: WsdlFiles) -> None:
    """What makes the bridge expensive, once for the whole WSDL."""
    where = files.main.name
    encoded = sorted({op.name for op in operations if op.use == "encoded"})
    if encoded:
        files.problem("costly", f"RPC/encoded operations (not WS-I compliant): {_some(encoded)}", where)
    rpc = sorted({op.name for op in operations if op.style == "rpc" and op.use != "encoded"})
    if rpc:
        files.problem("note", f"RPC/literal operations: {_some(rpc)}", where)
    silent = sorted({op.name for op in operations if not op.documentation})
    if silent and operations:
        files.problem(
            "note",
            f"operations without documentation ({len(silent)} of {len({op.name for op in operations})}): {_some(silent)}",  # noqa: E501
            where,
        )
    one_way = sorted({op.name for op in operations if op.callable and not op.answer})
    if one_way:
        files.problem(
            "note", f"operations that answer nothing, so that success cannot be seen: {_some(one_way)}", where
        )
    spaces = [
        _namespace(e) + "}" + local_tag(e)
        for root in files.roots.values()
        for e in root.iter()
        if isinstance(e.tag, str)
    ]
    _policies(spaces, files, where)
    if any(True for root in files.roots.values() for _ in root.iter(f"{SOAP11}header", f"{SOAP12}header")):
        files.problem("costly", "operations need SOAP headers of their own", where)
    if any(
        local(e.get("type", "")) == "base64Binary" for root in files.roots.values() for e in root.iter(f"{XSD}element")
    ):
        files.problem("note", "binary content stands inside messages", where)


def _policies(tags: list[str], files: WsdlFiles, where: str) -> None:
    security = sorted({t.rpartition("}")[2] for t in tags if t.startswith(_SECURITY)})
    if security:
        token = next((t for t in security if t.endswith("Token")), "")
        files.problem(
            "costly", f"WS-SecurityPolicy is required{f' ({token})' if token else ''}; it is not applied", where
        )
    elif any(t.startswith(_POLICY) for t in tags):
        files.problem("note", "WS-Policy assertions are present and not applied", where)
    if any(t.startswith(_ADDRESSING) and t.endswith(("UsingAddressing", "Addressing")) for t in tags):
        files.problem("costly", "WS-Addressing headers are expected", where)
    if any(t.endswith("}OptimizedMimeSerialization") for t in tags):
        files.problem("costly", "MTOM attachments are expected; they are not sent", where)
    if any(t.endswith("}RMAssertion") for t in tags):
        files.problem("blocker", "WS-ReliableMessaging is required; it is not spoken", where)


def local(name: str) -> str:
    """`tns:Usage` → `Usage`."""
    return name.rpartition(":")[2]


def local_tag(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _namespace(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[0].lstrip("{")


def _no_definitions(root: etree._Element) -> str:
    if local_tag(root) == "description":
        return "this is WSDL 2.0; 1.1 is read"
    return f"this is no WSDL: its root is {local_tag(root)}"


def _child(parent: etree._Element, tag: str) -> etree._Element:
    found = parent.find(tag)
    return found if found is not None else etree.Element("none")


def _message(abstract: etree._Element | None, which: str) -> str:
    found = abstract.find(f"{WSDL}{which}") if abstract is not None else None
    return local(found.get("message", "")) if found is not None else ""


def _documentation(element: etree._Element | None) -> str:
    found = element.find(f"{WSDL}documentation") if element is not None else None
    return " ".join("".join(str(t) for t in found.itertext()).split()) if found is not None else ""


def _some(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
