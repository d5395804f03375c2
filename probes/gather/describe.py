"""Reads each system's description offline: operations, what they declare, what is wrong with it.

Nothing is sent. OpenAPI documents are checked against their standard, WSDLs by the census of the connector.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from probes.artifact import Artifact
from probes.finding import Subject
from probes.gather.contract_report import ContractReport, read_report
from probes.gather.description_check import VALIDATOR, faults_of, tools
from probes.gather.description_words import change_sentence, limit_sentence, prose
from probes.gather.gatherer import Found, Gatherer, each_system, missing
from probes.gather.plan import operations_called
from probes.gather.promises import Promises, promises_of
from probes.gather.read_choice import reads
from probes.gather.session import Session
from probes.gather.tokens import tokens_of
from runtime.systems.document_text import no_collecting
from runtime.systems.surface import Operation, Surface
from runtime.systems.vendors import vendor_of


class OperationSeen(BaseModel):
    """What one operation declares."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    method: str
    path: str
    reads: bool
    words: str = Field("", description="summary and description, at most 400 characters")
    answer_declared: bool = False
    errors_declared: tuple[str, ...] = ()
    parameters: int = 0
    undocumented_parameters: tuple[str, ...] = ()
    deprecated: bool = False
    called: bool = Field(False, description="a workflow calls it")
    tokens: int = Field(0, description="its definition as a tool: name, words, parameters, body; four characters each")


class Described(Artifact):
    """The surface as declared. `problems`: grade, what, where."""

    kind: ClassVar[str] = "described"

    protocol: str
    role: str = ""
    owner: str | None = None
    document: str | None = None
    document_format: str = "none"
    digest: str = ""
    title: str = ""
    api_version: str = ""
    operations: tuple[OperationSeen, ...] = ()
    problems: tuple[tuple[str, str, str], ...] = ()
    invalid: tuple[str, ...] = Field((), description="what the validator says against the document")
    validator: str = ""
    called_but_undeclared: tuple[str, ...] = ()
    security: tuple[str, ...] = ()
    states_limits: str = Field("", description="the sentence about limits, when there is one")
    declares_429: bool = False
    declares_retry_after: bool = False
    states_change_policy: str = ""
    events: tuple[str, ...] = Field((), description="webhooks and callbacks that the description declares")
    contract_tests: ContractReport | None = None
    vendor: str | None = Field(
        None, description="short name in templates/vendors.yaml, told by address, servers, title or paths"
    )


class Address(Artifact):
    """Where a system is asked, without the host's name: scheme, and whether it is this machine."""

    kind: ClassVar[str] = "address"

    scheme: str
    loopback: bool


def gather_system(session: Session, system: str) -> Found:
    """The description of one system, and its address."""
    settings = session.settings(system)
    session.tell(system, "what does its description say?")
    yield _address(session, system)
    subject = Subject(unit=system)
    if settings.description is None:
        yield Described(
            subject=subject,
            measured_at=session.now,
            protocol=settings.protocol,
            role=settings.role,
            owner=settings.owner,
        )
        yield Promises(subject=subject, measured_at=session.now)
        return
    if not (session.estate.folder / settings.description).is_file():
        for kind in (Described, Promises):
            yield missing(kind, subject, "no_input", f"{settings.description} is missing")
        return
    surface = session.surface(system)
    text = prose(surface)
    yield _described(session, system, surface, text)
    read = reads(session.estate, system)
    yield promises_of(
        surface,
        {op.id: op for op in (*operations_called(session.estate, system), *read)}.values(),
        [op.id for op in read],
        limits=limit_sentence(text),
        events=surface.events[:20],
        document=str(settings.description),
        text=text,
    ).model_copy(update={"measured_at": session.now})


