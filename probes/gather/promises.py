"""What a description promises, property by property: the declared half of the matrix. Nothing is sent.

A promise is only what the document says; silence is no promise, and no promise is made up from good custom.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from probes.artifact import Artifact
from probes.finding import Subject
from probes.gather.read_choice import page_parameters
from runtime.systems.surface import Operation, Surface
from runtime.systems.vendors import carries_key

Property = Literal[
    "schema",
    "status",
    "errors",
    "paging",
    "repeat",
    "etag",
    "write",
    "partial",
    "delete",
    "auth",
    "limits",
    "throttling",
    "deprecation",
    "latency",
    "events",
]
SOFT = re.compile(r"soft.?delet|archiv|cancel|void|deactivat|inactive|mark(ed|s)? as|revers|withdraw", re.IGNORECASE)
_IDEMPOTENT = re.compile(r"(?<!not )(?<!n’t )(?<!n't )(?<!non-)(?<!non )\bidempoten(t|cy)", re.IGNORECASE)
_SPEED = re.compile(
    r"(?:respon\w*|answer\w*|latenc\w*)[^.;]{0,60}?(?:within|under|below|less than|faster than|p9\d[^.;]{0,20}?)\s*"
    r"(?P<count>\d[\d.]*)\s*(?P<unit>ms|milliseconds?|s|sec|seconds?)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"\byou(r)?\b|\bmust\b|\bshould\b|webhook|callback|listener|timeout|time out", re.IGNORECASE)


class Promise(BaseModel):
    """One thing that a document says. `fields`: status of an answer → fields that it must carry."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: Property
    operation: str = Field("", description="empty: of the system as a whole")
    says: str
    values: tuple[str, ...] = ()
    fields: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class Promises(Artifact):
    """What a system's description promises of the operations that can be looked at."""

    kind: ClassVar[str] = "promises"

    document: str = ""
    described: tuple[str, ...] = Field((), description="operations that were looked through")
    of_http: bool = Field(True, description="the document speaks of HTTP itself: statuses, headers")
    reads: tuple[str, ...] = Field((), description="those that read, by a person's word or by their method")
    methods: dict[str, str] = Field(default_factory=dict, description="operation → method")
    promises: tuple[Promise, ...] = ()

    def of(self, about: Property, operation: str = "") -> Promise | None:
        """The promise about one property, None where the document is silent."""
        return next((p for p in self.promises if (p.about, p.operation) == (about, operation)), None)


def promises_of(
    surface: Surface,
    operations: Iterable[Operation],
    reads: Iterable[str],
    *,
    limits: str,
    events: tuple[str, ...],
    document: str,
    text: str,
) -> Promises:
    """Every promise of the operations given, and of the system.

    Args:
        reads: ids of those that read.
        limits: the sentence about limits, empty where there is none.
        text: all prose of the document.
    """
    chosen = list(operations)
    promised = surface.format != "examples"  # what was called once is no promise
    found = [p for operation in chosen for p in _of_operation(operation, surface) if promised]
    return Promises(
        subject=Subject(unit=surface.system),
        document=document,
        of_http=surface.format.startswith(("openapi", "examples")),
        described=tuple(op.id for op in chosen),
        reads=tuple(reads),
        methods={op.id: op.method for op in chosen},
        promises=(*found, *(_of_system(surface, chosen, limits, events, text) if promised else ())),
    )


def _of_operation(operation: Operation, surface: Surface) -> Iterator[Promise]:
    name, good = operation.id, {s: schema for s, schema in operation.answers.items() if s.startswith("2")}
    if any(good.values()):
        yield Promise(about="schema", operation=name, says=f"schema of {_listed(s for s in good if good[s])}")
    if operation.answers and surface.format.startswith("openapi"):
        yield Promise(about="status", operation=name, says=_listed(operation.answers), values=tuple(operation.answers))
    yield from _errors(operation, surface)
    size, following = page_parameters(operation)
    links = any(h.lower() == "link" for s in good for h in operation.answer_headers.get(s, ()))
    if operation.reads and ((size and following) or links):
        yield Promise(about="paging", operation=name, says=f"{size}, {following}" if size else "Link header")
    if not operation.reads:
        yield from _of_write(operation, good)


