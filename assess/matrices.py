"""The matrices of an assessment: declared against measured, a system each, with the numbers of findings about them; and
what an agent reads of each system.
"""

from __future__ import annotations

from collections.abc import Sequence

from assess.assessment import Finding
from assess.cells import Artifacts
from assess.engagement import Folder
from assess.system_figures import Fitness
from probes.derive.matrix import matrix
from probes.derive.matrix_cells import QUESTIONS, Matrix, MatrixCell
from probes.derive.surface_census import SurfaceCensus
from probes.finding import Subject


def matrices(folder: Folder, artifacts: Artifacts, findings: Sequence[Finding]) -> list[Matrix]:
    """One matrix for each system whose description was looked at, in the engagement's order."""
    found = [made for name in folder.estate.systems if (made := matrix(name, artifacts)) is not None]
    return [m.model_copy(update={"cells": tuple(_numbered(c, m.system, findings) for c in m.cells)}) for m in found]


def matrix_lines(found: Matrix) -> list[str]:
    """Every cell of a system, in lines: what the document says, what was seen, and where that stands."""
    lines = [
        f"{found.system}: what {found.document or 'no document'} promises × what was seen",
        "agreed and contradicted need evidence; undocumented is there without a word; silence is no promise",
    ]
    for operation in ("", *found.operations):
        lines += ["", operation or "the system as a whole"]
        for cell in (c for c in found.cells if c.operation == operation):
            lines.append(f"   {cell.verdict.replace('_', ' '):<13} {cell.about}: {_told(cell)}")
            lines += [f"      {cell.evidence}{f' ({cell.finding})' if cell.finding else ''}"] if cell.evidence else []
    return lines


def _told(cell: MatrixCell) -> str:
    return f"declared: {cell.declared or 'nothing'}; seen: {cell.seen or 'nothing'}"


def _numbered(cell: MatrixCell, system: str, findings: Sequence[Finding]) -> MatrixCell:
    """What speaks against a document, or was found to be nowhere, leads to its finding."""
    if cell.verdict not in ("contradicted", "neither"):
        return cell
    short = cell.operation.rpartition(".")[2]
    number = next(
        (
            f.number
            for f in findings
            if f.probe.partition(".")[2] == QUESTIONS[cell.about]
            and f.subject.unit == system
            and f.subject.item in ("", cell.operation, short)
        ),
        "",
    )
    return cell.model_copy(update={"finding": number})


def fitness(folder: Folder, artifacts: Artifacts) -> list[Fitness]:
    """What the census of each described system found of names, parameters and tokens."""
    found = [artifacts.get(SurfaceCensus, Subject(unit=name)) for name in folder.estate.systems]
    return [
        Fitness(
            system=census.subject.unit,
            reading=census.reading,
            alike=None if census.alike is None else list(census.alike),
            undocumented={name: list(fields) for name, fields in census.undocumented.items()},
        )
        for census in found
        if isinstance(census, SurfaceCensus)
    ]
