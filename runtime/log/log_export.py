"""The decision log as a file for an auditor: every row with what its hash is made of, then the heads of all chains.

What is said of customers stays sealed: a file that leaves the database could not forget.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from runtime import decision_log
from runtime.errors import BadInput
from runtime.log.telemetry import request_of, spans_of
from runtime.piloting.pilot_state import open_log
from runtime.whole_file import write_text, write_with


def export_log(home: Path, output: Path) -> tuple[int, int]:
    """Writes the file whole or not at all; gives the numbers of rows and anchors."""
    with closing(open_log(home)) as connection:
        rows, anchors = decision_log.rows(connection, as_kept=True), decision_log.anchor(connection)

    def fill(part: Path) -> None:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            for kind, found in (("row", rows), ("anchor", anchors)):
                file.writelines(json.dumps({"kind": kind, **asdict(one)}) + "\n" for one in found)

    write_with(output, fill)
    return len(rows), len(anchors)


def export_spans(home: Path, output: Path) -> int:
    """The log as one OTLP/JSON request (see telemetry.py); gives the number of spans."""
    with closing(open_log(home)) as connection:
        spans = list(spans_of(decision_log.rows(connection, as_kept=True)))
    write_text(output, json.dumps(request_of(spans), indent=1) + "\n")
    return len(spans)


def read_anchors(path: Path) -> list[decision_log.Anchor]:
    """The heads that an earlier export wrote down.

    Raises:
        BadInput: the file is no such export, with the line.
    """
    with path.open(encoding="utf-8") as file:
        return [one for number, line in enumerate(file, 1) if (one := _anchor(line, f"{path}:{number}"))]


def _anchor(line: str, place: str) -> decision_log.Anchor | None:
    """None for a line that is a row."""
    try:
        said = json.loads(line)
        if said["kind"] != "anchor":
            return None
        return decision_log.Anchor(said["run"], int(said["seq"]), said["hash"], said["at"])
    except (ValueError, TypeError, KeyError):
        raise BadInput("this is no exported decision log", place, "give a file of `pilot export`") from None
