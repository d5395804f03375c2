"""What conditions look at: paths into arguments and records, and how values are compared.

Numbers are compared exactly (decimal), texts as they are, times as ISO 8601 (RFC 3339; without a zone: UTC).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?")


class Answer(Enum):
    """ABSENT: it was looked up, and there is no such record (null). UNCLEAR: nobody looked, or no answer follows. Neither is a yes, nor is its negation."""

    YES = "yes"
    NO = "no"
    ABSENT = "absent"
    UNCLEAR = "unclear"


YES, NO, ABSENT, UNCLEAR = Answer.YES, Answer.NO, Answer.ABSENT, Answer.UNCLEAR


@dataclass(frozen=True)
class Scope:
    """What paths start from. `named` answers other facts by name."""

    arguments: Mapping[str, Any]
    read: Mapping[str, Any]
    customer: str | None = None
    now: datetime | None = None
    elements: Mapping[str, Any] = field(default_factory=dict)
    named: Callable[[str], Answer] = lambda name: UNCLEAR

    def at(self, **elements: Any) -> Scope:
        """The same with elements of a list under names."""
        return Scope(self.arguments, self.read, self.customer, self.now, {**self.elements, **elements}, self.named)


def elements(path: str, scope: Scope) -> Any:
    """The list at a path, or the values of a mapping; ABSENT or UNCLEAR where there is none."""
    found = at_path(path, scope)
    if isinstance(found, Mapping):  # records by their id
        return list(found.values())
    return list(found) if isinstance(found, (list, tuple)) else found if isinstance(found, Answer) else UNCLEAR


def at_path(path: str, scope: Scope) -> Any:
    """The value at a path; null counts as nothing."""
    root, parts = _parts(path)
    found = _root(root, scope)
    if isinstance(found, Answer):
        return found
    for part in parts:
        found = step(found, part)
    return UNCLEAR if found is None else found


@lru_cache(maxsize=4_096)
def _parts(path: str) -> tuple[str, tuple[str, ...]]:
    root, *parts = path.split(".")
    return root, tuple(parts)


def _root(root: str, scope: Scope) -> Any:
    """Where a path starts; ABSENT: looked up without finding one; UNCLEAR: not looked up."""
    if root in scope.elements:
        return UNCLEAR if scope.elements[root] is None else scope.elements[root]
    if root == "arguments":
        return scope.arguments
    if root == "session":
        return {"customer": scope.customer}
    if root == "now":
        return scope.read.get("now") or (scope.now or datetime.now(UTC)).isoformat()
    if root not in scope.read:
        return UNCLEAR
    return ABSENT if scope.read[root] is None else scope.read[root]


def step(found: Any, part: str) -> Any:
    """One part of a path further; None where it leads nowhere."""
    if isinstance(found, Mapping):
        return found.get(part)
    if not isinstance(found, (list, tuple)):
        return None
    if part in ("first", "last") or part.isdigit():
        place = {"first": 0, "last": len(found) - 1}.get(part, int(part) if part.isdigit() else 0)
        return found[place] if 0 <= place < len(found) else None
    return [inner for one in found for inner in _spread(step(one, part))]


def _spread(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        yield from value
    elif value is not None:
        yield value


def same(left: Any, right: Any) -> bool:
    """Numbers by value, everything else by kind and value: "1" is not 1, true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float, Decimal)) and isinstance(right, (int, float, Decimal)):
        return number_of(left) == number_of(right)
    return type(left) is type(right) and bool(left == right)


def number_of(value: Any) -> Decimal:
    """Raises ValueError for what is no plain number."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = Decimal(str(value))
        if number.is_finite():
            return number
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    raise ValueError(f"{str(value)[:40]!r} is no number")


def time_of(value: Any) -> datetime:
    """Raises ValueError for what is no ISO 8601 time."""
    if not isinstance(value, str):
        raise ValueError("no time")
    moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
