"""`goals.yaml`: intents and their steps: a list with closed branches and no loops, so that every path is finite.

A workflow *is* a goal; the systems it touches follow from its calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, RootModel, Tag, model_validator

from runtime.agent.bounds import AtMost
from runtime.written import Strict

Kind = Literal["date", "money", "phone", "email", "iban", "number"]
Ending = Literal["handoff", "stop"]


def _steps_or_ending(value: Any) -> Any:
    if not isinstance(value, list) and value not in ("handoff", "stop"):
        raise ValueError(f"write handoff, stop, or a list of steps, not {value!r}")
    return value


class Slot(Strict):
    """A value that must be *found*: in the session, in the customer's words, or chosen from a list read from a system."""

    from_: Literal["session", "utterance", "choice"] = Field("utterance", alias="from")
    is_: Kind | None = Field(
        None,
        alias="is",
        description="read with a library for it: 2026-11-30, 12.40, +49301555…, in the words of any locale",
    )
    pattern: str | None = None
    else_choose: str | None = Field(None, description="name of a given list to choose from when the words do not say")
    required: bool = True


class CallStep(Strict):
    """A call of an operation. `on_error` steps take its place when the system clearly says no; the path then goes on."""

    call: str
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    gives: dict[str, str] = Field(
        default_factory=dict, description="name → JSON pointer into the answer (RFC 6901); `/` is the whole answer"
    )
    same_effect: list[str] = Field(
        default_factory=list, description="names that say *what* is done: the idempotency key is made of them"
    )
    on_error: dict[str, Annotated[list[Step] | Ending, BeforeValidator(_steps_or_ending)]] = Field(
        default_factory=dict,
        description="status (`409`) or the end of the problem's type (`region-full`, RFC 9457) → what is done instead; any other error goes to a person",
    )
    undo: CallStep | None = Field(
        None,
        description="the call that takes this write back when a later step is refused, so that nothing half-done stays",
    )
    confirm: str | None = Field(
        None,
        description="question to the customer, with {names}; the write waits for a clear yes to exactly these arguments",
    )

    @model_validator(mode="after")
    def _undone_plainly(self) -> CallStep:
        if self.undo and (self.undo.undo or self.undo.on_error or self.undo.confirm):
            raise ValueError(
                "a call that takes something back is a plain call: no undo, on_error or confirm of its own"
            )
        return self

    @property
    def system(self) -> str:
        return self.call.split(".", 1)[0]

    @property
    def operation(self) -> str:
        return self.call.split(".", 1)[-1]


class RuleStep(Strict):
    rule: str
    with_: list[str] = Field(default_factory=list, alias="with")
    gives: list[str] = Field(min_length=1)


class WhenStep(Strict):
    when: str
    is_: str | int | bool = Field(
        alias="is", description="`positive`, `zero`, `true`, `false`, `present`, `absent`, or a literal"
    )
    do: list[Step]
    otherwise: Annotated[list[Step] | Ending, BeforeValidator(_steps_or_ending)]


class AskStep(Strict):
    ask: str
    gives: list[str] = Field(default_factory=list)
    troubleshooting: bool = Field(
        False, description="not asked of a customer whose patience is going; such a step gives nothing"
    )

    @model_validator(mode="after")
    def _gives_nothing(self) -> AskStep:
        if self.troubleshooting and self.gives:
            raise ValueError("a troubleshooting question may be left out, so it can give nothing: take away `gives`")
        return self


def _as_call(value: Any) -> Any:
    return {"call": value} if isinstance(value, str) else value


def _kind(step: Any) -> str | None:
    names = step if isinstance(step, dict) else step.__class__.model_fields
    return next((kind for kind in ("call", "rule", "when", "ask", "agent") if kind in names), None)


Tool = Annotated[
    Annotated[
        Annotated[CallStep, Tag("call")] | Annotated[RuleStep, Tag("rule")],
        Discriminator(_kind, custom_error_type="tool", custom_error_message="`may` names operations, calls or rules"),
    ],
    BeforeValidator(_as_call),
]


