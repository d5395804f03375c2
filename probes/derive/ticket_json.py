"""Records of a JSON lines export: one object a line; a role's value may lie deeper (`via.channel`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from probes.derive.ticket_layout import ROLES, Header, header_of, layouts, nothing_found
from probes.derive.ticket_lines import Lines
from probes.derive.ticket_rows import Accounting, Row
from runtime.errors import BadInput

NOT_JSON = "no JSON object"


def json_header(head: list[str], where: str, named: Mapping[str, str] | None) -> Header:
    """The header that the names of the first object make; its width is the number of names.

    Raises:
        BadInput: one document instead of lines; or no subject and date.
    """
    first = next((text for text in head if text.strip()), "")
    if first.lstrip().startswith("["):
        raise BadInput(
            "the file is one JSON list", f"{where}:1", "export JSON lines, or turn it into them: jq -c '.[]' FILE"
        )
    try:
        loaded = json.loads(first)
    except (ValueError, RecursionError):
        loaded = None
    if not isinstance(loaded, dict):
        raise BadInput("the first line is no JSON object", f"{where}:1", "export one ticket a line")
    names = list(dict.fromkeys([*_names(loaded), *_known()]))
    header = header_of(names, line=0, named=named, kind="jsonl")
    if header is None:
        raise nothing_found(where, [first])
    return Header(
        header.columns, len(names), header.layout, 0, "", header.unit, {**header.heads, "*": "\n".join(names)}
    )


def json_rows(lines: Lines, header: Header, account: Accounting) -> Iterator[tuple[int, Row]]:
    """A row for each object, in the header's order of names."""
    names = header.heads["*"].split("\n")
    paths = [(i, names[i].split(".")) for role in ROLES for i in header.columns.get(role, ())]
    while block := lines.block():
        for text in block:
            number = lines.number
            lines.advance(1)
            if not text.strip():
                account.blank += 1
                continue
            try:
                loaded = json.loads(text)
            except (ValueError, RecursionError):
                loaded = None
            if isinstance(loaded, dict):
                row = [""] * header.width
                for i, path in paths:
                    row[i] = _text(_deep(loaded, path))
                yield number, row
            else:
                account.quarantine(number, NOT_JSON)


def _known() -> list[str]:
    """Names of the known layouts: a first object that lacks a field must not hide it from the rest."""
    return [name for one in layouts() if one.kind == "jsonl" for names in one.columns.values() for name in names]


def _names(loaded: dict[str, Any]) -> Iterator[str]:
    for name, value in loaded.items():
        yield str(name)
        if isinstance(value, dict):
            yield from (f"{name}.{inner}" for inner in value)


def _deep(value: Any, path: list[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    if value is None or isinstance(value, dict):
        return ""
    return (
        ", ".join(str(v) for v in value if not isinstance(v, (dict, list))) if isinstance(value, list) else str(value)
    )
