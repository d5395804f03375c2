"""Where an export's columns are: the help desk that wrote it by its signature, else well-known names, else the
headings that the engagement names.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from runtime.errors import BadInput, did_you_mean

Unit = Literal["minutes", "seconds", "clock"]
ROLES = (
    "id", "created", "solved", "subject", "body", "channel", "tags", "customer", "reopens", "minutes", "systems",
)  # fmt: skip
PREAMBLE = 30  # lines before the heads: titles, merged cells, `sep=;`


@dataclass(frozen=True)
class Layout:
    """One help desk's export, from templates/tickets/layouts.yaml."""

    name: str
    kind: Literal["csv", "jsonl"]
    signature: frozenset[str]
    columns: Mapping[str, tuple[str, ...]]
    unit: Unit = "minutes"
    seen: str = ""


@dataclass(frozen=True)
class Header:
    """Where each role's columns are (several of one name are joined), and what wrote the file."""

    columns: Mapping[str, tuple[int, ...]]
    width: int
    layout: str
    line: int
    delimiter: str = ""
    unit: Unit = "minutes"
    heads: Mapping[str, str] = field(default_factory=dict)


@cache
def layouts() -> tuple[Layout, ...]:
    """Known layouts, the most telling signature first."""
    found = [
        Layout(
            entry["name"],
            entry["kind"],
            frozenset(entry["signature"]),
            {role: tuple(names) for role, names in entry["columns"].items()},
            entry.get("unit", "minutes"),
            entry["seen"],
        )
        for entry in _data()["layouts"]
    ]
    return tuple(sorted(found, key=lambda one: -len(one.signature)))


@cache
def _data() -> dict[str, Any]:
    text = (files("templates") / "tickets" / "layouts.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def header_of(
    names: Sequence[str], *, line: int, delimiter: str = "", named: Mapping[str, str] | None = None, kind: str = "csv"
) -> Header | None:
    """The header that a line of names is; None when it names no subject or no date of creation.

    Args:
        names: headings as they stand, any case.
        named: our role → heading, from the engagement; goes before every layout.

    Raises:
        BadInput: a heading that the engagement names is not there.
    """
    plain = [" ".join(name.strip().strip('"').lower().split()) for name in names]
    wanted = named if named and _fits(named, plain) else {}
    given = {role: _named(role, heading, plain) for role, heading in wanted.items()}
    layout = next((one for one in layouts() if one.kind == kind and one.signature <= set(plain)), None)
    known: dict[str, Sequence[str]] = {role: _data()["names"].get(role, ()) for role in ROLES}
    if layout is not None:
        known |= layout.columns
    columns: dict[str, tuple[int, ...]] = {}
    for role in ROLES:
        if at := _columns(plain, (given[role],) if role in given else known.get(role, ()), role):
            columns[role] = at
    if "subject" not in columns and "body" in columns and layout is not None:
        columns["subject"] = columns["body"]  # conversations without a subject: their first message stands for it
    if "subject" not in columns or "created" not in columns:
        return None
    name = layout.name if layout else "by column names"
    return Header(
        columns=columns,
        width=len(plain),
        layout="named in the engagement" if given and not layout else name,
        line=line,
        delimiter=delimiter,
        unit=layout.unit if layout and "minutes" not in given else "minutes",
        heads={role: names[at[0]].strip().strip('"') for role, at in columns.items()},
    )


def _fits(named: Mapping[str, str], plain: Sequence[str]) -> bool:
    """Whether this is the line that the engagement speaks of: one of its headings stands here."""
    return any(" ".join(heading.strip().lower().split()) in plain for heading in named.values())


def _named(role: str, heading: str, plain: Sequence[str]) -> str:
    wanted = " ".join(heading.strip().lower().split())
    if role not in ROLES:
        raise BadInput(f"`{role}` is no column of ours", "engagement.yaml: tickets.columns", f"use {', '.join(ROLES)}")
    if wanted not in plain:
        raise BadInput(
            f"the export has no column `{heading}`{did_you_mean(wanted, plain)}",
            f"engagement.yaml: tickets.columns.{role}",
            f"name one of: {', '.join(plain[:30])}",
        )
    return wanted


def _columns(plain: Sequence[str], known: Sequence[str], role: str) -> tuple[int, ...]:
    """All columns of the first known name; of tags, of every known name (labels and type both tell)."""
    found = [name for name in known if name in plain]
    wanted = set(found if role == "tags" else found[:1])
    return tuple(i for i, name in enumerate(plain) if name in wanted)


def csv_header(head: Sequence[str], where: str, named: Mapping[str, str] | None = None) -> Header:
    """The header among the first lines of a CSV.

    Raises:
        BadInput: no line names a subject and a date; or a named heading is missing.
    """
    delimiter = delimiter_of(head)
    for number, text in enumerate(head, start=1):
        names = _split(text, delimiter)
        if len(names) >= 2 and (found := header_of(names, line=number, delimiter=delimiter, named=named)):
            return found
    raise nothing_found(where, [t for t in head if t.strip()][:1])


def _split(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([text], delimiter=delimiter), []) if text.strip() else []
    except csv.Error:
        return []


def nothing_found(where: str, seen: Sequence[str]) -> BadInput:
    first = f" (it begins: {' '.join(seen[0].split())[:120]!r})" if seen else ""
    return BadInput(
        f"no line names a column for the subject and one for the date of creation{first}",
        f"{where}:1",
        "export with columns like `Subject` and `Created at`, or name them in engagement.yaml: "
        "`tickets: {file: …, columns: {subject: …, created: …}}`",
    )


def delimiter_of(head: Sequence[str]) -> str:
    """The mark that most splits the first lines, outside quotes; `sep=;` says it itself."""
    declared = re.match(r"\ufeff?sep=(.)\s*$", head[0]) if head else None
    if declared:
        return declared[1]
    outside = "".join(part for i, part in enumerate("\n".join(head)[:65_536].split('"')) if i % 2 == 0)
    return max(",;\t|", key=outside.count)
