"""What the engine keeps of a case: its steps, its place in the queue of its customer, and its leave while it waits for somebody.

Two queues: in `cases` one case of a customer runs at a time, whatever process takes it; from `waiting` nobody takes, so that a case
may wait there for days without a thread, through restarts and upgrades.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

from runtime.cases import waiting_cases
from runtime.cases.hand_off import look_for_decision
from runtime.cases.waiting_cases import Waiting
from runtime.cases.walk import Suspended
from runtime.guardrails import confirmations
from runtime.piloting.pilot import Pilot
from runtime.storage.database import StateLost

CASE, CASES, WAITING = "case", "cases", "waiting"
P = ParamSpec("P")
R = TypeVar("R")
_coming, _came = threading.Lock(), [0]


def step(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A step of a case: run once, its result kept as JSON. When our own state is lost under it, nothing is recorded: the case is
    taken up again from here.
    """

    def made(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def called(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return function(*args, **kwargs)
            except StateLost as lost:
                raise Suspended from lost

        return DBOS.step(name=name)(called)

    return made


def enqueue(workflow: Callable[[dict[str, object]], object], case: dict[str, object]) -> None:
    """Puts a case in its customer's line under its own name; the same name again is the same case and changes nothing."""
    options = SetEnqueueOptions(queue_partition_key=line_of(case), priority=place_in_line())
    with SetWorkflowID(str(case["case"])), options:
        DBOS.enqueue_workflow(CASES, workflow, case)


def place_in_line() -> int:
    """Behind whoever came before, in hundredths of a second: the engine's own clock knows whole seconds on a file, and within
    one a customer's messages would be taken by their names. Starts anew every 248 days, for the engine takes 31 bits.
    """
    with _coming:
        _came[0] = max(_came[0] + 1, int(time.time() * 100))
        return 1 + _came[0] % (2**31 - 2)


def line_of(case: Mapping[str, object]) -> str:
    """Whose line a case stands in; one without a customer has its own."""
    return str(case.get("customer") or case["case"])


def park(pilot: Pilot, run: str) -> None:
    """Takes a case that has to wait out of its customer's line. Whoever answered in this very moment is not overlooked."""
    _outside(run, WAITING)
    found = waiting_cases.waiting_case(pilot.connection, run)
    if found is None or is_due(pilot, found):
        go_on(pilot, run)


def go_on(pilot: Pilot, run: str) -> None:
    """Puts a case that waited back in line: what it waited for is looked at again."""
    waiting_cases.drop(pilot.connection, run)
    _outside(run, CASES)


def put_back(run: str) -> None:
    """A case that this process will not begin any more: another one may."""
    _outside(run, CASES)


def is_due(pilot: Pilot, waiting: Waiting) -> bool:
    """Whether somebody has answered, or the time for it is over."""
    now = datetime.now(UTC)
    if now >= waiting.until:
        return True
    if waiting.handoff:
        return look_for_decision(pilot, waiting.handoff)
    return confirmations.open_question(pilot.connection, waiting.run, now=now) is None


def _outside(run: str, queue: str) -> None:
    """In a thread of its own: within a case the engine would take the move for one of its steps."""
    failed: list[BaseException] = []

    def move() -> None:
        try:
            DBOS.resume_workflow(run, queue_name=queue)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=move)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
