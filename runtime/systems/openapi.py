"""A surface from OpenAPI 3.0, 3.1, 3.2 or, converted, 2.0; JSON or YAML. Source: https://spec.openapis.org/oas/v3.1.1."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from runtime.systems.described_calls import EXAMPLES
from runtime.systems.document_text import Unreadable, no_collecting
from runtime.systems.openapi_documents import Documents
from runtime.systems.surface import Operation, Parameter, Problem, Surface
from runtime.systems.swagger import as_openapi_3, is_swagger

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_READS = ("GET", "HEAD", "OPTIONS", "TRACE", "QUERY")
_BODY_TYPES = ("application/json", "+json", "application/x-www-form-urlencoded", "multipart/form-data")


@no_collecting()
def surface_of_openapi(name: str, raw: bytes, path: Path, folder: Path) -> Surface:
    """Reads a description. What cannot be used stands in `problems`;
    a text that is no OpenAPI gives a surface without operations.
    """
    digest = "sha256:" + hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()
    try:
        documents = Documents(path, raw, folder)
    except Unreadable as error:
        return Surface(
            name,
            "unreadable",
            digest,
            problems=(Problem("blocker", f"the description cannot be read: {error}", path.name),),
        )
    return surface_in(documents, name, digest)


def surface_in(documents: Documents, name: str, digest: str) -> Surface:
    """The surface of a document that is read already."""
    path = documents.main
    version = _version(documents)
    root = documents.root
    if not re.fullmatch(r"2\.0|3\.[012](\..*)?", version):
        return Surface(name, "unreadable", digest, problems=(Problem("blocker", _not_openapi(root), path.name),))
    reader = _Reader(documents)
    operations = {operation.id: operation for operation in reader.operations()}
    if not operations:
        only = "; it only names webhooks that the system sends" if _mapping(root.get("webhooks")) else ""
        documents.problems.append(Problem("blocker", f"the description declares no operation{only}", "#/paths"))
    if root.get(EXAMPLES) is True:
        says = "these are examples of calls and no description: what was called once, without any promise of the system's owner"
        documents.problems.append(Problem("costly", says, path.name))
    info = _mapping(root.get("info"))
    return Surface(
        system=name,
        format=_format(root, version),
        digest=digest,
        operations=operations,
        problems=tuple(documents.problems),
        title=str(info.get("title") or ""),
        version=str(info.get("version") or ""),
        security_schemes={
            k: _mapping(documents.resolve(v, documents.main)[0])
            for k, v in _components(root, "securitySchemes").items()
        },
        events=tuple(dict.fromkeys([*map(str, _mapping(root.get("webhooks"))), *reader.callbacks])),
        servers=tuple(_servers(root)),
        text=str(info.get("description") or ""),
    )


def _version(documents: Documents) -> str:
    """What the document says it is; one of 2.0 is converted first, and that is said."""
    written = documents.root
    if is_swagger(written):
        documents.replace(as_openapi_3(written))
        says = "this is OpenAPI 2.0 (Swagger); it was read as OpenAPI 3.0, converted in memory. Export 3.1 where the system can"
        documents.problems.append(Problem("note", says, documents.main.name))
        return "2.0"
    return str(written.get("openapi", "")) if isinstance(written, Mapping) else ""


class _Reader:
    """Walks the paths of one description."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self.root = documents.root
        self._ids: set[str] = set()
        self.callbacks: list[str] = []

    def operations(self) -> Iterator[Operation]:
        for path, item in _mapping(self.root.get("paths")).items():
            if not str(path).startswith("/"):
                continue
            where = f"#/paths/{str(path).replace('~', '~0').replace('/', '~1')}"
            found, here = self.documents.resolve(item, self.documents.main, where)
            shared = _mapping(found).get("parameters")
            of_their_own = _mapping(_mapping(found).get("additionalOperations"))  # OpenAPI 3.2
            for method in (*_METHODS, *map(str, of_their_own)):
                written = _mapping(found).get(method) or of_their_own.get(method)
                if isinstance(written, Mapping):
                    yield self._operation(str(path), method, written, shared, here, f"{where}/{method}")

    def _operation(
        self, path: str, method: str, written: Mapping[str, Any], shared: Any, here: Path, where: str
    ) -> Operation:
        parameters = self._parameters(shared, written.get("parameters"), path, here, where)
        body, body_type, required = self._body(written.get("requestBody"), here, where)
        answers, headers = self._answers(written.get("responses"), here, where)
        self.callbacks += map(str, _mapping(written.get("callbacks")))
        return Operation(
            id=self._id(written, path, method, where),
            method=method.upper(),
            path=path,
            summary=str(written.get("summary") or ""),
            description=str(written.get("description") or ""),
            reads=method.upper() in _READS,
            parameters=parameters,
            body_schema=body,
            body_required=required,
            body_type=body_type,
            answers=answers,
            answer_headers=headers,
            security=self._security(written),
            deprecated=written.get("deprecated") is True,
        )

    def _id(self, written: Mapping[str, Any], path: str, method: str, where: str) -> str:
        found = written.get("operationId")
        plain = f"{method.upper()} {path}"
        if not isinstance(found, str) or not found.strip():
            return plain
        if found in self._ids:
            self.documents.problems.append(Problem("costly", f"two operations share the operationId {found}", where))
            return plain
        self._ids.add(found)
        return found

    def _parameters(self, shared: Any, own: Any, path: str, here: Path, where: str) -> tuple[Parameter, ...]:
        found: dict[tuple[str, str], Parameter] = {}
        for one in [*_sequence(shared), *_sequence(own)]:
            value, there = self.documents.resolve(one, here, where)
            parameter = self._parameter(_mapping(value), there, where)
            if parameter:
                found[(parameter.name, parameter.where)] = parameter
        for name in re.findall(r"\{([^}/]+)\}", path):
            if (name, "path") not in found:
                self.documents.problems.append(Problem("note", f"the path parameter {name} is not declared", where))
                found[(name, "path")] = Parameter(name, "path", required=True)
        return tuple(found.values())

    def _parameter(self, value: Mapping[str, Any], here: Path, where: str) -> Parameter | None:
        name, place = value.get("name"), value.get("in")
        if not isinstance(name, str) or place not in ("path", "query", "header", "cookie"):
            return None
        where_: Literal["path", "query", "header", "cookie"] = place
        content = next(iter(_mapping(value.get("content")).values()), None)
        schema = value.get("schema") if content is None else _mapping(content).get("schema")
        documented = bool(str(value.get("description") or "").strip())
        required = value.get("required") is True or place == "path"
        return Parameter(name, where_, required, documented, self.documents.schema(schema or {}, here, where))

    def _body(self, written: Any, here: Path, where: str) -> tuple[dict[str, Any], str, bool]:
        value, there = self.documents.resolve(written, here, where)
        content = _mapping(_mapping(value).get("content"))
        kind = _preferred(content)
        if not kind:
            return {}, "", False
        schema = self._schema_in(content, kind, there, f"{where}/requestBody")
        plain = "" if "json" in kind else kind.split(";")[0].strip()
        return schema, plain, _mapping(value).get("required") is True

    def _answers(
        self, written: Any, here: Path, where: str
    ) -> tuple[dict[str, dict[str, Any]], dict[str, tuple[str, ...]]]:
        schemas: dict[str, dict[str, Any]] = {}
        headers: dict[str, tuple[str, ...]] = {}
        for status, one in _mapping(written).items():
            value, there = self.documents.resolve(one, here, where)
            content = _mapping(_mapping(value).get("content"))
            kind = _preferred(content)
            schemas[str(status)] = self._schema_in(content, kind, there, f"{where}/responses/{status}")
            headers[str(status)] = tuple(str(name) for name in _mapping(_mapping(value).get("headers")))
        if not schemas:
            self.documents.problems.append(Problem("note", "no answer is declared", where))
        return schemas, headers

    def _schema_in(self, content: Mapping[str, Any], kind: str, here: Path, where: str) -> dict[str, Any]:
        """The schema of a media type; OpenAPI 3.2 lets it stand elsewhere, and describe the items of a stream."""
        media, there = self.documents.resolve(content.get(kind), here, where)
        found = _mapping(media).get("schema") or _mapping(media).get("itemSchema")
        return self.documents.schema(found or {}, there, where)

    def _security(self, written: Mapping[str, Any]) -> tuple[str, ...]:
        rules = written["security"] if "security" in written else self.root.get("security")
        return tuple(dict.fromkeys(str(name) for rule in _sequence(rules) for name in _mapping(rule)))


