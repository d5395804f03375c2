"""Conditions over records, as people write them in `guardrails.yaml` and `effects/`: closed forms, no expressions in strings.

A *path* starts with `arguments`, `session` (its `customer`), `now`, the name of a record that was read, or the element of
`every`, `some`, `none` and `where` (`it`). It goes on with names, numbers, `first` or `last`; through a list it gives every
element's value. How they are answered: answers.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, model_validator

from runtime.written import Strict

TERMS = ("value", "sum", "count", "find", "plus", "minus", "times", "table")
COMPARATORS = (
    "is_", "is_not", "in_", "not_in", "at_least", "at_most", "more_than", "less_than", "earlier_than", "later_than",
    "within_hours", "present",
)  # fmt: skip
FORMS = ("every", "some", "none", "each_of", "all_", "any_", "not_")
_COMPANIONS = {"of": ("sum",), "where": ("sum", "count"), "by": ("find", "each_of"), "equals": ("find",), "take": ("find",),
               "not_below": ("minus",), "at": ("table",), "among": ("each_of",), "holds": ("every", "some", "none")}  # fmt: skip
_NEEDED = {"table": ("at",), "find": ("by", "equals", "take"), "each_of": ("among",), "every": ("holds",), "some": ("holds",), "none": ("holds",)}  # fmt: skip

Literals = bool | int | str


class Term(Strict):
    """A value that is looked up or computed: exactly one of value · sum · count · find · plus · minus · times · table."""

    value: str | None = Field(None, description="a path")
    sum: str | None = Field(None, description="path of a list of numbers, or of elements whose field `of` is added up")
    of: str | Term | None = Field(None, description="field of each element, or a term over `it`")
    count: str | None = Field(None, description="path of a list: how many elements (those that `where` takes)")
    where: Condition | None = Field(None, description="which elements; `it` is the element")
    find: str | None = Field(None, description="path of a list: the one element whose `by` equals `equals`")
    by: str | None = None
    equals: Literals | Term | None = None
    take: str | None = Field(None, description="field of the found element")
    plus: list[Literals | Term] | None = None
    minus: list[Literals | Term] | None = Field(None, min_length=2, max_length=2)
    not_below: int | None = Field(None, description="lowest result of `minus`")
    times: list[Literals | Term] | None = None
    table: dict[str, Any] | None = Field(None, description="figures by key, also by two keys: {gold: {economy: 2}}")
    at: list[str] | None = Field(None, min_length=1, description="paths whose values are the keys of `table`")

    @model_validator(mode="after")
    def _one_form(self) -> Term:
        self._check(TERMS)
        return self

    @cached_property
    def form(self) -> str:
        """Which of the forms it is."""
        return next(name for name in (*TERMS, *FORMS) if getattr(self, name, None) is not None)

    def _check(self, forms: tuple[str, ...]) -> None:
        found = [name for name in forms if getattr(self, name) is not None]
        if len(found) != 1:
            raise ValueError(f"say exactly one of: {' · '.join(_plain(name) for name in forms)}")
        for name, homes in _COMPANIONS.items():
            if getattr(self, name, None) is not None and found[0] not in homes:
                raise ValueError(f"`{name}` belongs to {' or '.join(homes)}, not to {_plain(found[0])}")
        absent = [name for name in _NEEDED.get(found[0], ()) if getattr(self, name) is None]
        if absent:
            raise ValueError(f"`{_plain(found[0])}` needs `{absent[0]}` beside it")


class Condition(Term):
    """Yes, no or unknown: a term with one comparison, or exactly one of every · some · none · each_of · all · any · not."""

    is_: Literals | Term | None = Field(None, alias="is")
    is_not: Literals | Term | None = None
    in_: list[Literals] | Term | None = Field(None, alias="in")
    not_in: list[Literals] | Term | None = None
    at_least: int | str | Term | None = Field(None, description="numbers; money as quoted text")
    at_most: int | str | Term | None = None
    more_than: int | str | Term | None = None
    less_than: int | str | Term | None = None
    earlier_than: str | Term | None = Field(None, description="a time, ISO 8601, or `{value: now}`")
    later_than: str | Term | None = None
    within_hours: int | None = Field(None, ge=0, description="the time lies at most that long before `until`")
    until: str | None = Field(None, description="path of a time; default: now")
    present: bool | None = Field(None, description="true: there is such a value, and it is not empty")
    every: str | dict[str, str] | None = Field(
        None, description="path of a list, or name → path for lists of one length that are walked side by side"
    )
    some: str | dict[str, str] | None = None
    none: str | dict[str, str] | None = None
    holds: str | Condition | None = Field(None, description="what must hold for the element")
    each_of: str | None = Field(None, description="path of a list whose elements all stand `among` another, as often")
    among: str | None = None
    all_: list[str | Condition] | None = Field(None, alias="all", min_length=1)
    any_: list[str | Condition] | None = Field(None, alias="any", min_length=1)
    not_: str | Condition | None = Field(None, alias="not")

    @model_validator(mode="after")
    def _one_form(self) -> Condition:
        self._check((*TERMS, *FORMS))
        if self.until is not None and self.within_hours is None:
            raise ValueError("`until` belongs to within_hours")
        compared = [name for name in COMPARATORS if getattr(self, name) is not None]
        wanted = 1 if self.form in TERMS else 0
        if len(compared) != wanted:
            raise ValueError(
                f"compare `{_plain(self.form)}` with exactly one of: {' · '.join(map(_plain, COMPARATORS))}"
                if wanted
                else f"`{_plain(compared[0])}` does not belong to `{_plain(self.form)}`"
            )
        return self

    @cached_property
    def comparison(self) -> tuple[str, Any]:
        """The comparator and what is compared with."""
        return next((name, getattr(self, name)) for name in COMPARATORS if getattr(self, name) is not None)


class DeclaredFact(Condition):
    """A named condition. `says` completes "refused, because …"; `otherwise` is what follows when it is not confirmed."""

    says: str = ""
    otherwise: Literal["escalate", "refuse"] = "escalate"


class Record(Strict):
    """A kind of record that facts look at, tied to the call: a record with another id than the call names counts as not read."""

    id: str = Field(description="field of the record that holds its id")
    argument: str = Field(description="argument of a call that names the record")
    customer: str | None = Field(None, description="field that says whose record it is")


def paths_of(term: Term) -> Iterator[str]:
    """Every path that a term or condition looks at, also inside."""
    for name in ("value", "sum", "count", "find", "each_of", "among"):
        path = getattr(term, name, None)
        if path is not None:
            yield path
    yield from getattr(term, "at", None) or ()
    if getattr(term, "until", None) is not None:
        yield term.until  # type: ignore[attr-defined]
    for name in ("every", "some", "none"):
        lists = getattr(term, name, None)
        yield from lists.values() if isinstance(lists, dict) else [lists] if lists else []
    for inner in parts_of(term):
        yield from paths_of(inner)


def names_of(condition: Term) -> Iterator[str]:
    """Names of other facts that a condition refers to, also inside."""
    for name in ("all_", "any_", "not_", "holds"):
        inner = getattr(condition, name, None)
        yield from (one for one in (inner if isinstance(inner, list) else [inner]) if isinstance(one, str))
    for part in parts_of(condition):
        yield from names_of(part)


def parts_of(term: Term) -> Iterator[Term]:
    """Terms and conditions directly inside."""
    for name in type(term).model_fields:
        inner = getattr(term, name)
        yield from (one for one in (inner if isinstance(inner, list) else [inner]) if isinstance(one, Term))


def _plain(name: str) -> str:
    return name.removesuffix("_")


Term.model_rebuild()
Condition.model_rebuild()
DeclaredFact.model_rebuild()
