"""An agent step of a goal: a language model proposes calls, each is checked, decided on, and done like any other call of the goal.

Its answers are recorded, reads and writes are the durable steps that all cases have. What it may call, with which arguments, how
often and how long does not depend on the model; beyond a bound a person gets the case, with what was done so far.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from runtime import plan
from runtime.agent import bounds
from runtime.agent.calls import Done, Told, do
from runtime.agent.sources import marked
from runtime.agent.steps import NO_MODEL, ask_model, tools_of
from runtime.agent.tools import Plain, Tool, arguments_of
from runtime.cases import steps
from runtime.cases.ends import to_person
from runtime.cases.figures import not_given
from runtime.cases.hand_off import Stopped
from runtime.cases.open_pilot import pilot
from runtime.cases.saying import read_by
from runtime.cases.walk import Halt, Walk
from runtime.escalation.form import StopClass
from runtime.goals import AgentStep
from runtime.understanding.rewording import unfit

FINISH, HAND_OVER = "finish", "hand_over"
WHOLE = ("stop", "tool_call", "")
"""How a whole answer ends; nothing is done with one that was cut."""


def work_on(walk: Walk, step: AgentStep) -> bool:
    """Works on the task until the model says that it is done; False where there is no model, and nothing was done.

    Raises:
        Halt: a person gets the case, or it was only observed.
        Suspended: it waits for somebody.
    """
    tools, missing = tools_of(walk.name, walk.step("agent tools"), walk.workflow, step, walk.given)
    if missing:
        raise to_person(walk, Stopped("tool_fault", "agent.tools", missing))
    known = {name: value for name, value in walk.given.items() if name != plan.MOOD}
    words = str(walk.case.get("message", ""))
    data = [marked("the customer", words, bounds.MOST_SHOWN), marked("the case so far", known, bounds.MOST_SHOWN)]
    walk.given |= dict.fromkeys(step.gives)
    return _Work(walk, step, tools, data).until_done()


@dataclass
class _Work:
    """One agent step under way; all of it is rebuilt from recorded answers when a case is taken up again."""

    walk: Walk
    step: AgentStep
    tools: list[Tool]
    data: list[str]
    turns: list[Plain] = field(default_factory=list)
    calls: int = 0
    wrong: int = 0
    tokens: int = 0
    seconds: float = 0.0
    shown: int = 0
    done: Done = field(default_factory=Done)

    def until_done(self) -> bool:
        while True:
            said = self._asked()
            if said["failed"] == NO_MODEL and not self.calls:
                return False
            if said["failed"] == NO_MODEL and self.done.writes and self._may_be_silent():
                return True  # what was asked for is done; only its own words are missing
            if said["failed"]:
                raise self._stopped("tool_fault", "agent.model", f"the model gave no answer: {said['failed']}")
            self._within("tokens", self.tokens, self.step.agent.at_most.tokens)
            self._within("seconds", self.seconds, self.step.agent.at_most.seconds)
            if self._answered(said):
                return True

    def _asked(self) -> Plain:
        most = self.step.agent.at_most
        left = {"seconds": max(0.05, most.seconds - self.seconds), "tokens": max(1, most.tokens - self.tokens)}
        named = self.walk.step("agent model")
        tools = [*(tool.plain() for tool in self.tools), *self._ends()]
        said = ask_model(self.walk.name, named, self.step.agent.task, self.data, self.turns, tools, left)
        self.tokens += said["tokens"]
        self.seconds += said["seconds"]
        return said

    def _answered(self, said: Plain) -> bool:
        """Does what the answer asks for, in its order; True when the model says that the task is done."""
        turn = {**said, "results": []}
        self.turns.append(turn)
        if said["finish"] not in WHOLE:
            turn["calls"] = []  # cut short, or stopped by a filter: nothing of it is done
            self._tell(turn, f"your answer was not whole ({said['finish'][:20]})")
        elif not said["calls"]:
            self._tell(turn, f"call a tool, {FINISH} or {HAND_OVER}")
        for call in turn["calls"]:
            try:
                if self._ended(call):
                    return True
                self._show(turn, call["name"], self._done(call))
            except Told as told:
                self._tell(turn, str(told))
        return False

    def _done(self, call: Plain) -> Any:
        self.calls += 1
        self._within("calls", self.calls, self.step.agent.at_most.calls)
        tool = next((tool for tool in self.tools if tool.name == call["name"]), None)
        if tool is None:
            raise Told(f"there is no tool {call['name']!r}; there are: {', '.join(t.name for t in self.tools)}")
        return do(self.walk, self.step, tool, call["arguments"], self.done)

    def _ended(self, call: Plain) -> bool:
        if call["name"] not in (FINISH, HAND_OVER):
            return False
        end = next(end for end in self._ends() if end["name"] == call["name"])
        try:
            said = arguments_of(Tool.of({**end, "does": "", "kind": "rule", "fills": []}), call["arguments"])
        except ValueError as error:
            raise Told(str(error)) from None
        if call["name"] == HAND_OVER:
            why = "".join(letter for letter in said["why"][:200] if letter.isprintable())
            raise self._stopped("low_confidence", "agent.gave_up", f"the model gave up, in its words: {why!r}")
        sources = read_by(self.walk)
        for name, text in said.items():
            if wrong := _unfit(text, sources):
                raise Told(f"{name}: {wrong}")
        if self._may_write() and not self.done.writes:
            raise self._stopped(
                "low_confidence", "agent.nothing_done", "the model ended its task without doing anything"
            )
        self.walk.given |= said
        return True

    def _ends(self) -> list[Plain]:
        """The two ways to end, as tools."""
        gives = self.step.agent.gives
        text = {"type": "string", "maxLength": bounds.MOST_WORDS}
        needed = [name for name, kind in gives.items() if kind == "text"]
        return [
            _end(FINISH, "the task is done", dict.fromkeys(gives, text), needed),
            _end(HAND_OVER, "a person has to go on", {"why": text}, ["why"]),
        ]

    def _show(self, turn: Plain, name: str, answer: Any) -> None:
        text = marked(name, answer, bounds.MOST_SHOWN)
        self.shown += len(text)
        self._within("characters of answers", self.shown, bounds.MOST_SHOWN_IN_ALL)
        turn["results"].append(text)

    def _tell(self, turn: Plain, says: str) -> None:
        """An error that the model hears of; with the second one a person gets the case."""
        self.wrong += 1
        steps.note(
            self.walk.name, self.walk.step("agent refused"), {"reason": says, "rule": "agent"}, decision="refuse"
        )
        if self.wrong >= bounds.MOST_WRONG:
            raise self._stopped("conflict", "agent.wrong", f"the model was wrong {self.wrong} times, at last: {says}")
        turn["results"].append(f"error: {says}")

    def _within(self, what: str, used: float, most: float) -> None:
        if used > most:
            raise self._stopped("other", "agent.at_most", f"the model used up its {most:,g} {what}")

    def _stopped(self, kind: StopClass, rule: str, says: str) -> Halt:
        return to_person(self.walk, Stopped(kind, rule, says))

    def _may_be_silent(self) -> bool:
        return all(kind == "text?" for kind in self.step.agent.gives.values())

    def _may_write(self) -> bool:
        return any(pilot().estate.is_write(call.call) for call in self.step.calls)


def _end(name: str, says: str, properties: Plain, needed: list[str]) -> Plain:
    schema = {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}
    return {"name": name, "says": says, "schema": schema}


def _unfit(text: str, sources: list[Any]) -> str:
    """Why the model's own words are not used."""
    if invented := not_given(text, sources):
        return f"it names {invented[0][:40]}, which no system gave"
    return unfit(text)
