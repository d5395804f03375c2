"""The recorded estate judged as far as levels and gates, for any part of its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assess.asked import AnswersFile
from assess.assessment import Cell, Interval
from assess.catalogue import Catalogue, catalogue
from assess.cells import answer_all
from assess.dimension_levels import dimension_levels
from assess.gates import Judged, judge_gate, own_cells, workflow_levels
from assess.opening import Opened
from assess.profile import load_profile
from assess.scope import scope_of
from assess.workflow_rows import caps_of
from probes.artifact import Artifact, Missing
from probes.finding import DIMENSIONS, Dimension, Subject


@dataclass(frozen=True)
class Standing:
    """Levels by dimension, and by workflow and dimension."""

    levels: Mapping[Dimension, tuple[int, int]]
    workflows: Mapping[str, Mapping[Dimension, Interval | None]]


class Less:
    """A bundle from which artifacts are taken by name; each is read once."""

    def __init__(self, at: Opened) -> None:
        self._bundle = at.bundle
        self._read: dict[tuple[str, str], Artifact | Missing] = {}
        self.gone: frozenset[tuple[str, str]] = frozenset()

    @property
    def names(self) -> list[tuple[str, str]]:
        return sorted(key for key, found in self._read.items() if isinstance(found, Artifact))

    def get(self, kind: type[Artifact], subject: Subject) -> Artifact | Missing:
        key = (kind.kind, str(subject))
        if key not in self._read:
            self._read[key] = self._bundle.get(kind, subject)
        if key in self.gone:
            return Missing(wanted=kind.kind, subject=subject, cause="failed", detail="taken out")
        return self._read[key]


class Estate:
    """The recorded estate, judged as far as levels and gates, for any part of its evidence."""

    def __init__(self, at: Opened) -> None:
        self.at, self.less = at, Less(at)
        self.answers = at.folder.answers.value
        self.scope = scope_of(at.folder.estate)
        self._profile = load_profile(at.folder.engagement.value.profile)

    def cells(self, answers: AnswersFile, found: Catalogue | None = None) -> list[Cell]:
        day = self.at.bundle.as_of.date()
        probes = (found or catalogue()).probes
        return [a.cell for a in answer_all(probes, self.less, self.scope, self._profile, answers, day, first=True)]

    def standing(self, cells: list[Cell]) -> Standing:
        levels = dimension_levels(cells, self.scope, catalogue(), self.at.folder, {})
        workflows = {
            name: workflow_levels(own_cells(cells, name, touched), name, self.scope, catalogue().highest)
            for name, touched in self.scope.workflows.items()
        }
        return Standing({d: (levels[d].confirmed, levels[d].possible) for d in DIMENSIONS}, workflows)

    def gates(self, cells: list[Cell]) -> dict[str, Judged]:
        """Every workflow's gate, with its caps and what would open it further."""
        return {
            name: judge_gate(
                cells, name, self.scope, catalogue().highest, caps_of(self.at.folder, name, self.scope, self._profile)
            )
            for name in self.scope.workflows
        }
