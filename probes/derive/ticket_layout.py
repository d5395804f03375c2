"""Where an export's columns are: its encoding, delimiter, header line and the help desk that wrote it."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from probes.derive.ticket_lines import open_lines
from runtime.errors import BadInput

PREAMBLE = 30


ROLES: dict[str, tuple[str, ...]] = {
    "subject": (
        "subject",
        "ticket subject",
        "summary",
        "title",
        "short description",
        "case subject",
        "conversation subject",
        "betreff",
    ),
    "created": (
        "created at",
        "created",
        "created date",
        "created time",
        "opened",
        "date/time opened",
        "ticket created - timestamp",
        "creation date",
        "created on",
        "erstellt",
        "erstellt am",
    ),
    "body": ("description", "body", "content", "first comment", "message", "comment", "beschreibung"),
    "channel": ("via", "channel", "source", "case origin", "origin", "ticket channel", "kanal"),
    "tags": ("tags", "labels", "label", "ticket tags", "type", "case type", "category"),
    "minutes": (
        "handle minutes",
        "handling minutes",
        "handle time (min)",
        "talk time (min)",
        "handle time minutes",
        "aht minutes",
    ),
    "id": ("id", "ticket id", "number", "case number", "issue key", "key", "ticket number"),
}


LAYOUTS = {
    "zendesk": {"via", "requester id"},
    "jira": {"issue key", "summary"},
    "freshdesk": {"ticket id", "source"},
    "salesforce": {"case number", "case origin"},
    "servicenow": {"number", "short description"},
}


@dataclass(frozen=True)
class Header:
    """Where each role's columns are (several columns of one name are joined), and how the file is written."""

    columns: dict[str, tuple[int, ...]]
    width: int
    layout: str
    line: int
    delimiter: str
    encoding: str
    warnings: tuple[str, ...] = ()


def header_of(path: Path) -> Header:
    encoding, warnings = _encoding(path)
    with open_lines(path, encoding) as lines:
        head = [line for _ in range(PREAMBLE) if (line := lines.take()) is not None]
    delimiter = _delimiter("\n".join(text for _, text in head))
    for number, text in head:
        names = [name.strip().strip('"').lower() for name in next(csv.reader([text], delimiter=delimiter), [])]
        columns = {role: _columns(names, known) for role, known in ROLES.items()}
        if columns["subject"] and columns["created"]:
            layout = next((name for name, marks in LAYOUTS.items() if marks <= set(names)), "by column names")
            return Header(
                {role: found for role, found in columns.items() if found},
                len(names),
                layout,
                number,
                delimiter,
                encoding,
                warnings,
            )
    raise BadInput(
        "no line names a column for the subject and one for the date of creation",
        f"{path}:1",
        "export with columns like `Subject` and `Created at`",
    )


def _columns(names: list[str], known: tuple[str, ...]) -> tuple[int, ...]:
    """All columns of the first known name (some exports repeat a heading)."""
    first = next((name for name in known if name in names), None)
    return tuple(i for i, name in enumerate(names) if name == first)


def _delimiter(text: str) -> str:
    declared = re.match(r"\ufeff?sep=(.)\s*$", text.split("\n", 1)[0])
    if declared:
        return declared[1]
    outside = "".join(part for i, part in enumerate(text[:65_536].split('"')) if i % 2 == 0)
    return max(",;\t|", key=outside.count)


def _encoding(path: Path) -> tuple[str, tuple[str, ...]]:
    try:
        start = path.open("rb").read(4)
        if start.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16", ()
        with path.open(encoding="utf-8-sig", newline="") as stream:
            while stream.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "cp1252", ("the file is not UTF-8; it was read as Windows-1252",)
    except OSError as error:
        raise BadInput(
            f"the ticket export cannot be read ({error.strerror})", str(path), "check `tickets.file` in engagement.yaml"
        ) from None
    return "utf-8-sig", ()