@no_collecting()
def _described(session: Session, system: str, surface: Surface, text: str) -> Described:
    settings = session.settings(system)
    called = {op.id for op in operations_called(session.estate, system)}
    is_openapi = settings.protocol == "rest" and not surface.format.startswith(("wsdl", "examples"))
    return Described(
        subject=Subject(unit=system),
        measured_at=session.now,
        tool=tools() if is_openapi else {},
        protocol=settings.protocol,
        role=settings.role,
        owner=settings.owner,
        document=settings.description,
        document_format=surface.format,
        digest=surface.digest,
        title=surface.title,
        api_version=surface.version,
        operations=tuple(_seen(op, op.id in called) for op in surface.operations.values()),
        problems=tuple((p.grade, p.what, p.where) for p in surface.problems[:100]),
        invalid=tuple(faults_of(session.estate.folder / str(settings.description), session.estate.folder))
        if is_openapi
        else (),
        validator=VALIDATOR if is_openapi else "",
        called_but_undeclared=tuple(_undeclared(session, system, surface)),
        security=tuple(surface.security_schemes),
        states_limits=limit_sentence(text),
        declares_429=any("429" in op.answers for op in surface.operations.values()),
        declares_retry_after=any(
            "retry-after" in {h.lower() for h in op.answer_headers.get("429", ())} for op in surface.operations.values()
        )
        or "retry-after" in text.lower(),
        states_change_policy=change_sentence(text),
        events=surface.events[:20],
        vendor=vendor_of(surface, *(place.url for place in settings.environments.values())),
        contract_tests=read_report(session.estate.folder, settings.contract_tests) if settings.contract_tests else None,
    )


def _seen(operation: Operation, called: bool) -> OperationSeen:
    answers = operation.answers
    parameters = [p for p in operation.parameters if p.where != "body"]
    return OperationSeen(
        id=operation.id,
        method=operation.method,
        path=operation.path,
        reads=operation.reads,
        words=" ".join(f"{operation.summary} {operation.description}".split())[:400],
        answer_declared=any(schema for status, schema in answers.items() if status.startswith("2")) or "204" in answers,
        errors_declared=tuple(sorted(s for s in answers if s[:1] in "45" or s == "default")),
        parameters=len(parameters),
        undocumented_parameters=tuple(p.name for p in parameters if not p.documented),
        deprecated=operation.deprecated,
        called=called,
        tokens=_tokens(operation),
    )


def _tokens(operation: Operation) -> int:
    """What its definition costs as a tool."""
    told = {
        "name": operation.id,
        "description": f"{operation.summary} {operation.description}".strip(),
        "parameters": {p.name: _own(p.schema) for p in operation.parameters},
        "body": _own(operation.body_schema),
    }
    return tokens_of(told)


def _own(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema without the components that a cyclic one carries along for validators."""
    return {name: value for name, value in schema.items() if name != "components"}


def _undeclared(session: Session, system: str, surface: Surface) -> list[str]:
    from probes.gather.guarded import find_operation

    called = {
        op.partition(".")[2]
        for goal in session.estate.goals.values()
        for op in goal.operations()
        if op.startswith(f"{system}.")
    }
    return sorted(name for name in called if find_operation(surface, name) is None)


def _address(session: Session, system: str) -> Address:
    from runtime.systems.references import resolve

    url = resolve(
        session.settings(system).environments["staging"].url,
        session.secrets,
        f"systems.{system}.environments.staging.url",
    )
    place = urlsplit(url)
    loopback = place.hostname in ("localhost", "::1") or (place.hostname or "").startswith("127.")
    return Address(subject=Subject(unit=system), measured_at=session.now, scheme=place.scheme, loopback=loopback)


GATHERER = Gatherer(
    name="describe",
    plan=lambda estate: [],
    run=each_system("describe", (Described, Promises, Address), gather_system),
    gives=(Described, Promises, Address),
    level=1,
    cost=0,
    probes=(
        "described",
        "description_valid",
        "owner_named",
        "tls",
        "soap_callable",
        "operations_tell_apart",
        "limits_stated",
        "throttling_recoverable",
        "deprecation_clear",
        "change_notice",
        "tool_budget",
        "tolerates_volume",
        "change_events",
        "contract_tests",
    ),
)
