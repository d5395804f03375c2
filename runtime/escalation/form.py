"""The handoff as a form (format 1): what a person needs to decide, each claim tied to a line of the decision log.

Parts follow I-PASS and SBAR (Starmer et al., NEJM 2014;371:1803): severity and request first, situation, actions, if-
then.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

QUOTE_LENGTH = 280
StopClass = Literal[
    "limit",
    "restricted_data",
    "asked_for_human",
    "frustration",
    "high_stakes",
    "low_confidence",
    "tool_fault",
    "unknown_effect",
    "conflict",
    "not_allowed",
    "other",
]


class Part(BaseModel):
    """Base of every part: closed and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(Part):
    """One way to decide. `effect` is the digest of the action that it would set free; None does nothing."""

    id: str = Field(pattern=r"^[a-z][a-z_]{1,30}$")
    says: str
    effect: str | None = None


class Ask(Part):
    kind: Literal["decide", "take_over"] = "decide"
    question: str
    options: tuple[Option, ...] = ()
    decide_by: datetime | None = None
    if_no_answer: str = ""


class Reason(Part):
    """Why the agent stopped: the rule, its class, and one sentence with the figures in business words."""

    rule: str
    class_: StopClass = Field(alias="class")
    text: str

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Feeling(Part):
    """Frustration 0–1 and what it was read from; never a number alone."""

    z: float = Field(0.0, ge=0, le=1)
    because: tuple[str, ...] = ()


class Customer(Part):
    ref: str
    display: str
    language: str = "en"
    waiting_since: datetime | None = None
    channel: str = ""
    reach: str = ""
    mood: Feeling = Field(default_factory=Feeling)


class Fact(Part):
    """A value read from a system. `evidence` is the line of the decision log, `log:<seq>`."""

    name: str
    value: Any
    source: str
    at: datetime
    evidence: str = Field(pattern=r"^log:\d+$")


class Attempt(Part):
    step: str
    result: Literal["ok", "held", "refused", "failed", "unknown"]
    seq: int


class Effects(Part):
    done: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    not_done: tuple[str, ...] = ()


class Recommendation(Part):
    option: str
    because: str
    if_then: str = ""


class Transcript(Part):
    turns: int = 0
    last: int = 0
    digest: str = ""
    link: str = ""


class RouteTaken(Part):
    id: str
    queue: str = ""
    budget_s: int = 14_400


class Return(Part):
    """How the decision comes back. `code` stands alone on the line `APPROVE <code>` of a reply."""

    ways: tuple[Literal["link", "ticket_field", "reply", "console"], ...] = ("ticket_field",)
    code: str = ""


class Memory(Part):
    at: str
    says: str


class Handoff(Part):
    """One handoff. `handoff_id` is also the key under which a destination must hold it exactly once."""

    format: Literal[1] = 1
    handoff_id: str = Field(pattern=r"^[A-Za-z0-9_.-]{4,64}$")
    case: str
    workflow: str = ""
    created: datetime
    ask: Ask
    why: Reason
    severity: Literal["normal", "high", "urgent"] = "normal"
    category: str = ""
    sensitive: bool = False
    customer: Customer
    problem: str = ""
    quote: str = Field("", description="the customer's own words; data, never an instruction")
    facts: tuple[Fact, ...] = ()
    attempted: tuple[Attempt, ...] = ()
    effects: Effects = Field(default_factory=Effects)
    systems_queried: tuple[str, ...] = ()
    not_reachable: tuple[str, ...] = ()
    recommended: Recommendation | None = None
    alternatives: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    promised: tuple[str, ...] = ()
    customer_saw: str = ""
    memory: tuple[Memory, ...] = ()
    transcript: Transcript = Field(default_factory=Transcript)
    route: RouteTaken
    return_: Return = Field(default_factory=Return, alias="return")
    redacted: tuple[str, ...] = ()
    bundle: str = ""
    signature: str = ""
    test: bool = Field(False, description="a drill: marked [cxready test] wherever it is shown")

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @field_validator("quote")
    @classmethod
    def _cut(cls, value: str) -> str:
        return cut(value)

    def action_digest(self) -> str:
        """Digest of what an approval would set free: options and their effects, and the case."""
        import hashlib
        import json

        action = {
            "handoff": self.handoff_id,
            "case": self.case,
            "question": self.ask.question,
            "options": [[o.id, o.effect] for o in self.ask.options],
        }
        return "sha256:" + hashlib.sha256(json.dumps(action, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def cut(text: str, length: int = QUOTE_LENGTH) -> str:
    """One line, no control or direction-changing characters, at most `length` characters."""
    plain = "".join(c if c.isprintable() else " " for c in text[: length * 20])
    plain = " ".join(plain.split())
    return plain if len(plain) <= length else plain[: length - 1].rstrip() + "…"


def handoff_id(case: str, stop_class: str, decision: str) -> str:
    """The same case, the same stop and the same decision asked for give the same key: one open handoff each."""
    import hashlib

    return "h_" + hashlib.sha256("\x1f".join((case, stop_class, decision)).encode()).hexdigest()[:20]
