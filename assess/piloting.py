"""The pilot of an engagement's folder: opened on its newest gate, fed with cases, asked for decisions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from assess.engagement import Folder
from runtime.errors import BadInput, Conflict
from runtime.piloting.gate_check import read_gate
from runtime.systems.settings import Autonomy
from runtime.understanding.encode import Encode
from runtime.understanding.model import Propose
from runtime.understanding.model_client import model_of
from runtime.understanding.rewording import Reword

if TYPE_CHECKING:
    from runtime.engine.engine import Engine
    from runtime.piloting.pilot import Pilot
    from runtime.storage.forgetting import Forgotten

Progress = Callable[["CaseResult"], None]


@dataclass(frozen=True)
class CaseResult:
    """The line of `pilot run --json`. `outcome`: resolved, waiting, observed, handed_off, asked, refused, blocked, unknown.

    `handoff` names the approval that a waiting case waits for.
    """

    case: str
    run: str
    intent: str | None
    autonomy: str
    outcome: str
    reason: str
    writes: tuple[Mapping[str, Any], ...] = ()
    reply: str = ""
    handoff: str = ""

    def line(self) -> dict[str, Any]:
        """As it is printed; `handoff` only while it waits."""
        found = {**asdict(self), "writes": [dict(write) for write in self.writes]}
        return found if self.handoff else {name: value for name, value in found.items() if name != "handoff"}


@contextmanager
def running(
    folder: Folder,
    *,
    secrets: Mapping[str, str] | None = None,
    encode: Encode | None = None,
    at_most: Autonomy = "act",
    propose: Propose | None = None,
    reword: Reword | None = None,
    model: Any = None,
    worker: str = "",
    threads: int | None = None,
) -> Iterator[Engine]:
    """An open pilot with its engine; what an earlier process left unfinished is taken up.

    Raises:
        BadInput: no gate yet, or goals that cannot be walked safely.
        Conflict: another pilot runs in this folder.
    """
    from runtime.engine.engine import THREADS, engine

    opened = pilot_of(folder, secrets=secrets, encode=encode, at_most=at_most, propose=propose, reword=reword)
    opened.worker, opened.model = worker, model or opened.model
    with opened as pilot:
        pilot.check_ways()
        with engine(pilot, threads=threads or THREADS) as started:
            started.hand_over_stranded()
            started.expire()
            yield started


def pilot_of(
    folder: Folder,
    *,
    secrets: Mapping[str, str] | None = None,
    encode: Encode | None = None,
    at_most: Autonomy = "act",
    propose: Propose | None = None,
    reword: Reword | None = None,
) -> Pilot:
    """The folder's pilot, not yet opened."""
    from runtime.piloting.pilot import Pilot

    check_goals(folder)
    if encode is None:
        from assess.measuring import default_encoder

        encode = default_encoder()
    return Pilot(
        estate=folder.estate,
        gate=read_gate(folder.path),
        settings=folder.pilot.value,
        secrets=secrets if secrets is not None else os.environ,
        encode=encode,
        at_most="observe" if folder.pilot.value.stopped else at_most,
        propose=propose,
        reword=reword,
        model=model_of(os.environ),
    )


def check_goals(folder: Folder) -> None:
    """Refuses goals whose writes nothing decides on, or whose names lead nowhere.

    Raises:
        BadInput: with the first thing that is wrong.
    """
    from runtime import rules
    from runtime.goal_lint import lint

    wrong = lint(folder.estate, rules.installed())
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise BadInput(
            f"{wrong[0]}{more}",
            folder.goals.place(*wrong[0].keys),
            f"`cxready pilot plan {folder.path}` lists all of them",
        )


