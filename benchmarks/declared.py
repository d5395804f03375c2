"""Every declared question of one description, asked without an engagement, a network or a person; prints what came out.

    python -m benchmarks.declared FILE [--folder DIR]     one document: findings and seconds
    python -m benchmarks.declared --all DIR               a table: document, outcome, seconds

Goes the way of `collect` and `assess`: the gatherer `describe`, the derivers of systems, then each probe that these
artifacts suffice for. Any attempt to connect ends the run.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from probes.artifact import Artifact, Missing
from probes.finding import Outcome
from probes.gather.describe import Described
from runtime.errors import BadInput
from runtime.escalation.routes import EscalationFile
from runtime.estate import Estate
from runtime.guardrails.policy import GuardrailsFile
from runtime.systems.settings import SystemSettings

SYSTEM = "system"
NO_REASON = "no reason was given"
SUFFIXES = (".yaml", ".yml", ".json", ".wsdl")
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Declared:
    """What one document came to. `reason` is empty where its operations can be used as they are declared."""

    document: Path
    format: str
    operations: int
    reason: str
    outcomes: Mapping[str, Outcome]
    seconds: float

    @property
    def line(self) -> str:
        states = Counter(outcome.state.value for outcome in self.outcomes.values())
        said = self.reason or ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in sorted(states.items()))
        return f"{self.format:<12} {self.operations:>5} operations  {self.seconds:>6.2f} s  {said}"


def declared(document: Path, folder: Path) -> Declared:
    """Loads a document, derives, judges."""
    began = time.perf_counter()
    estate = _estate(document, folder)
    found = _artifacts(estate)
    described = found.get((Described.kind, SYSTEM, ""))
    outcomes = dict(_judged(found))
    took = time.perf_counter() - began
    if not isinstance(described, Described):
        return Declared(document, "none", 0, getattr(described, "detail", "nothing was found"), outcomes, took)
    blockers = [what for grade, what, _ in described.problems if grade == "blocker"]
    reason = blockers[0] if blockers else "" if described.operations else NO_REASON
    return Declared(
        document, described.document_format, len(described.operations), reason, outcomes, took
    )  # fmt: skip


def _estate(document: Path, folder: Path) -> Estate:
    written = {
        "role": "billing",
        "protocol": "soap" if document.suffix == ".wsdl" else "rest",
        "description": document.relative_to(folder).as_posix(),
        "environments": {"staging": {"url": "http://127.0.0.1:9"}},
    }
    return Estate(
        folder=folder,
        organisation="benchmark",
        currency="EUR",
        systems={SYSTEM: SystemSettings.model_validate(written)},
        effects={},
        guardrails=GuardrailsFile.model_validate({"format": 1}),
        goals={},
        escalation=EscalationFile(),
    )


def _artifacts(estate: Estate) -> dict[Any, Artifact | Missing]:
    from probes.api import questions
    from probes.derive.run import Derivation, derive
    from probes.gather import describe
    from probes.gather.session import Session
    from runtime.systems.trace import Trace

    trace: Any = Trace.memory()
    session = Session(estate, "r", estate.folder, NOW, trace, None, {}, {})  # type: ignore[arg-type]
    found: dict[Any, Artifact | Missing] = {}
    try:
        for one in describe.gather_system(session, SYSTEM):
            found[one.key] = one
    except BadInput as error:
        found[(Described.kind, SYSTEM, "")] = _missing(str(error))
        return found
    for _, derived in derive(questions.DERIVERS, Derivation(estate, estate.folder, NOW, found)):
        found[derived.key] = derived
    return found


def _missing(detail: str) -> Missing:
    from probes.finding import Subject

    return Missing(
        wanted=Described.kind, subject=Subject(unit=SYSTEM), cause="failed", detail=detail, would_measure="mend it"
    )


def _judged(found: Mapping[Any, Artifact | Missing]) -> Iterator[tuple[str, Outcome]]:
    from probes.api import questions

    by_kind = {type(one): one for one in found.values() if isinstance(one, Artifact)}
    for probe in questions.PROBES:
        if probe.kind in ("D", "D/M") and all(kind in by_kind for kind in probe.needs):
            yield probe.__name__, probe().judge(*(by_kind[kind] for kind in probe.needs))


def offline() -> None:
    """From now on an attempt to connect, or to look a name up, raises."""

    def guard(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.getaddrinfo", "urllib.Request"):
            raise RuntimeError(f"a description led to the network: {event} {arguments[-1]}")

    sys.addaudithook(guard)


def walk(folder: Path) -> Iterator[Declared]:
    """Every document below a folder, in order of its name."""
    for document in sorted(folder.rglob("*")):
        if document.suffix in SUFFIXES and document.is_file():
            yield declared(document, folder)


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--folder", type=Path, help="the engagement's folder; default: the file's")
    parser.add_argument("--all", type=Path, metavar="DIR")
    options = parser.parse_args(given)
    offline()
    if options.all:
        table(options.all.resolve())
        return
    file = options.file.resolve()
    one = declared(file, (options.folder or file.parent).resolve())
    print(one.line)
    for name, outcome in one.outcomes.items():
        print(f"  {name:<24} {outcome.state.value:<14} {outcome.title}")


def table(folder: Path) -> None:
    """One line a document, then how many loaded and the slowest."""
    found = []
    for one in walk(folder):
        print(f"{one.document.relative_to(folder).as_posix()[-70:]:<70} {one.line}", flush=True)
        found.append(one)
    loaded = sum(1 for one in found if not one.reason)
    slowest = max(found, key=lambda one: one.seconds, default=None)
    if slowest:
        print(
            f"{len(found)} documents: {loaded} load, {len(found) - loaded} have a reason why not; "
            f"slowest {slowest.document.name} {slowest.seconds:.2f} s"
        )


if __name__ == "__main__":
    main()
