"""Which file moved what: the older version judged again with one changed file at a time, on the same evidence."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from assess.assessment import Assessment
from assess.engagement import Folder, load_folder
from probes.finding import DIMENSIONS
from runtime.errors import BadInput

TOGETHER = "cannot be judged without the other changes"


def moved_by_file(
    old: Folder, new: Folder, files: Iterable[str], judge: Callable[[Folder], Assessment]
) -> dict[str, list[str]]:
    """File → what it moves when it alone is taken over; an empty list: nothing.

    A file that only fits together with others (a goal that a second file names) says so instead.
    """
    before = judge(old)
    with tempfile.TemporaryDirectory(prefix="cxready-compare-") as place:
        return {name: _alone(name, old, new, Path(place) / str(n), before, judge) for n, name in enumerate(files)}


def _alone(
    name: str, old: Folder, new: Folder, home: Path, before: Assessment, judge: Callable[[Folder], Assessment]
) -> list[str]:
    for path in old.written_files():
        if path.as_posix() != name:
            _copy(old.path / path, home / path)
    if (new.path / name).is_file():
        _copy(new.path / name, home / name)
    try:
        return moves(before, judge(load_folder(home)))
    except BadInput:
        return [TOGETHER]


def moves(before: Assessment, after: Assessment) -> list[str]:
    """Levels and gates that differ, in words."""
    levels = [
        f"{d}: level {_span(before, d)} → {_span(after, d)}" for d in DIMENSIONS if _span(before, d) != _span(after, d)
    ]
    names = dict.fromkeys([*before.gates, *after.gates])
    gates = [(name, _gate(before, name), _gate(after, name)) for name in names]
    return [*levels, *(f"{name}: {was} → {now}" for name, was, now in gates if was != now)]


def _span(side: Assessment, dimension: str) -> str:
    level = next(v for d, v in side.levels.items() if d == dimension)
    return str(level.confirmed) if level.confirmed == level.possible else f"{level.confirmed}–{level.possible}"


def _gate(side: Assessment, name: str) -> str:
    return side.gates[name].autonomy if name in side.gates else "no such workflow"


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
