"""Issuing a report: the next version is frozen under `issued/`, and the dates it gives are kept for later hit rates."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from assess import register as registers
from assess.issued import Issued, freeze, next_version, promised
from assess.judge import Verdict
from assess.opening import Opened
from runtime.errors import BadInput
from runtime.whole_file import write_text


def numbered(verdict: Verdict, target: Path) -> Verdict:
    """The verdict as the next version.

    Raises:
        BadInput: the target is no folder: a bundle or an issued version has no place for versions.
    """
    if not (target / "engagement.yaml").is_file():
        raise BadInput("only a folder issues versions", str(target), "give the folder with engagement.yaml")
    version = next_version(target)
    return replace(verdict, assessment=verdict.assessment.model_copy(update={"version": version}))


def issue_version(at: Opened, verdict: Verdict, write: Callable[[Path], object], today: date | None = None) -> Path:
    """Freezes a numbered verdict with its inputs and outputs, whole or not at all; returns its folder.

    Raises:
        Conflict: the version exists already.
    """
    day, a = today or datetime.now(UTC).date(), verdict.assessment
    said = Issued(
        version=a.version,
        issued=day,
        as_of=a.as_of,
        moved=a.moved,
        bundle=at.bundle.name,
        digest=at.bundle.digest,
        catalogue=a.catalogue,
        tool=a.tool,
        files={},
    )

    def fill(home: Path) -> None:
        for name, model in (("assessment.json", a), ("gate.json", verdict.gate)):
            write_text(home / name, json.dumps(model.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n")
        write(home)

    made = freeze(at.folder, said, fill)
    start = at.folder.report.value.start or day
    registers.write(at.register, promised(registers.read(at.register), a.roadmap, start))
    return made
