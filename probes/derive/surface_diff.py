"""What changed between two versions of a description, and whether a caller of the old one breaks.

What callers send may become laxer, what they receive stricter; the other way round breaks them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from runtime.systems.surface import Operation, Surface

DEEPEST = 6


class SurfaceChange(BaseModel):
    """One difference. `operation` is empty for what concerns the whole system."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    operation: str
    what: str
    breaking: bool


def surface_diff(old: Surface, new: Surface) -> list[SurfaceChange]:
    """Every difference that a caller could notice, by operation."""
    found: list[SurfaceChange] = []
    for name, before in old.operations.items():
        after = new.operations.get(name)
        if after is None:
            found.append(SurfaceChange(operation=name, what="is gone", breaking=True))
        else:
            found += [SurfaceChange(operation=name, what=w, breaking=b) for w, b in _operation(before, after)]
    found += [
        SurfaceChange(operation=name, what="is new", breaking=False)
        for name in new.operations
        if name not in old.operations
    ]
    return [*found, *_events(old, new)]


def _events(old: Surface, new: Surface) -> Iterator[SurfaceChange]:
    """What the system no longer announces breaks whoever waits for it."""
    for name in old.events:
        if name not in new.events:
            yield SurfaceChange(operation="", what=f"the event {name} is no longer announced", breaking=True)
    for name in new.events:
        if name not in old.events:
            yield SurfaceChange(operation="", what=f"the event {name} is new", breaking=False)


Difference = tuple[str, bool]


def _operation(old: Operation, new: Operation) -> Iterator[Difference]:
    if (old.method, old.path) != (new.method, new.path):
        yield f"{old.method} {old.path} is now {new.method} {new.path}", True
    if new.deprecated and not old.deprecated:
        yield "is marked deprecated", False
    if set(new.security) - set(old.security) and new.security != old.security:
        yield f"asks for {', '.join(sorted(set(new.security) - set(old.security)))}", True
    yield from _parameters(old, new)
    yield from _sent(old.body_schema, new.body_schema, "body")
    if new.body_required and not old.body_required:
        yield "the body is required now", True
    yield from _answers(old, new)


def _parameters(old: Operation, new: Operation) -> Iterator[Difference]:
    before = {(p.name, p.where): p for p in old.parameters}
    after = {(p.name, p.where): p for p in new.parameters}
    for key, parameter in after.items():
        known = before.get(key)
        if known is None:
            yield (
                f"{key[1]} parameter {key[0]} is new{' and required' if parameter.required else ''}",
                (parameter.required),
            )
            continue
        if parameter.required and not known.required:
            yield f"{key[1]} parameter {key[0]} is required now", True
        yield from _sent(known.schema, parameter.schema, key[0])
    for name, where in before.keys() - after.keys():
        yield f"{where} parameter {name} is gone", True


def _sent(old: Mapping[str, Any], new: Mapping[str, Any], name: str, deep: int = 0) -> Iterator[Difference]:
    """Callers send this: what was accepted must still be accepted."""
    if deep > DEEPEST or old == new:
        return
    yield from _types(old, new, name, sends=True)
    before, after = _properties(old), _properties(new)
    for field in set(new.get("required") or ()) - set(old.get("required") or ()):
        yield f"{name}.{field} is required now", True
    for field in sorted(before.keys() - after.keys()):
        yield f"{name}.{field} is no longer accepted", new.get("additionalProperties") is False
    for field in sorted(before.keys() & after.keys()):
        yield from _sent(before[field], after[field], f"{name}.{field}", deep + 1)
    yield from _enums(old, new, name, sends=True)


def _answers(old: Operation, new: Operation) -> Iterator[Difference]:
    good = [status for status in old.answers if status.startswith("2")]
    for status in good:
        if status not in new.answers:
            yield f"no longer answers {status}", True
        else:
            yield from _received(old.answers[status], new.answers[status], "answer")


def _received(old: Mapping[str, Any], new: Mapping[str, Any], name: str, deep: int = 0) -> Iterator[Difference]:
    """Callers read this: what was promised must still be promised."""
    if deep > DEEPEST or old == new:
        return
    yield from _types(old, new, name, sends=False)
    before, after = _properties(old), _properties(new)
    for field in sorted(before.keys() - after.keys()):
        yield f"{name}.{field} is gone", True
    for field in sorted((set(old.get("required") or ()) - set(new.get("required") or ())) & after.keys()):
        yield f"{name}.{field} may be missing now", True
    for field in sorted(before.keys() & after.keys()):
        yield from _received(before[field], after[field], f"{name}.{field}", deep + 1)
    if isinstance(old.get("items"), Mapping) and isinstance(new.get("items"), Mapping):
        yield from _received(old["items"], new["items"], f"{name}[]", deep + 1)
    yield from _enums(old, new, name, sends=False)


def _types(old: Mapping[str, Any], new: Mapping[str, Any], name: str, *, sends: bool) -> Iterator[Difference]:
    before, after = _kinds(old), _kinds(new)
    if not before or not after or before == after:
        return
    lost = before - after if sends else after - before
    yield f"{name} is {_or(after)} instead of {_or(before)}", bool(lost)


def _enums(old: Mapping[str, Any], new: Mapping[str, Any], name: str, *, sends: bool) -> Iterator[Difference]:
    before, after = old.get("enum"), new.get("enum")
    if not isinstance(before, list) or not isinstance(after, list):
        return
    gone = [v for v in before if v not in after]
    more = [v for v in after if v not in before]
    if gone:
        yield f"{name} no longer knows {_or(gone)}", sends
    if more:
        yield f"{name} may be {_or(more)}", False


def _kinds(schema: Mapping[str, Any]) -> set[str]:
    kind = schema.get("type")
    kinds = {str(k) for k in kind} if isinstance(kind, list) else {str(kind)} if kind else set()
    return kinds | ({"null"} if schema.get("nullable") is True else set())


def _properties(schema: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Fields of an object, also those that `allOf` brings in."""
    found: dict[str, Mapping[str, Any]] = {}
    for part in (schema, *(p for p in schema.get("allOf") or () if isinstance(p, Mapping))):
        own = part.get("properties")
        found |= {str(k): v for k, v in own.items() if isinstance(v, Mapping)} if isinstance(own, Mapping) else {}
    return found


def _or(values: Any) -> str:
    return " or ".join(str(v) for v in sorted(values, key=str)[:6])