def _format(root: Mapping[str, Any], version: str) -> str:
    return "examples" if root.get(EXAMPLES) is True else f"openapi {version[:3]}"


def _not_openapi(root: Any) -> str:
    if isinstance(root, Mapping) and "swagger" in root:
        return f"Swagger {root['swagger']} is not read; OpenAPI 2.0 and 3.0 to 3.2 are"
    if isinstance(root, Mapping) and "openapi" in root:
        return f"OpenAPI {root['openapi']} is not read; 2.0 and 3.0 to 3.2 are"
    return "this is no OpenAPI document: it does not say `openapi: 3.x`"


def _components(root: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    return _mapping(_mapping(root.get("components")).get(kind))


def _servers(root: Mapping[str, Any]) -> Iterator[str]:
    """Addresses of the servers, each variable at its default (OpenAPI 3.1.1, Server Variable Object)."""
    for server in _sequence(root.get("servers")):
        url = str(_mapping(server).get("url") or "")
        for name, variable in _mapping(_mapping(server).get("variables")).items():
            url = url.replace(f"{{{name}}}", str(_mapping(variable).get("default") or ""))
        if url:
            yield url


def _preferred(content: Mapping[str, Any]) -> str:
    """The media type that an agent would use: JSON before forms before anything else."""
    for wanted in _BODY_TYPES:
        found = next((kind for kind in content if wanted in str(kind)), "")
        if found:
            return str(found)
    return str(next(iter(content), ""))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
