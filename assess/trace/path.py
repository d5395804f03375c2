"""The path of a figure: `roadmap.milestones[0].p80_weeks`, `levels.api.units.billing.confirmed`.

In brackets stands an index, or a name by which an entry of a list is known (`scenarios[today]`, `findings[F-03]`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str, ...]
NAMES = ("name", "number", "id", "workflow", "what", "role", "input", "percentile", "use", "probe")
_PART = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")


def read(text: str, tree: Any) -> Path | None:
    """The path with indices for names; None when it leads nowhere in `tree`."""
    path: list[str] = []
    at = tree
    for part in _parts(text, tree):
        step = _step(part, at)
        if step is None:
            return None
        path.append(step)
        at = at[int(step)] if isinstance(at, list) else at[step]
    return tuple(path)


def shown(path: Path, tree: Any) -> str:
    """The path as it is written: dots between keys, brackets round indices."""
    said, at = "", tree
    for step in path:
        said += f"[{step}]" if isinstance(at, list) else f".{step}"
        at = at[int(step)] if isinstance(at, list) else at[step]
    return said.lstrip(".")


def figures(tree: Any, path: Path = ()) -> Iterator[tuple[Path, float]]:
    """Every number of a tree with its path; truth values are none."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from figures(value, (*path, str(key)))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from figures(value, (*path, str(index)))
    elif isinstance(tree, int | float) and not isinstance(tree, bool):
        yield path, tree


def _parts(text: str, tree: Any) -> list[str]:
    """Parts of the text; a key that holds dots itself (`billing.createCredit`) is taken whole where it stands."""
    raw = [index or key for index, key in _PART.findall(text)]
    parts: list[str] = []
    at = tree
    while raw:
        taken = next((n for n in range(len(raw), 0, -1) if _step(".".join(raw[:n]), at) is not None), 1)
        part = ".".join(raw[:taken])
        step = _step(part, at)
        parts.append(part)
        raw = raw[taken:]
        if step is not None:
            at = at[int(step)] if isinstance(at, list) else at[step]
    return parts


def _step(part: str, at: Any) -> str | None:
    if isinstance(at, list):
        if part.isdigit() and int(part) < len(at):
            return part
        named = (str(n) for n, e in enumerate(at) if isinstance(e, Mapping) and _is_named(e, part))
        return next(named, None)
    return part if isinstance(at, Mapping) and part in at else None


def _is_named(entry: Mapping[str, Any], name: str) -> bool:
    return any(str(entry[key]) == name for key in NAMES if key in entry)
