"""One case from message to outcome, as a durable workflow: understand, plan, decide, act, remember.

Each look at the world is a step (case_steps.py), so that after `kill -9` finished steps are not run again; the step that was
under way runs again, and exactly_once.py makes writes safe for that. Between steps everything is a function of their results.
A case that waits for a person leaves the engine and is taken up again; it holds no thread for the days that may take.
"""

from __future__ import annotations

import logging
import threading
import time

from dbos import DBOS
from dbos._error import DBOSException

from runtime import plan
from runtime.cases import steps
from runtime.cases.along_goal import fill_slots, walk_along
from runtime.cases.ends import spoken, to_person
from runtime.cases.hand_off import Stopped
from runtime.cases.open_pilot import Plain, close, is_closing, pilot, use
from runtime.cases.replies import ASK_AGAIN, NOT_HERE
from runtime.cases.saying import done_words
from runtime.cases.taking_back import take_back
from runtime.cases.walk import Halt, Suspended, Waits, Walk
from runtime.engine import durable
from runtime.gate import narrowest
from runtime.storage.database import StateLost
from runtime.understanding.understand import Understood

__all__ = ["run_case", "use", "wait_until_idle"]
MOST_RECOVERIES = 1_000_000  # a case may wait through as many restarts as it takes
log = logging.getLogger(__name__)
_active: list[str] = []
_changing = threading.Lock()


@DBOS.workflow(name=durable.CASE, max_recovery_attempts=MOST_RECOVERIES)
def run_case(case: Plain) -> Plain:
    """The whole case; gives the line that `pilot run --json` prints."""
    with _changing:
        if is_closing():
            durable.put_back(case["case"])
            raise Suspended
        _active.append(case["case"])
    try:
        line = spoken(_run(case))
        steps.remember(case, line["intent"] or "", line["outcome"], line["reason"])
        return line
    except Waits:
        durable.park(pilot(), case["case"])
        raise
    except StateLost as lost:
        raise Suspended from lost
    finally:
        with _changing:
            _active.remove(case["case"])


def wait_until_idle(timeout: float = 120.0) -> None:
    """Lets cases under way come to their end before the engine goes; what takes longer is recovered at the next start."""
    with _changing:
        close()
    until = time.monotonic() + timeout
    while _active and time.monotonic() < until:
        time.sleep(0.02)


def _run(case: Plain) -> Plain:
    understood = Understood.of(steps.understood_of(case))
    intent = understood.intent
    walk = Walk(case, intent or "", "observe", understood)
    try:
        _stay_silent(walk)
        if understood.stop:
            walk.is_simulated = steps.simulated(intent or "")
            stop = understood.stop
            raise to_person(walk, Stopped(stop.kind, stop.rule, stop.says))
        if intent is None:
            steps.note(case["case"], "01 ask", {"says": "the message fits no goal clearly enough"})
            raise Halt("asked", "the message fits no goal clearly enough", ASK_AGAIN)
        allowed = steps.allowed(case["case"], intent)
        walk.autonomy = narrowest(allowed["autonomy"], "approve") if understood.proposed else allowed["autonomy"]
        walk.is_simulated = walk.autonomy == "observe"
        if walk.autonomy == "blocked":
            steps.note(case["case"], "01 gate", {"says": allowed["why"]}, decision="blocked")
            raise Halt("blocked", allowed["why"], NOT_HERE)
        if allowed["left"]:
            raise to_person(walk, Stopped("other", "pilot.share", allowed["left"]))
        walk.given[plan.MOOD] = {"frustrated": walk.is_frustrated}
        fill_slots(walk)
        walk_along(walk, pilot().estate.goals[walk.workflow].steps)
    except Halt as halt:
        taken_back = take_back(walk) if halt.outcome in ("refused", "handed_off") else ""
        return walk.line(halt.outcome, "; ".join(filter(None, (halt.reason, taken_back))), halt.reply)
    except (DBOSException, StateLost):
        raise  # the engine's own: hand_over_stranded() finds it
    except Exception as failed:
        if is_closing():
            log.warning("case %s is left to the next start: %s", case["case"], type(failed).__name__)
            raise Suspended from failed
        log.exception("case %s failed and goes to a person", case["case"])
        return _failed(walk, type(failed).__name__)
    return walk.line("resolved", "every step was done", done_words(walk))


def _stay_silent(walk: Walk) -> None:
    """While a person has the conversation the agent says nothing; the customer's words go to that person."""
    found = steps.with_person(walk.case)
    if not found["case"]:
        return
    says = f"a person has this conversation (case {found['case']})"
    if not found["noted"]:  # the ticket takes no notes: a handoff of its own, so that the words are not lost
        stopped = Stopped("other", "conversation.open", f"the customer wrote again; {says}")
        steps.to_person(walk.case, walk.workflow, walk.understood.plain(), stopped.plain())
    raise Halt("handed_off", says)


def _failed(walk: Walk, name: str) -> Plain:
    """A fault of our own is not the customer's: a person gets the case."""
    halt = to_person(walk, Stopped("tool_fault", "fault", f"the agent itself failed ({name})"))
    return walk.line(halt.outcome, halt.reason, halt.reply)
