"""Where a value that a model names comes from: out of a field that a system or a rule gave, or it is not used.

The whole value of a field counts; a number inside a free text of an answer does not, for anybody may have written that text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from runtime.cases.figures import leaves, not_given

_DATA = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def unfounded(arguments: Mapping[str, Any], sources: Iterable[Any], also: Iterable[Any], words: str = "") -> str:
    """What is wrong with the first argument that comes from nowhere; empty when each has a source.

    Args:
        sources: what systems, rules and the session gave.
        also: values that the operation's description names.
        words: the customer's own, for reads: they may be looked up, never written.
    """
    given = list(sources)
    known = {form for value in leaves([*given, *also]) for form in _forms(value)}
    known |= {form for word in words.split() for form in _forms(word.strip(".,;:!?()\"'"))}
    for name, value in arguments.items():
        for leaf in leaves(value):
            if isinstance(leaf, bool):
                continue
            if isinstance(leaf, str) and len(leaf.split()) > 1:
                if invented := not_given(leaf, given):
                    return f"{name} names {invented[0][:40]}, which no system gave"
            elif not known & _forms(leaf):
                return f"the value of {name} stands in no field of what was read: use such a value, or leave it out"
    return ""


def is_of_field(name: str, value: Any, place: Any, *, to_the_letter: bool) -> bool:
    """Whether a value stands in a field of this name; where no field is so named, in any.

    Args:
        to_the_letter: for what a write is about: `12.0` names another thing than `12`, and would be paid a second time.
    """
    forms = _letters if to_the_letter else _forms
    known = {form for found in _under(name, place) for form in forms(found)}
    known = known or {form for found in leaves(place) for form in forms(found)}
    return all(forms(leaf) & known for leaf in leaves(value))


def marked(source: str, data: Any, most: int) -> str:
    """Data for a model, in a block that nothing inside it can close.

    Args:
        source: whose words these are.
        most: characters; the rest is left out, and said so.
    """
    text = json.dumps(data, ensure_ascii=False, default=str).translate(_DATA)
    more = f"\n(cut: {len(text) - most} more characters)" if len(text) > most else ""
    return f'<data from="{source}">\n{text[:most]}\n</data>{more}'


def _under(name: str, value: Any) -> Iterator[Any]:
    """Plain values of every field of this name, at any depth."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(inner) if key == name else _under(name, inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _under(name, inner)


def _letters(value: Any) -> set[str]:
    return {str(value)}


def _forms(value: Any) -> set[str]:
    """A value as it is compared: 12.4, "12.40" and 12.40 are one amount."""
    if isinstance(value, bool):
        return set()
    text = str(value)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return {text} if text else set()
    return {str(number.normalize())} if number.is_finite() else set()
