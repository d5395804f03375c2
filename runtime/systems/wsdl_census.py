"""What a WSDL offers and what calling it costs, counted on the raw XML before any SOAP library sees it.

A library hides what matters to an agent: overloaded operations collapse to one, security policies are ignored, bindings
without callable operations load silently. Grades: blocker (no call possible), costly (the bridge needs work), note.
Sources: WSDL 1.1, WS-I Basic Profile 1.2, WS-SecurityPolicy 1.3, WS-Addressing 1.0 metadata, SOAP MTOM.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from runtime.systems.surface import Problem
from runtime.systems.wsdl_documents import WSDL, XSD, WsdlFiles, read_wsdl
from runtime.systems.wsdl_parts import SOAP11, SOAP12, Parts, SoapOperation, documentation_of, local

_POLICY = ("http://schemas.xmlsoap.org/ws/2004/09/policy", "http://www.w3.org/ns/ws-policy")
_SECURITY = (
    "http://docs.oasis-open.org/ws-sx/ws-securitypolicy",
    "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy",
)
_MIME = "http://schemas.xmlsoap.org/wsdl/mime/"
_TOKENS = ("X509Token", "SamlToken", "KerberosToken", "IssuedToken", "SecureConversationToken", "SpnegoContextToken")
_SEALED = (
    "AsymmetricBinding",
    "SymmetricBinding",
    "SignedParts",
    "EncryptedParts",
    "SignedElements",
    "EncryptedElements",
)
_ADDRESSING = ("http://www.w3.org/2006/05/addressing/wsdl", "http://www.w3.org/2007/05/addressing/metadata")


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
    parts = Parts(files)
    operations = tuple(parts.operations())
    overloaded = _overloaded(parts, files)
    _costs(parts, operations, files)
    if main is not None and not any(op.callable for op in operations):
        files.problem("blocker", "no operation can be called over SOAP and HTTP", files.main.name)
    name = main.get("name", "") if main is not None else ""
    namespace = main.get("targetNamespace", "") if main is not None else ""
    return Census(operations, tuple(files.problems), files, name, namespace, documentation_of(main), overloaded)


def _overloaded(parts: Parts, files: WsdlFiles) -> tuple[str, ...]:
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


def _costs(parts: Parts, operations: tuple[SoapOperation, ...], files: WsdlFiles) -> None:
    """What makes the bridge expensive, once for the whole WSDL."""
    where = files.main.name
    encoded = sorted({op.name for op in operations if op.use == "encoded"})
    if encoded:
        files.problem("costly", f"RPC/encoded operations (not WS-I compliant): {some(encoded)}", where)
    rpc = sorted({op.name for op in operations if op.style == "rpc" and op.use != "encoded"})
    if rpc:
        files.problem("note", f"RPC/literal operations: {some(rpc)}", where)
    silent = sorted({op.name for op in operations if not op.documentation})
    if silent and operations:
        files.problem(
            "note",
            f"operations without documentation ({len(silent)} of {len({op.name for op in operations})}): {some(silent)}",
            where,
        )
    mixed = sorted({op.name for op in operations if op.style == "document" and op.parts > 1})
    if mixed:
        files.problem("costly", f"document style with several parts a message (against WS-I): {some(mixed)}", where)
    untyped = sorted({op.name for op in operations if op.callable and op.answer and not op.faults})
    if untyped:
        files.problem("note", f"operations that declare no fault, so that errors have no shape: {some(untyped)}", where)
    one_way = sorted({op.name for op in operations if op.callable and not op.answer})
    if one_way:
        files.problem("note", f"operations that answer nothing, so that success cannot be seen: {some(one_way)}", where)
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
    _security(sorted({t.rpartition("}")[2] for t in tags if t.startswith(_SECURITY)}), files, where)
    if not any(t.startswith(_SECURITY) for t in tags) and any(t.startswith(_POLICY) for t in tags):
        files.problem("note", "WS-Policy assertions are present and not applied", where)
    if any(t.startswith(_ADDRESSING) and t.endswith(("UsingAddressing", "Addressing")) for t in tags):
        files.problem(
            "costly", "WS-Addressing headers are expected; they are sent where an operation names its wsa:Action", where
        )
    if any(t.endswith("}OptimizedMimeSerialization") for t in tags):
        files.problem("costly", "MTOM attachments are expected; binary content is sent inside the message", where)
    if any(t.startswith(_MIME) and t.endswith("}multipartRelated") for t in tags):
        files.problem("costly", "attachments are expected (SOAP with Attachments); they are not sent", where)
    if any(t.endswith("}RMAssertion") for t in tags):
        files.problem("blocker", "WS-ReliableMessaging is required; it is not spoken", where)


def _security(asked: list[str], files: WsdlFiles, where: str) -> None:
    """What a policy asks of a message's security, and what that costs the bridge."""
    sealed = [name for name in asked if name in _SEALED]
    tokens = [name for name in asked if name in _TOKENS]
    if sealed or tokens:
        names = some([*tokens, *sealed])
        files.problem(
            "blocker", f"WS-SecurityPolicy is required ({names}): messages would have to be signed or encrypted", where
        )
    elif "UsernameToken" in asked:
        kind = "digest" if "HashPassword" in asked else "text"
        files.problem(
            "costly",
            f"WS-SecurityPolicy is required (UsernameToken): the credential `scheme: ws_security, password_type: {kind}` speaks it",
            where,
        )
    elif asked:
        files.problem("costly", f"WS-SecurityPolicy is required ({some(asked)}); it is not applied", where)


def local_tag(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _namespace(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[0].lstrip("{")


def _no_definitions(root: etree._Element) -> str:
    if local_tag(root) == "description":
        return "this is WSDL 2.0; 1.1 is read"
    return f"this is no WSDL: its root is {local_tag(root)}"


def some(names: list[str]) -> str:
    """The first four, and how many more."""
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
