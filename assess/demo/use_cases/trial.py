"""A use case from end to end on this machine: its systems started, its cases run through the enforcing proxy, its outcomes compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from assess.demo.estate import demo_data
from assess.demo.rest_service import Record
from assess.demo.use_cases import estate, telecom
from assess.demo.use_cases.folder import Case, cases_of, write_cases
from assess.demo.use_cases.gate import write_trial_gate
from assess.engagement import load_folder
from assess.piloting import CaseResult, run_one, running
from runtime.errors import BadInput, did_you_mean
from runtime.gate import RepeatSafe
from runtime.understanding.encode import Encode
from runtime.understanding.model import Propose


class Systems(Protocol):
    """Running systems of a use case. `made`: kind and record of what was created and not taken back."""

    @property
    def data(self) -> Path: ...
    @property
    def title(self) -> str: ...
    @property
    def not_repeat_safe(self) -> tuple[str, ...]: ...
    @property
    def made(self) -> list[tuple[str, Record]]: ...
    @property
    def tickets(self) -> list[Record]: ...
    def environment(self) -> dict[str, str]: ...
    def write_folder(self, target: Path) -> None: ...


@dataclass(frozen=True)
class Tried:
    """One case with what came of it. `wrong`: sentences, empty when all is as expected; `made`: records of its customer by kind."""

    name: str
    result: CaseResult
    made: Mapping[str, int]
    wrong: tuple[str, ...]

    def line(self) -> dict[str, Any]:
        return {**self.result.line(), "case": self.name, "made": dict(self.made), "wrong": list(self.wrong)}


def names() -> list[str]:
    """Bundled use cases."""
    return sorted(path.parent.name for path in _place().glob("*/cases.jsonl"))


def known(name: str) -> str:
    """The name, if there is such a use case.

    Raises:
        BadInput: there is none.
    """
    if name not in names():
        near = did_you_mean(name, names())
        raise BadInput(f"there is no use case {name!r}{near}", "", f"one of: {', '.join(names())}")
    return name


def place_of(name: str) -> Path:
    """Where a use case's data is.

    Raises:
        BadInput: there is no such use case.
    """
    return _place() / known(name)


def about() -> dict[str, str]:
    """Use case → what it shows, one sentence."""
    return {name: telecom.SAYS if name == telecom.NAME else estate.read_file(_place() / name).says for name in names()}


def systems_of(name: str) -> AbstractContextManager[Systems]:
    """A use case's systems, started for the block.

    Raises:
        BadInput: there is no such use case.
    """
    place = place_of(name)
    return telecom.start(place) if name == telecom.NAME else estate.start(place)


def prepare(folder: Path, systems: Systems) -> None:
    """Writes the folder of a use case with its cases and its trial gate."""
    systems.write_folder(folder)
    write_cases(folder, cases_of(systems.data))
    repeat = {call: RepeatSafe() for call in systems.not_repeat_safe}
    write_trial_gate(folder, dict.fromkeys(load_folder(folder).estate.goals, "act"), repeat=repeat)


def try_use_case(
    name: str,
    folder: Path,
    encode: Encode,
    *,
    propose: Propose | None = None,
    progress: Callable[[Tried], None] | None = None,
) -> list[Tried]:
    """Runs every case of a use case; no model is needed and nothing leaves this machine.

    Args:
        folder: an empty or new one; it holds the engagement, the gate and the pilot's log afterwards.

    Raises:
        BadInput: there is no such use case.
    """
    tried: list[Tried] = []
    with systems_of(name) as systems:
        prepare(folder, systems)
        with running(load_folder(folder), secrets=systems.environment(), encode=encode, propose=propose) as engine:
            for case in cases_of(systems.data):
                expected = case.pop("expect", {})
                result = run_one(engine, case)
                made = _made(systems, str(case.get("customer", "")))
                tried.append(Tried(case["case"], result, made, tuple(_differs(expected, result, made, systems, case))))
                if progress:
                    progress(tried[-1])
    return tried


def _made(systems: Systems, customer: str) -> dict[str, int]:
    """Records that were made for a customer and not taken back, by kind."""
    kinds = [kind for kind, record in systems.made if record.get("account_id") == customer]
    return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}


def _differs(
    expected: Case, result: CaseResult, made: Mapping[str, int], systems: Systems, case: Case
) -> Iterator[str]:
    """Where the result is not what the case expects, in sentences."""
    if expected.get("outcome", result.outcome) != result.outcome:
        yield f"expected {expected['outcome']}, came {result.outcome}"
    for name in ("reason", "reply"):
        if expected.get(name, "") not in getattr(result, name):
            yield f"the {name} does not say {expected[name]!r}: {getattr(result, name)!r}"
    if "made" in expected and dict(made) != expected["made"]:
        yield f"expected {expected['made']} in the systems, found {dict(made)}"
    queue = expected.get("queue")
    if queue and not any(
        ticket["queue"] == queue and str(case["customer"]) in ticket["body"] for ticket in systems.tickets
    ):
        yield f"no ticket about {case['customer']} in {queue}"


def _place() -> Path:
    return demo_data() / "use_cases"
