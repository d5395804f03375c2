"""The decision log as a file for an auditor: every row with what its hash is made of, then the heads of all chains."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from runtime import decision_log
from runtime.pilot_state import open_log
from runtime.whole_file import write_with


def export_log(home: Path, output: Path) -> tuple[int, int]:
    """Writes the file whole or not at all; gives the numbers of rows and anchors."""
    with closing(open_log(home)) as connection:
        rows, anchors = decision_log.rows(connection), decision_log.anchor(connection)

    def fill(part: Path) -> None:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            for kind, found in (("row", rows), ("anchor", anchors)):
                file.writelines(json.dumps({"kind": kind, **asdict(one)}, ensure_ascii=False) + "\n" for one in found)

    write_with(output, fill)
    return len(rows), len(anchors)
