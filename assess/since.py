"""The page "Changed since version N", and confirmed against self-assessed through the issued versions.

Both need the folder: a bundle alone knows nothing of what was handed over before.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

from assess.assessment import Assessment
from assess.comparing import compare_opened
from assess.comparison import Change, Comparison
from assess.issued import read_issued, versions
from assess.judge import Verdict
from assess.opening import Opened, judged, opened
from assess.version_figures import Mover, Since, Standing
from probes.finding import DIMENSIONS


def judged_with_history(at: Opened, verdict: Verdict | None = None) -> Verdict:
    """The verdict with its place in the series; unchanged where nothing was issued yet.

    Raises:
        Conflict: an issued version was changed after it was issued.
    """
    verdict = verdict or judged(at)
    found = versions(at.folder.path)
    if not found:
        return verdict
    assessment = verdict.assessment.model_copy(
        update={
            "since": _since(found[-1], at, verdict),
            "standings": [*_standings(found), _standing("now", verdict.assessment)],
        }
    )
    return replace(verdict, assessment=assessment)


def _since(path: Path, at: Opened, verdict: Verdict) -> Since:
    said = read_issued(path)
    with opened(path) as before:
        comparison = compare_opened(before, at, verdict.register, verdict)
    return since_of(comparison, said.version, said.issued)


def since_of(c: Comparison, version: int, issued: date) -> Since:
    """A comparison with an issued version, in words for one page."""
    levels = [(f"{d}: level", *(_span(m.confirmed[n], m.possible[n]) for n in (0, 1))) for d, m in c.levels.items()]
    gates = [(f"{g.title}:", g.was or "not there", g.now or "gone") for g in c.gates]
    rows = [*levels, *gates]
    return Since(
        version=version,
        issued=issued,
        same_evidence=c.same_evidence,
        inputs=c.inputs,
        moved=[f"{what} {was} → {now}" for what, was, now in rows if was != now],
        unmoved=[f"{what} {now}" for what, was, now in rows if was == now],
        by_file=[Mover(file=name, moves=list(moves)) for name, moves in c.moved_by.items()],
        mended=[_said(x) for x in c.mended],
        broken=[_said(x) for x in c.broken],
        first_measured=[_said(x) for x in c.first_measured],
        gone=[*(_said(x) for x in c.gone), *(name for names in c.inventory_gone.values() for name in names)],
    )


def _standings(found: list[Path]) -> list[Standing]:
    """Issued versions as their own frozen files say; they are not judged again here."""
    return [_frozen(f"version {read_issued(path).version}", path / "assessment.json") for path in found]


def _frozen(name: str, path: Path) -> Standing:
    """Only what is needed is read: the shape of the file may be that of an older version."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Standing(
        name=name,
        as_of=date.fromisoformat(raw["as_of"][:10]),
        confirmed={d: raw["levels"][d]["confirmed"] for d in DIMENSIONS},
        self_assessed={d: raw["levels"][d].get("self_assessed") for d in DIMENSIONS},
    )


def _standing(name: str, a: Assessment) -> Standing:
    return Standing(
        name=name,
        as_of=a.as_of.date(),
        confirmed={d: a.levels[d].confirmed for d in DIMENSIONS},
        self_assessed={d: a.levels[d].self_assessed for d in DIMENSIONS},
    )


def _span(confirmed: int, possible: int) -> str:
    return str(confirmed) if confirmed == possible else f"{confirmed}–{possible}"


def _said(change: Change) -> str:
    return f"{change.number or f'{change.probe}({change.subject})'}: {change.title}"
