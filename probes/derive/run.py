"""Deriving: what follows from artifacts without a network, one deriver after the other, each result kept like a
gathered one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from probes.artifact import Artifact, Missing
from probes.finding import Subject
from runtime.errors import CxreadyError
from runtime.estate import Estate

if TYPE_CHECKING:
    from runtime.understanding.encode import Encode

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Derivation:
    """What a deriver may use: the estate, what was gathered, the time of the run, and an encoder of texts when there
    is one.
    """

    estate: Estate
    folder: Path
    now: datetime
    found: Mapping[Key, Artifact | Missing]
    encode: Encode | None = None
    progress: Callable[[str], None] = field(default=lambda says: None)
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Deriver:
    """`run` yields artifacts; what it cannot derive is Missing. `probes` are the questions that need it."""

    name: str
    run: Callable[[Derivation], Iterator[Artifact | Missing]]
    gives: tuple[type[Artifact], ...] = ()
    probes: tuple[str, ...] = ()

    def serves(self, probe: str) -> bool:
        return probe in self.probes or probe.rpartition(".")[2] in self.probes


def derive(derivers: Iterable[Deriver], derivation: Derivation) -> Iterator[tuple[Deriver, Artifact | Missing]]:
    """Every deriver in turn; one that fails leaves Missing values and the rest goes on."""
    for deriver in derivers:
        derivation.progress(deriver.name)
        try:
            for found in deriver.run(derivation):
                yield deriver, found
        except CxreadyError as error:
            for kind in deriver.gives:
                yield (
                    deriver,
                    Missing(
                        wanted=kind.kind,
                        subject=Subject(unit="*"),
                        cause="failed",
                        detail=str(error),
                        would_measure="mend what the message names and run `cxready collect DIR` again",
                    ),
                )