def _errors(operation: Operation, surface: Surface) -> Iterator[Promise]:
    bad = {s: schema for s, schema in operation.answers.items() if (s[:1] in "45" or s == "default") and schema}
    if bad:
        names = _listed(_names(next(iter(bad.values()))))
        says = _listed(bad) + (f" with {names}" if names else "")
        fields = {status: tuple(_names(schema)) for status, schema in bad.items()}
        yield Promise(about="errors", operation=operation.id, says=says, fields=fields)
    elif surface.format.startswith("wsdl"):
        yield Promise(about="errors", operation=operation.id, says="SOAP faults, as the protocol has them")


def _of_write(operation: Operation, good: Mapping[str, Any]) -> Iterator[Promise]:
    name, method = operation.id, operation.method
    headers = [p.name for p in operation.parameters if p.where == "header"]
    if key := next((h for h in headers if carries_key(h)), None):
        yield Promise(about="repeat", operation=name, says=f"header {key}", values=(key,))
    elif _IDEMPOTENT.search(operation.description):
        yield Promise(about="repeat", operation=name, says="called idempotent in its description")
    matches = next((h for h in headers if h.lower() == "if-match"), None)
    refuses = [s for s in ("412", "428") if s in operation.answers]
    if matches or refuses:
        yield Promise(about="etag", operation=name, says=_listed(filter(None, [matches, *refuses])))
    if not good:
        return
    says = f"{method} answers {_listed(good)}"
    if method == "DELETE":
        soft = ("soft",) if SOFT.search(f"{operation.summary} {operation.description}") else ()
        yield Promise(about="delete", operation=name, says=f"{says}{', kept as ended' if soft else ''}", values=soft)
    else:
        yield Promise(about="partial" if method == "PATCH" else "write", operation=name, says=says)


def _of_system(
    surface: Surface, operations: list[Operation], limits: str, events: tuple[str, ...], text: str
) -> Iterator[Promise]:
    kinds = {name: _scheme(scheme) for name, scheme in surface.security_schemes.items()}
    if kinds:
        yield Promise(about="auth", says=_listed(dict.fromkeys(kinds.values())), values=tuple(kinds.values()))
    headers = {h for op in operations for hs in op.answer_headers.values() for h in hs if _is_limit(h)}
    if headers or any(c.isdigit() for c in limits):
        yield Promise(
            about="limits",
            says=limits.rstrip(" ;.") or f"headers {_listed(sorted(headers))}",
            values=tuple(sorted(headers)),
        )
    throttles = [op for op in operations if "429" in op.answers]
    waits = any("retry-after" in {h.lower() for h in op.answer_headers.get("429", ())} for op in throttles)
    if throttles or "retry-after" in text.lower():
        says = f"429{' with Retry-After' if waits or 'retry-after' in text.lower() else ''}"
        yield Promise(about="throttling", says=says, values=("retry-after",) if "Retry" in says else ())
    if ending := [op.id for op in operations if op.deprecated]:
        yield Promise(about="deprecation", says=f"{_listed(ending)} marked deprecated", values=tuple(ending))
    if speed := _speed(text):
        yield speed
    if events:
        yield Promise(about="events", says=_listed(events), values=events)


def _speed(text: str) -> Promise | None:
    """A sentence that promises how fast answers come, with its figure in milliseconds."""
    for sentence in re.split(r"(?<=[.;])\s+", text) if _SPEED.search(text) else ():
        found = None if _OTHERS.search(sentence) else _SPEED.search(sentence)  # what callers owe is no promise
        if found:
            factor = 1 if found["unit"].lower().startswith("m") else 1000
            figure = str(round(float(found["count"].rstrip(".")) * factor))
            return Promise(about="latency", says=sentence.strip()[:200], values=(figure,))
    return None


def _scheme(scheme: Mapping[str, Any]) -> str:
    """`oauth2`, `bearer`, `basic`, `api_key`, `openIdConnect`, `mutualTLS`: the words of the engagement's file."""
    kind = str(scheme.get("type") or "unknown")
    if kind == "http":
        return str(scheme.get("scheme") or "http").lower()
    return {"apiKey": "api_key"}.get(kind, kind)


def _is_limit(header: str) -> bool:
    return "ratelimit" in header.lower().replace("-", "")


def _names(schema: Mapping[str, Any]) -> list[str]:
    """Fields that an answer must carry, else all that it may."""
    parts = [schema, *(p for p in schema.get("allOf") or () if isinstance(p, Mapping))]
    required = [str(n) for part in parts for n in part.get("required") or ()]
    known = [str(n) for part in parts for n in part.get("properties") or ()]
    return list(dict.fromkeys(required or known))


def _listed(items: Iterable[str]) -> str:
    found = list(items)
    return ", ".join(found[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "")