def run_cases(
    folder: Folder,
    cases: Iterable[Mapping[str, Any]],
    *,
    secrets: Mapping[str, str] | None = None,
    encode: Encode | None = None,
    at_most: Autonomy = "act",
    propose: Propose | None = None,
    reword: Reword | None = None,
    model: Any = None,
    progress: Progress | None = None,
) -> list[CaseResult]:
    """Runs cases one after the other; one that waits for a person does not hold up the next.

    Args:
        cases: mappings with case, customer, session, channel, message; `turns` said before; `answers` names the case whose
            question the message answers.
        propose: a model that may name a goal when the words are not clear.
        reword: a model that may put a finished reply into other words.
        model: for agent steps (`pydantic_ai.models.Model`); else the one that CXREADY_MODEL and CXREADY_MODEL_URL name.
        progress: called with each result as it comes.
    """
    results: list[CaseResult] = []
    with running(
        folder, secrets=secrets, encode=encode, at_most=at_most, propose=propose, reword=reword, model=model
    ) as engine:
        for case in cases:
            results.append(run_one(engine, case))
            if progress:
                progress(results[-1])
    return results


def run_one(engine: Engine, case: Mapping[str, Any]) -> CaseResult:
    """A case, or a customer's answer to what an earlier one asked; its result is then that case's."""
    name, earlier = str(case["case"]), str(case.get("answers") or "")
    if not earlier:
        engine.start(case)
        return result_of(engine.outcome(name), name)
    if not engine.answer(earlier, case["message"], str(case.get("customer") or "")):
        return CaseResult(name, earlier, None, "observe", "asked", f"{earlier} waits for no answer of this customer")
    return result_of(engine.outcome(earlier), earlier)


def take_up(
    folder: Folder,
    *,
    secrets: Mapping[str, str] | None = None,
    encode: Encode | None = None,
    at_most: Autonomy = "act",
    model: Any = None,
    progress: Progress | None = None,
) -> list[CaseResult]:
    """Goes on with every case that an earlier process left: after a crash, or because it waits for a person."""
    results: list[CaseResult] = []
    with running(folder, secrets=secrets, encode=encode, at_most=at_most, model=model) as engine:
        for run in engine.unfinished():
            results.append(result_of(engine.outcome(run), run))
            if progress:
                progress(results[-1])
    return results


def forget_customer(folder: Folder, customer: str) -> Forgotten:
    """Erases everything that the pilot keeps of a customer (forgetting.py)."""
    from runtime.storage.forgetting import forget

    return forget(folder.path / ".cxready", customer, os.environ)


def decide(
    folder: Folder,
    run: str,
    option: str,
    by: str,
    *,
    secrets: Mapping[str, str] | None = None,
    encode: Encode | None = None,
) -> CaseResult:
    """A person's decision about a waiting case, and what came of it.

    Raises:
        BadInput: the case waits for nothing, or this person may not decide.
    """
    from runtime.cases.approval import decide_in_person

    with ExitStack() as open_until_done:
        try:
            engine = open_until_done.enter_context(running(folder, secrets=secrets, encode=encode))
        except Conflict:
            return _decided_beside(folder, run, option, by, secrets, encode)
        if run in engine.unfinished():
            engine.outcome(run, timeout=60)  # taken up again
        decide_in_person(engine.pilot, run, option, by)
        engine.resume(run)
        return result_of(engine.outcome(run), run)


def _decided_beside(
    folder: Folder, run: str, option: str, by: str, secrets: Mapping[str, str] | None, encode: Encode | None
) -> CaseResult:
    """Another process runs the pilot, like the console: the decision is recorded, and that process goes on with the case."""
    from runtime.cases.approval import decide_in_person

    handoff = decide_in_person(pilot_of(folder, secrets=secrets, encode=encode), run, option, by)
    return CaseResult(
        run,
        run,
        handoff.workflow,
        "approve",
        "waiting",
        f"{option} was recorded; the pilot that is running goes on with it",
    )


def result_of(line: Mapping[str, Any] | None, run: str) -> CaseResult:
    """A line of the engine as a result; None is a case that is still under way."""
    if line is None:
        return CaseResult(run, run, None, "observe", "unknown", "still under way; run `cxready pilot status`")
    return CaseResult(**{**line, "writes": tuple(line["writes"])})
