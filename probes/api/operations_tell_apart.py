"""Can an agent tell the operations apart by their words?"""

from __future__ import annotations

from typing import Any

from probes.derive.surface_census import SurfaceCensus
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.probe import BY_ROLE, Effort, Probe
from probes.wording import counted

SILENT_SHARE = 0.2


class OperationsTellApart(Probe):
    """Operations can be told apart by their words.

    Why: an agent chooses by names and descriptions. Two operations that say the same are chosen by chance.
    How: the words of every two operations are compared; pairs whose words overlap by 90 % or more, pairs with a called
    operation whose names differ only in the word for the deed, that take the same parameters and mean the same (sentence
    embeddings), and operations without words are counted.
    Remedy: write one sentence for each operation: what it does and when to use it instead of its neighbour. Retire the
    operation that nobody needs.
    """

    dimension, level, kind, effort = BY_ROLE, 3, "D", Effort((0.5, 2, 5), "API owner")
    needs = (SurfaceCensus,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        census: SurfaceCensus = artifacts[0]
        name = census.subject.unit
        if not census.operations:
            return not_measured(
                f"{name}: no described operation could be compared",
                cause="needs",
                would_measure=f"put a description with the operations of {name} under descriptions/ and name it",
            )
        if census.close:
            shown = tuple(Evidence(says=f"{p.one} and {p.other}: {p.says}") for p in census.close[:5])
            return not_met(
                f"{name} has {counted(len(census.close), 'pair')} of operations that say the same",
                *shown,
                cause="alike",
                grade="declared",
                consequence=_HARM,
            )
        if census.alike:
            shown = tuple(
                Evidence(says=f"{p.one} and {p.other}: cosine {p.cosine:.2f}, {p.shared:.0%} of parameters shared")
                for p in census.alike[:5]
            )
            return not_met(
                f"{name} has {counted(len(census.alike), 'pair')} of operations that mean the same to a model",
                *shown,
                cause="alike",
                grade="declared",
                consequence=_HARM,
            )
        if len(census.silent) > SILENT_SHARE * census.compared:
            shown = (Evidence(says="without words: " + ", ".join(census.silent[:8])),)
            return not_met(
                f"{len(census.silent)} of {counted(census.compared, 'operation')} of {name} lack words",
                *shown,
                cause="no words",
                grade="declared",
                consequence=_HARM,
            )
        return met(
            f"{counted(census.operations, 'operation')} of {name} can be told apart",
            Evidence(
                says=f"{counted(census.compared, 'operation')} compared, no pair overlaps by 90 %{_by_meaning(census)}"
            ),
            *_undocumented(census),
            grade="declared",
        )


_HARM = "The agent calls the operation beside the one it meant, and the customer gets something else than asked for."


def _by_meaning(census: SurfaceCensus) -> str:
    return "; compared by words only" if census.alike is None else ", and none means the same with the same parameters"


def _undocumented(census: SurfaceCensus) -> tuple[Evidence, ...]:
    """Parameters without a word are no confusion of operations; whoever mends the description wants to know them."""
    if not census.undocumented:
        return ()
    named = "; ".join(f"{operation}: {', '.join(names[:6])}" for operation, names in census.undocumented.items())
    return (Evidence(says=f"without a word about them: {named[:300]}"),)
