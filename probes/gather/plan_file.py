"""A plan as a file: written with its digest beside it, read only as it was approved; what was changed is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from probes.gather.plan import DEFAULT_LIMIT, Plan, PlanLine
from runtime.errors import BadInput, Conflict
from runtime.written import read_text

_AGAIN = "make a new plan with `cxready collect DIR --dry-run -o plan.json` and have it approved"
MOST_NAMED = 6


def as_text(found: Plan) -> str:
    """The plan as JSON with its digest: what a person approves and `read` takes."""
    return json.dumps({**found.model_dump(mode="json"), "digest": found.digest}, indent=1, ensure_ascii=False) + "\n"


def from_text(text: str, where: str) -> tuple[Plan, str | None]:
    """The plan in a text, and the digest that it states.

    Raises:
        BadInput: it is no plan.
    """
    try:
        raw = json.loads(text)
        stated = raw.pop("digest", None) if isinstance(raw, dict) else None
        return Plan.model_validate(raw), stated
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"this is no plan: {place}: {first['msg']}", where, _AGAIN) from None
    except ValueError as error:
        raise BadInput(f"this is no plan: {str(error).splitlines()[0]}", where, _AGAIN) from None


def read(path: Path, made_again: Callable[[Plan], Plan] | None = None) -> Plan:
    """An approved plan from its file.

    Args:
        made_again: makes the plan anew with the same scope, so that an edit can be told line by line.

    Raises:
        BadInput: the file is missing or is no plan.
        Conflict: its digest does not fit its lines: it was edited. What differs is named.
    """
    found, stated = from_text(read_text(path), str(path))
    if stated == found.digest:
        return found
    what = "the plan was changed after it was made"
    original = _original(found, stated, made_again) if made_again and stated else None
    if original is not None:
        named = differences(original, found)
        more = f"; and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
        what += ": " + "; ".join(named[:MOST_NAMED]) + more
    elif stated is None:
        what = "the plan carries no digest, so nobody can tell what was approved"
    raise Conflict(what, str(path), _AGAIN)


def _original(found: Plan, stated: str, made_again: Callable[[Plan], Plan]) -> Plan | None:
    """The plan with the stated digest, made again: in the scope that the file says, else in the usual one."""
    usual: dict[str, Any] = {"max_requests": DEFAULT_LIMIT, "only_system": None, "only_probe": None}
    scopes: tuple[dict[str, Any], ...] = ({}, {"max_requests": DEFAULT_LIMIT}, usual)
    made = (made_again(found.model_copy(update=scope)) for scope in scopes)
    return next((one for one in made if one.digest == stated), None)


def write(found: Plan, path: Path) -> None:
    """The plan as a file, whole or not at all."""
    made = path.with_name(path.name + ".new")
    made.write_text(as_text(found), encoding="utf-8", newline="\n")
    made.replace(path)


def differences(before: Plan, after: Plan) -> list[str]:
    """What somebody changed, in words: fields of lines, lines taken out or put in, and fields of the plan."""
    named = _of_lines(before.lines, after.lines)
    for name in Plan.model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if name != "lines" and old != new:
            named.append(f"{name} {_short(old)} became {_short(new)}")
    return named


def _of_lines(before: tuple[PlanLine, ...], after: tuple[PlanLine, ...]) -> list[str]:
    if len(before) == len(after):
        pairs = zip_longest(before, after)
        return [said for n, (old, new) in enumerate(pairs, 1) if (said := _changed(n, old, new))]
    out = [f"line {n} was taken out: {_words(one)}" for n, one in enumerate(before, 1) if one not in after]
    return out + [f"line {n} was put in: {_words(one)}" for n, one in enumerate(after, 1) if one not in before]


def _changed(number: int, old: PlanLine, new: PlanLine) -> str:
    fields = [name for name in PlanLine.model_fields if getattr(old, name) != getattr(new, name)]
    told = ", ".join(f"{name} {_short(getattr(old, name))} became {_short(getattr(new, name))}" for name in fields)
    return f"line {number} ({_words(old)}): {told}" if told else ""


def _words(one: PlanLine) -> str:
    return f"{one.system} {one.method} {one.path}"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:59] + "…"
