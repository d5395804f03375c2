"""How sentences of findings are put together: counted things, lists of names, and steps that read as sentences."""

from __future__ import annotations

from collections.abc import Iterable


def counted(number: int, one: str, many: str = "") -> str:
    """`1 article`, `2 articles`; `many` where an s is not enough."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: Iterable[str], most: int = 0) -> str:
    """`a`, `a and b`, `a, b and c`; with `most`, `a, b and 3 more`."""
    found = list(names)
    if most and len(found) > most:
        found = [*found[:most], f"{len(found) - most} more"]
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}" if found else ""


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    bare = text.strip()
    if not bare:
        return ""
    return f"{bare[:1].upper()}{bare[1:]}{'' if bare[-1] in '.!?' else '.'}"