class Task(Strict):
    """What a language model is asked to do, and everything that it may use for it."""

    task: str = Field(min_length=1, max_length=2000, description="what is to be done, in words")
    may: list[Tool] = Field(min_length=1, description="operations and rules; what `with` fills in the model cannot say")
    gives: dict[str, Literal["text", "text?"]] = Field(default_factory=dict, description="the model's own words")
    at_most: AtMost = Field(default_factory=AtMost)

    @model_validator(mode="after")
    def _each_once(self) -> Task:
        tools = [tool.call if isinstance(tool, CallStep) else tool.rule for tool in self.may]
        said = [*tools, *self.gives, *(name for tool in self.may for name in tool.gives)]
        if twice := next((name for name in said if said.count(name) > 1), None):
            raise ValueError(f"{twice} stands twice in one agent step")
        if any(isinstance(tool, CallStep) and tool.on_error for tool in self.may):
            raise ValueError("a call of an agent step has no on_error: the model is told what the system answered")
        return self


class AgentStep(Strict):
    """A task for a language model that proposes calls; each is checked, decided on and done like any call of a goal."""

    agent: Task
    without: Annotated[list[Step] | Ending, BeforeValidator(_steps_or_ending)] = Field(
        "handoff", description="what is done instead where the pilot runs without a model"
    )

    @property
    def calls(self) -> list[CallStep]:
        return [tool for tool in self.agent.may if isinstance(tool, CallStep)]

    @property
    def gives(self) -> list[str]:
        """Names that the step gives; those of a tool that was not used are there and empty (`absent`)."""
        return [*(name for tool in self.agent.may for name in tool.gives), *self.agent.gives]


Step = Annotated[
    Annotated[CallStep, Tag("call")]
    | Annotated[RuleStep, Tag("rule")]
    | Annotated[WhenStep, Tag("when")]
    | Annotated[AskStep, Tag("ask")]
    | Annotated[AgentStep, Tag("agent")],
    Discriminator(
        _kind, custom_error_type="step", custom_error_message="a step starts with call, rule, when, ask or agent"
    ),
]


class Promised(Strict):
    """What the customer was told will follow after the case, and until when."""

    says: str = Field(min_length=1, description="in the customer's words: the credit stands on the next bill")
    within_days: int = Field(ge=1, le=366)


class Goal(Strict):
    category: str
    title: str | None = None
    utterances: list[str] = Field(min_length=1)
    but_not: list[str] = Field(default_factory=list, description="texts that sound like it and mean something else")
    slots: dict[str, Slot] = Field(default_factory=dict)
    steps: list[Step] = Field(min_length=1)
    done: str = Field("", description="what the customer is told when it is done; {names} of given values")
    promise: Promised | None = Field(None, description="what is still to come when the case is resolved")

    def calls(self) -> Iterator[CallStep]:
        """Every call on any path, in the written order."""
        yield from _calls(self.steps)

    def tools(self) -> list[CallStep]:
        """Calls that a model proposes, where the goal has agent steps."""
        return [call for step in every_step(self.steps) if isinstance(step, AgentStep) for call in step.calls]

    def operations(self) -> list[str]:
        """`system.operation` of every call, without repetition, in order."""
        return list(dict.fromkeys(call.call for call in self.calls()))


def _calls(steps: list[Step]) -> Iterator[CallStep]:
    for step in every_step(steps):
        for call in [step] if isinstance(step, CallStep) else step.calls if isinstance(step, AgentStep) else []:
            yield from filter(None, (call, call.undo))


def every_step(steps: list[Step]) -> Iterator[Step]:
    """Every step on any path, branches and error handlers included, in the written order."""
    for step in steps:
        yield step
        for inner in branches_of(step):
            yield from every_step(inner)


def branches_of(step: Step) -> list[list[Step]]:
    """The lists of steps inside a step."""
    inside: list[list[Step] | Ending] = []
    if isinstance(step, WhenStep):
        inside = [step.do, step.otherwise]
    elif isinstance(step, CallStep):
        inside = list(step.on_error.values())
    elif isinstance(step, AgentStep):
        inside = [step.without]
    return [found for found in inside if isinstance(found, list)]


class GoalsFile(RootModel[dict[str, Goal]]):
    """Workflow name → goal; the key `format` stands beside them."""

    @model_validator(mode="before")
    @classmethod
    def _without_format(cls, value: Any) -> Any:
        return {k: v for k, v in value.items() if k != "format"} if isinstance(value, dict) else value

    @property
    def goals(self) -> dict[str, Goal]:
        return self.root


CallStep.model_rebuild()
WhenStep.model_rebuild()
AgentStep.model_rebuild()
Goal.model_rebuild()
