"""What a model may call in an agent step, as JSON schemas: made of the step's `may`, the gate's list and the systems' own descriptions.

Only declared parameters; what the session vouches for and what the goal fills in is left out, so that a model cannot say it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from runtime.agent.bounds import MOST_ARGUMENTS
from runtime.estate import Estate
from runtime.goals import AgentStep, CallStep, Goal, RuleStep
from runtime.plan import root
from runtime.systems.surface import Operation

Plain = dict[str, Any]
KEPT = frozenset(
    {"type", "enum", "const", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength",
     "minItems", "maxItems", "items", "properties", "required", "anyOf", "oneOf", "allOf", "description"}
)  # fmt: skip
DEEPEST, LONGEST, MOST_NESTED = 6, 160, 100
_WHO = re.compile(r"(account|customer|client|subscriber|user|member|patient|party)(_?(id|number|no|ref|key))?", re.I)


@dataclass(frozen=True)
class Tool:
    """`name` as the model says it; `does`: the operation or rule; `fills`: arguments that are ours; `schema` of the others."""

    name: str
    does: str
    kind: Literal["call", "rule"]
    says: str
    schema: Plain
    fills: tuple[str, ...] = ()

    def plain(self) -> Plain:
        return {**asdict(self), "fills": list(self.fills)}

    @classmethod
    def of(cls, plain: Plain) -> Tool:
        return cls(**{**plain, "fills": tuple(plain["fills"])})


class NoTool(Exception):
    """Why something of `may` cannot be offered, in words for a person."""


def tool_of_rule(step: AgentStep, rule: RuleStep, known: Mapping[str, Any]) -> Tool:
    """A rule of ours: the model names only what neither the case nor another tool of the step gives."""
    own = [name for name in rule.with_ if root(name) in known or root(name) in step.gives]
    asked = {name: {"type": "string", "maxLength": LONGEST} for name in rule.with_ if name not in own}
    schema = {"type": "object", "properties": asked, "required": list(asked), "additionalProperties": False}
    return Tool(_safe(rule.rule), rule.rule, "rule", f"computes {', '.join(rule.gives)}", schema, tuple(own))


def tool_of_call(call: CallStep, operation: Operation, estate: Estate, goal: Goal) -> Tool:
    """An operation with the parameters that its description declares.

    Raises:
        NoTool: it does not say whose records it touches, and the goal does not fill that in.
    """
    declared = _declared(operation)
    effect = estate.effect(call.call)
    ours = {*call.with_}
    if effect and effect.repeat and effect.repeat.reference:
        ours.add(root(effect.repeat.reference))  # our own reference: exactly_once.py writes it
    session = {name for name, slot in goal.slots.items() if slot.from_ == "session"}
    for name in declared.keys() - ours:
        if name in session or _WHO.fullmatch(name):
            raise NoTool(f"{call.call} would let a model choose the {name}: fill it in, `with: {{{name}: …}}`")
    asked = {name: _plain_schema(schema) for name, (schema, _) in declared.items() if name not in ours}
    needed = [name for name in asked if declared[name][1] or name in call.same_effect]
    schema = {"type": "object", "properties": asked, "required": needed, "additionalProperties": False}
    return Tool(_safe(call.call), call.call, "call", operation.summary[:LONGEST], schema, tuple(call.with_))


def arguments_of(tool: Tool, said: str) -> Plain:
    """The arguments that a model wrote, as the schema has them.

    Raises:
        ValueError: what is wrong, in words for the model; nothing of its values is repeated.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    if len(said) > MOST_ARGUMENTS or max(said.count("{"), said.count("[")) > MOST_NESTED:
        raise ValueError("the arguments are too long or too deeply nested")
    try:
        found = json.loads(said or "{}", parse_constant=_no_number, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise ValueError("the arguments are no JSON object, or one with a name twice") from None
    if not isinstance(found, dict):
        raise ValueError("the arguments are no JSON object")
    wrong = best_match(Draft202012Validator(tool.schema).iter_errors(found))
    if wrong is not None:
        where = ".".join(str(part) for part in wrong.absolute_path)[:60]
        declared = ", ".join(tool.schema["properties"]) or "none"
        raise ValueError(f"{where or 'the arguments'}: not as declared ({wrong.validator}); declared are: {declared}")
    return found


def enumerated(schema: Any) -> Iterator[Any]:
    """Values that a description itself names."""
    if isinstance(schema, Mapping):
        yield from schema.get("enum") or ()
        yield from [schema["const"]] if "const" in schema else []
        for inner in schema.values():
            yield from enumerated(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from enumerated(inner)


def _declared(operation: Operation) -> dict[str, tuple[Any, bool]]:
    """Parameter → its schema and whether it must be there; headers and cookies are the client's matter."""
    found = {p.name: (p.schema, p.required) for p in operation.parameters if p.where in ("path", "query", "body")}
    body = operation.body_schema
    for name, schema in body.get("properties", {}).items():
        found[name] = (schema, name in body.get("required", ()))
    return found


def _plain_schema(schema: Any, depth: int = 0) -> Any:
    """What a model needs of a schema, and what can be checked without running a stranger's patterns."""
    if not isinstance(schema, Mapping) or depth > DEEPEST:
        return {}
    kept: Plain = {}
    for name, value in schema.items():
        if name == "properties":
            kept[name] = {key: _plain_schema(inner, depth + 1) for key, inner in value.items()}
        elif name in ("anyOf", "oneOf", "allOf"):
            kept[name] = [_plain_schema(inner, depth + 1) for inner in value]
        elif name == "items":
            kept[name] = _plain_schema(value, depth + 1)
        elif name == "description":
            kept[name] = str(value)[:LONGEST]
        elif name in KEPT and not isinstance(value, bool):  # OpenAPI 3.0 has exclusiveMinimum: true
            kept[name] = value
    if schema.get("nullable") is True and isinstance(kept.get("type"), str):
        kept["type"] = [kept["type"], "null"]
    return kept


def _safe(name: str) -> str:
    """As models' servers take names: letters, digits, _ and -, at most 64."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[-64:]


def _no_number(_: str) -> Any:
    raise ValueError("NaN and Infinity are no JSON")


def _each_once(pairs: list[tuple[str, Any]]) -> Plain:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found
