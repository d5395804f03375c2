"""OpenAPI 2.0 (Swagger) as OpenAPI 3.0, in memory; the file stays as it is, and what has no counterpart is said.

There is no maintained Python library that converts. Sources: the OpenAPI Specification 2.0 and 3.0.3, and the
OpenAPI Initiative's guide "Upgrading from OpenAPI 2.0 to 3.0".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.systems.openapi_documents import pointed

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_MOVED = {"#/definitions/": "#/components/schemas/", "#/responses/": "#/components/responses/"}
_OF_SCHEMA = (
    "type", "format", "items", "default", "enum", "pattern", "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum",
    "maxLength", "minLength", "maxItems", "minItems", "uniqueItems", "multipleOf",
)  # fmt: skip
_STYLES = {"ssv": "spaceDelimited", "pipes": "pipeDelimited"}
_FLOWS = {
    "implicit": "implicit",
    "password": "password",
    "application": "clientCredentials",
    "accessCode": "authorizationCode",
}


def is_swagger(document: Any) -> bool:
    """Whether a document says that it is OpenAPI 2.0."""
    return isinstance(document, Mapping) and str(document.get("swagger", "")).startswith("2")


def as_openapi_3(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same interface as OpenAPI 3.0.3. References into other files stay as they are; values are shared, not copied."""
    converter = _Converter(document)
    return {
        "openapi": "3.0.3",
        "info": _mapping(document.get("info")),
        "servers": _servers(document),
        **({"security": document["security"]} if "security" in document else {}),
        **({"tags": document["tags"]} if "tags" in document else {}),
        "paths": {path: converter.path(item) for path, item in _mapping(document.get("paths")).items()},
        "components": {
            "schemas": {name: _schema(one) for name, one in _mapping(document.get("definitions")).items()},
            "responses": {
                name: converter.answer(one, converter.produces)
                for name, one in _mapping(document.get("responses")).items()
            },
            "securitySchemes": {
                name: _security(one) for name, one in _mapping(document.get("securityDefinitions")).items()
            },
        },
    }


