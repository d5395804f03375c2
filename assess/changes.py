"""What people wrote, before and after: each key that was added, changed or taken out, with its place.

Secrets stand in these files as references only, so that a value can be shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from assess.engagement import Folder
from assess.out import Out
from runtime.errors import BadInput
from runtime.written import Lines, parse, read_text

LIST_NAMES = ("name", "question", "number", "finding", "call", "decision")
MOST = 200


class InputChange(Out):
    """One value that somebody wrote otherwise. `key` is a path like `actions.issue_credit.limits.each`."""

    file: str
    line: int = Field(ge=1, description="in the newer file, or in the older one when it was taken out")
    key: str
    kind: Literal["added", "changed", "removed"]
    was: str = ""
    now: str = ""
    by: str = Field("", description="who answered, where the file says so")
    on: str = Field("", description="when, where the file says so")


def input_changes(old: Folder, new: Folder) -> list[InputChange]:
    """Changes of every written file but the register, in the order of files and keys."""
    names = sorted({p.as_posix() for folder in (old, new) for p in folder.written_files()}, key=_order)
    digests = old.digests(), new.digests()
    return [
        change
        for name in names
        if digests[0].get(name) != digests[1].get(name)
        for change in _changes(name, old.path / name, new.path / name)
    ]


def _order(name: str) -> tuple[int, str]:
    """What people decide first, what systems publish last."""
    return (2 if name.startswith("descriptions/") else 1 if "/" in name else 0, name)


def _changes(name: str, old: Path, new: Path) -> Iterator[InputChange]:
    if not name.endswith(".yaml") or name.startswith("descriptions/"):
        yield _whole(name, old, new)
        return
    before, lines_before = _read(old)
    after, lines_after = _read(new)
    was, now = dict(_leaves(before, ())), dict(_leaves(after, ()))
    people = _people(after) | {key: said for key, said in _people(before).items() if key not in _people(after)}
    for key in dict.fromkeys([*now, *was]):
        if was.get(key) != now.get(key):
            lines = lines_after if key in now else lines_before
            by, on = people.get(key[:2], ("", ""))
            yield InputChange(
                file=name,
                line=_line(lines, key, after if key in now else before),
                key=".".join(key),
                kind="changed" if key in was and key in now else "added" if key in now else "removed",
                was=was.get(key, ""),
                now=now.get(key, ""),
                by=by,
                on=on,
            )


def _whole(name: str, old: Path, new: Path) -> InputChange:
    """A description: that it changed is said, what in it is the probes' business."""
    kind: Literal["added", "changed", "removed"] = (
        "added" if not old.is_file() else "removed" if not new.is_file() else "changed"
    )
    return InputChange(file=name, line=1, key="(whole file)", kind=kind)


def _read(path: Path) -> tuple[Any, Lines]:
    """A file that is not there holds nothing; one that cannot be read was refused when the folder was loaded."""
    if not path.is_file():
        return {}, {}
    try:
        return parse(read_text(path), path)
    except BadInput:
        return {}, {}


def _leaves(value: Any, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*keys, str(key)))
    elif isinstance(value, list) and value:
        for name, inner in zip(_names(value), value, strict=True):
            yield from _leaves(inner, (*keys, name))
    elif keys:
        yield keys, _shown(value)


def _names(items: list[Any]) -> list[str]:
    """Entries of a list by what identifies them, so that one put in front does not change all others."""
    names = [_name_of(item, index) for index, item in enumerate(items)]
    return [name if names.count(name) == 1 else f"{name}#{index}" for index, name in enumerate(names)]


def _name_of(item: Any, index: int) -> str:
    if isinstance(item, Mapping):
        found = next((str(item[key]) for key in LIST_NAMES if key in item), None)
        return f"{found}({item['subject']})" if found and "subject" in item else found or str(index)
    return str(item)[:60] if isinstance(item, str | int | float) else str(index)


def _people(tree: Any) -> dict[tuple[str, ...], tuple[str, str]]:
    """Key of an answer → who gave it and when."""
    answers = tree.get("answers") if isinstance(tree, Mapping) else None
    if not isinstance(answers, list):
        return {}
    return {
        ("answers", name): (str(answer.get("by", "")), str(answer.get("on", "")))
        for name, answer in zip(_names(answers), answers, strict=True)
        if isinstance(answer, Mapping)
    }


def _line(lines: Lines, key: tuple[str, ...], tree: Any) -> int:
    """The line of the nearest key; entries of lists stand in `lines` by their index."""
    path: tuple[str, ...] = ()
    for part in key:
        step = part
        if isinstance(tree, list):
            index = _names(tree).index(part)
            step, tree = str(index), tree[index]
        elif isinstance(tree, Mapping):
            tree = next((value for name, value in tree.items() if str(name) == part), None)
        if (*path, step) not in lines:
            break
        path = (*path, step)
    return max(lines.get(path, 1), 1)


def _shown(value: Any) -> str:
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= MOST else text[: MOST - 1] + "…"
