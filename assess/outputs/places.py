"""Where a question is settled: the file and line, among those that users write, that a machine's reader should open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from assess.engagement import Folder
from probes.finding import EVERYWHERE, Dimension, Subject
from runtime.written import Written


@dataclass(frozen=True)
class Place:
    """A file relative to the engagement's folder, and a line from 1."""

    file: str
    line: int

    def under(self, prefix: str) -> str:
        """The file as seen from further up: `northwind` → `northwind/engagement.yaml`."""
        return str(PurePosixPath(prefix) / self.file)


def place_of(folder: Folder, dimension: Dimension, subject: Subject) -> Place:
    """The nearest written key; `engagement.yaml:1` when the dimension's own file is not written yet."""
    written, keys = _owner(folder, dimension, subject)
    if not written.path.is_file():
        return Place("engagement.yaml", 1)
    file = written.path.relative_to(folder.path).as_posix()
    return Place(file, int(written.place(*keys).rsplit(":", 1)[1]))


def _owner(folder: Folder, dimension: Dimension, subject: Subject) -> tuple[Written[Any], tuple[str, ...]]:
    unit = () if subject.unit == EVERYWHERE else (subject.unit,)
    if dimension == "guardrails":
        return folder.guardrails, ("actions", *unit)
    if dimension == "escalation":
        return folder.escalation, ("routes", *unit)
    if dimension == "knowledge":
        return folder.goals, unit
    effects = folder.effects.get(subject.unit)
    if effects and ("operations", subject.item) in effects.lines:
        return effects, ("operations", subject.item)
    return folder.engagement, ("systems", *unit)