class _Converter:
    """What operations inherit from the document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.consumes = _texts(document.get("consumes")) or ["application/json"]
        self.produces = _texts(document.get("produces")) or ["application/json"]

    def path(self, item: Any) -> Any:
        if not isinstance(item, Mapping):
            return item
        shared = [self._parameter(one) for one in _sequence(item.get("parameters"))]
        return {
            name: self._operation(value, shared) if name in _METHODS and isinstance(value, Mapping) else value
            for name, value in item.items()
            if name != "parameters"
        }

    def _operation(self, written: Mapping[str, Any], shared: list[Any]) -> dict[str, Any]:
        own = [self._parameter(one) for one in _sequence(written.get("parameters"))]
        named = {(_mapping(p).get("in"), _mapping(p).get("name", id(p))): p for p in (*shared, *own)}.values()
        given = [p for p in named if _mapping(p).get("in") not in ("body", "formData")]
        body = self._body(
            [p for p in named if _mapping(p).get("in") in ("body", "formData")],
            _texts(written.get("consumes")) or self.consumes,
        )
        produces = _texts(written.get("produces")) or self.produces
        answers = {code: self.answer(one, produces) for code, one in _mapping(written.get("responses")).items()}
        left = {
            k: v for k, v in written.items() if k not in ("parameters", "consumes", "produces", "schemes", "responses")
        }
        return {
            **left,
            "parameters": [_plain(p) for p in given],
            **({"requestBody": body} if body else {}),
            "responses": answers,
        }

    def _parameter(self, written: Any) -> Any:
        """The parameter itself: a shared one may be a body, which 3.0 keeps elsewhere."""
        reference = _mapping(written).get("$ref")
        if isinstance(reference, str) and reference.startswith("#/parameters/"):
            return pointed(self.document, reference[1:]) or {}
        return written

    def _body(self, written: list[Any], consumes: list[str]) -> dict[str, Any]:
        if not written:
            return {}
        whole = next((p for p in written if p.get("in") == "body"), None)
        if whole is not None:
            content = {kind: {"schema": _schema(whole.get("schema") or {})} for kind in consumes}
            return {**_kept(whole, "description"), "content": content, "required": whole.get("required") is True}
        fields = {str(p.get("name")): {**_parameter_schema(p), **_kept(p, "description")} for p in written}
        needed = [str(p.get("name")) for p in written if p.get("required") is True]
        files = any(p.get("type") == "file" for p in written)
        kinds = [kind for kind in consumes if "form" in kind and (not files or "multipart" in kind)]
        schema = {"type": "object", "properties": fields, **({"required": needed} if needed else {})}
        usual = "multipart/form-data" if files else "application/x-www-form-urlencoded"
        return {"content": {kind: {"schema": schema} for kind in kinds or [usual]}, "required": bool(needed)}

    def answer(self, written: Any, produces: list[str]) -> Any:
        """A response; its schema stands under each media type that the operation produces."""
        if not isinstance(written, Mapping) or "$ref" in written:
            return _schema(written)
        headers = {
            name: {**_kept(_mapping(one), "description"), "schema": _parameter_schema(_mapping(one))}
            for name, one in _mapping(written.get("headers")).items()
        }
        found: dict[str, Any] = {
            "description": written.get("description", ""),
            **({"headers": headers} if headers else {}),
        }
        if written.get("schema"):
            found["content"] = {kind: {"schema": _schema(written["schema"])} for kind in produces}
        return found


def _plain(parameter: Any) -> Any:
    if not isinstance(parameter, Mapping) or "$ref" in parameter:
        return parameter
    found = {**_kept(parameter, "name", "in", "description", "required"), "schema": _parameter_schema(parameter)}
    layout = parameter.get("collectionFormat")
    if parameter.get("type") != "array" or parameter.get("in") not in ("query", "formData"):
        return found
    return found | (
        {"style": "form", "explode": True}
        if layout == "multi"
        else {"style": _STYLES.get(str(layout), "form"), "explode": False}
    )


def _parameter_schema(parameter: Mapping[str, Any]) -> dict[str, Any]:
    schema = _schema(_kept(parameter, *_OF_SCHEMA, "x-nullable"))
    return schema if isinstance(schema, dict) else {}


def _schema(node: Any) -> Any:
    """A schema all the way down: references moved, files as binary text, `discriminator` as an object, `x-nullable`."""
    if isinstance(node, list):
        return [_schema(one) for one in node]
    if not isinstance(node, Mapping):
        return node
    found = {name: _member(name, value) for name, value in node.items()}
    if isinstance(found.get("$ref"), str):
        found["$ref"] = _moved(found["$ref"])
    if found.get("type") == "file":
        found |= {"type": "string", "format": "binary"}
    if isinstance(found.get("discriminator"), str):
        found["discriminator"] = {"propertyName": found["discriminator"]}
    if found.pop("x-nullable", None) is True:
        found["nullable"] = True
    return found


def _member(name: str, value: Any) -> Any:
    if name in ("enum", "default", "example", "required"):
        return value
    if name == "properties" and isinstance(value, Mapping):  # its keys are fields' names, whatever they look like
        return {field: _schema(one) for field, one in value.items()}
    return _schema(value)


def _moved(reference: str) -> str:
    old = next((start for start in _MOVED if reference.startswith(start)), "")
    return _MOVED[old] + reference[len(old) :] if old else reference


def _security(written: Any) -> dict[str, Any]:
    scheme = _mapping(written)
    if scheme.get("type") == "basic":
        return {**_kept(scheme, "description"), "type": "http", "scheme": "basic"}
    if scheme.get("type") != "oauth2":
        return dict(scheme)
    flow = {"scopes": _mapping(scheme.get("scopes")), **_kept(scheme, "authorizationUrl", "tokenUrl")}
    name = _FLOWS.get(str(scheme.get("flow")), "implicit")
    return {**_kept(scheme, "description"), "type": "oauth2", "flows": {name: flow}}


def _servers(document: Mapping[str, Any]) -> list[dict[str, str]]:
    host, base = str(document.get("host") or ""), str(document.get("basePath") or "/")
    if not host:
        return [{"url": base}]
    return [{"url": f"{scheme}://{host}{base}".rstrip("/")} for scheme in _texts(document.get("schemes")) or ["https"]]


def _kept(written: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: written[name] for name in names if name in written}


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _sequence(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
