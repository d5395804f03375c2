"""The surface of a system: its operations as its description declares them, from OpenAPI, a WSDL, a schema or a list of tools.

Only the description's own file and files of the engagement's folder are read; remote references are problems, not requests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

_ONE = re.compile(r"\{[^{}]+\}\)?(\.[a-z]+)?/?$")
_FORMAT = re.compile(r"\.(json|xml|html)$")
BRIDGE = "bridge from "
"""Begins the place of a problem that our SOAP client has with a WSDL, which breaks no standard."""


@dataclass(frozen=True)
class Parameter:
    name: str
    where: Literal["path", "query", "header", "cookie", "body"]
    required: bool = False
    documented: bool = False
    schema: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """One operation. `id`: operationId, else "METHOD /path"; SOAP "Port.Operation"."""

    id: str
    method: str
    path: str
    summary: str = ""
    description: str = ""
    reads: bool = True
    parameters: tuple[Parameter, ...] = ()
    body_schema: Mapping[str, Any] = field(default_factory=dict)
    body_required: bool = False
    body_type: str = ""  # media type of the request body; empty: JSON
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # status → schema ({} when none is declared)
    answer_headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    security: tuple[str, ...] = ()
    deprecated: bool = False

    @property
    def one_by_path(self) -> bool:
        """Its path names one record."""
        return names_one(self.path)

    @property
    def resource(self) -> str:
        """What its path is about, as one: `/issues/{id}.json` → `issue`; empty without a path."""
        parts = [p for p in re.split(r"[/(]", self.path) if p and "{" not in p]
        return _FORMAT.sub("", parts[-1]).removesuffix("s") if parts else ""


def names_one(path: str) -> bool:
    """Whether a path names one record: `/issues/{id}`, `/issues/{id}.json`, OData's `/issues({id})`."""
    return _ONE.search(path) is not None


@dataclass(frozen=True)
class Problem:
    """Something wrong in a description: how bad, what, where (JSON pointer or line)."""

    grade: Literal["blocker", "costly", "note"]
    what: str
    where: str = ""


@dataclass(frozen=True)
class Surface:
    """Operations by id. `digest` is sha256 of the description with line ends normalised."""

    system: str
    format: str  # "openapi 3.1", "wsdl 1.1", "none"
    digest: str
    operations: Mapping[str, Operation] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    title: str = ""
    version: str = ""
    security_schemes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    events: tuple[str, ...] = ()  # webhooks and callbacks: what the system sends by itself
    servers: tuple[str, ...] = ()  # addresses that the description names, variables at their defaults
    text: str = ""  # info.description: limits and change policy are often stated here only
