"""A surface from a GraphQL schema: SDL, or the answer to an introspection query. Source: https://spec.graphql.org/October2021.

Ids are `Query.field` and `Mutation.field`: mutations are writes. Subscriptions are events that the system sends.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_ast_schema,
    build_client_schema,
    is_required_argument,
    is_required_input_field,
    parse,
    validate_schema,
)

from runtime.systems.surface import Operation, Parameter, Problem, Surface

MOST_TOKENS = 3_000_000
DEEPEST = 3
_SCALARS = {"Int": "integer", "Float": "number", "Boolean": "boolean", "String": "string", "ID": "string"}


def surface_of_graphql(name: str, raw: bytes, path: Path) -> Surface:
    """Reads a schema offline; one that cannot be read is a surface without operations and a problem."""
    digest = "sha256:" + hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()
    try:
        schema = load_schema(raw)
    except (GraphQLError, TypeError, ValueError, RecursionError) as error:
        says = f"this is no GraphQL schema: {str(error)[:200]}"
        return Surface(name, "unreadable", digest, problems=(Problem("blocker", says, path.name),))
    problems = [Problem("costly", str(error.message), path.name) for error in validate_schema(schema)[:50]]
    roots = {"Query": schema.query_type, "Mutation": schema.mutation_type}
    operations = {
        f"{kind}.{field}": _operation(kind, field, declared)
        for kind, root in roots.items()
        if root is not None
        for field, declared in root.fields.items()
    }
    if not operations:
        problems.append(Problem("blocker", "the schema offers neither queries nor mutations", path.name))
    return Surface(
        system=name,
        format="graphql",
        digest=digest,
        operations=operations,
        problems=tuple(problems),
        title=path.stem,
        events=tuple(schema.subscription_type.fields) if schema.subscription_type else (),
        text=schema.description or "",
    )


def load_schema(raw: bytes) -> GraphQLSchema:
    """The schema of an SDL document or an introspection result.

    Raises:
        GraphQLError, TypeError, ValueError: it is neither.
    """
    text = raw.decode("utf-8-sig", "replace")
    if text.lstrip().startswith("{"):
        found = json.loads(text)
        return build_client_schema(found.get("data", found))
    return build_ast_schema(parse(text, no_location=True, max_tokens=MOST_TOKENS), assume_valid_sdl=False)


def is_graphql(raw: bytes) -> bool:
    """Whether a text looks like SDL or an introspection result."""
    start = raw[:200_000].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if start.startswith("{"):
        return '"__schema"' in start
    return "type Query" in start or "schema {" in start


def named(kind: Any) -> Any:
    """The type inside lists and non-nulls."""
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        kind = kind.of_type
    return kind


def _operation(kind: str, name: str, field: GraphQLField) -> Operation:
    schemas = {key: _input(argument.type) for key, argument in field.args.items()}
    required = [key for key, argument in field.args.items() if is_required_argument(argument)]
    return Operation(
        id=f"{kind}.{name}",
        method="POST",
        path=f"/#{kind}.{name}",
        summary=(field.description or "").split("\n")[0],
        description=field.description or "",
        reads=kind == "Query",
        parameters=tuple(
            Parameter(key, "body", key in required, bool(one.description), schemas[key])
            for key, one in field.args.items()
        ),
        body_schema={"type": "object", "properties": schemas, "required": required},
        body_required=bool(required),
        answers={"200": _output(field.type)},
        deprecated=field.deprecation_reason is not None,
    )


def _input(kind: Any, deep: int = 0) -> dict[str, Any]:
    if isinstance(kind, GraphQLNonNull):
        return _input(kind.of_type, deep)
    if isinstance(kind, GraphQLList):
        return {"type": "array", "items": _input(kind.of_type, deep)}
    if isinstance(kind, GraphQLInputObjectType):
        if deep >= DEEPEST:
            return {"type": "object"}
        return {
            "type": "object",
            "properties": {name: _input(field.type, deep + 1) for name, field in kind.fields.items()},
            "required": [name for name, field in kind.fields.items() if is_required_input_field(field)],
        }
    return _leaf(kind)


def _output(kind: Any, deep: int = 0) -> dict[str, Any]:
    if isinstance(kind, GraphQLNonNull):
        return _output(kind.of_type, deep)
    if isinstance(kind, GraphQLList):
        return {"type": "array", "items": _output(kind.of_type, deep)}
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        if deep >= DEEPEST:
            return {"type": "object"}
        return {
            "type": "object",
            "properties": {name: _output(field.type, deep + 1) for name, field in kind.fields.items()},
        }
    return _leaf(kind)


def _leaf(kind: Any) -> dict[str, Any]:
    if isinstance(kind, GraphQLEnumType):
        return {"type": "string", "enum": list(kind.values)}
    if isinstance(kind, GraphQLScalarType) and kind.name in _SCALARS:
        return {"type": _SCALARS[kind.name]}
    return {}
