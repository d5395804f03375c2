"""The document that asks for one field of a GraphQL root, with everything of the answer that can be selected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    is_leaf_type,
    is_required_argument,
)

from runtime.errors import BadInput
from runtime.systems.graphql_surface import named
from runtime.systems.surface import Operation

DEEPEST = 4
MOST_FIELDS = 120


def document_of(schema: GraphQLSchema, operation: Operation, arguments: Mapping[str, Any]) -> str:
    """`query ($id: ID!) { customer(id: $id) { id name … } }` for the arguments that are given.

    Raises:
        BadInput: an argument that the field does not take, or one that it needs and that is missing.
    """
    kind, _, name = operation.id.partition(".")
    root = schema.query_type if kind == "Query" else schema.mutation_type
    field = root.fields[name] if root else None
    if field is None:
        raise BadInput(f"the schema does not offer {operation.id}", operation.id, "export the schema again")
    _check(operation, field, arguments)
    given = [key for key in field.args if key in arguments]
    asked = ", ".join(f"${key}: {field.args[key].type}" for key in given)
    handed = ", ".join(f"{key}: ${key}" for key in given)
    chosen = _selection(schema, named(field.type), [MOST_FIELDS], ())
    verb = "query" if kind == "Query" else "mutation"
    return f"{verb}{f'({asked})' if asked else ''} {{ {name}{f'({handed})' if handed else ''}{chosen} }}"


def _check(operation: Operation, field: GraphQLField, arguments: Mapping[str, Any]) -> None:
    unknown = sorted(set(arguments) - set(field.args))
    lacking = [key for key, one in field.args.items() if is_required_argument(one) and key not in arguments]
    if unknown or lacking:
        what = f"it does not take {', '.join(unknown)}" if unknown else f"it needs {', '.join(lacking)}"
        raise BadInput(what, operation.id, f"it takes {', '.join(field.args) or 'nothing'}")


def _selection(schema: GraphQLSchema, kind: Any, left: list[int], above: tuple[str, ...]) -> str:
    """Every field that needs no argument, to a depth of four; a type inside itself ends there."""
    if is_leaf_type(kind):
        return ""
    if isinstance(kind, GraphQLUnionType):
        parts = [f"... on {one.name}{_selection(schema, one, left, above)}" for one in kind.types]
        return " { __typename " + " ".join(parts) + " }"
    if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        return ""
    chosen: list[str] = []
    for name, field in kind.fields.items():
        inner = named(field.type)
        if left[0] <= 0 or any(is_required_argument(one) for one in field.args.values()):
            continue
        if is_leaf_type(inner):
            left[0] -= 1
            chosen.append(name)
        elif len(above) + 1 < DEEPEST and inner.name not in (*above, kind.name):
            chosen.append(name + _selection(schema, inner, left, (*above, kind.name)))
    return " { " + (" ".join(chosen) or "__typename") + " }"
