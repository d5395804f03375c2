"""Artifacts that the guardrail probes judge: what is declared, what is proved, what attacks and trials found."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from probes.artifact import Artifact, Shot
from runtime.guardrails.certificate import Certificate, Claim, DroppedConjunct

NO_TIME = "the solver gave no answer in time"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Proof(Artifact):
    """The proof of the limits, as its certificate. `rules` is the number of permits."""

    kind: ClassVar[str] = "proof"

    certificate: Certificate
    rules: int = 0

    @property
    def policy(self) -> str:
        """Digest of the compiled policy that was proved."""
        return self.certificate.policy

    @property
    def digest(self) -> str:
        """Digest of the certificate."""
        return self.certificate.digest

    def proved_words(self) -> tuple[str, ...]:
        """Every proved claim as a sentence, without repetition."""
        return tuple(dict.fromkeys(claim.says for claim in self.certificate.claims if claim.proved))

    def of(self, action: str) -> tuple[Claim, ...]:
        return tuple(claim for claim in self.certificate.claims if claim.action == action)

    def redundant(self, action: str) -> tuple[DroppedConjunct, ...]:
        """Conditions of an action's rules that follow from the others."""
        return tuple(d for d in self.certificate.dropped if d.refuted_by is None and d.rule.startswith(f"{action}/"))


class UncoveredWrite(_Part):
    """A write that a workflow calls and that nothing decides about: unclassified, or in no action."""

    operation: str
    workflows: tuple[str, ...]
    why: Literal["unclassified", "no_action"]


class Misfit(_Part):
    """Something between limits, workflows and rights that does not fit."""

    place: str
    says: str


class ReviewSeen(_Part):
    """One review as written; `age_days` counts from it to the run, None when its date is none."""

    by: str
    age_days: int | None
    looked_at: tuple[str, ...] = ()
    decided: str = ""


class GuardrailsDeclared(Artifact):
    """What guardrails.yaml and the effects files say. `review_age_days` counts from the last review to the run."""

    kind: ClassVar[str] = "guardrails_declared"

    owner: str | None
    reviewed: str | None
    review_age_days: int | None
    review_every_days: int
    reviews: tuple[ReviewSeen, ...] = Field((), description="oldest first")
    actions: dict[str, tuple[str, ...]]
    unlimited: tuple[str, ...] = Field((), description="actions that move money and have no upper bound in the file")
    restricted: dict[str, str]
    disclosure: str | None
    uncovered: tuple[UncoveredWrite, ...]
    writes: int
    high_stakes: tuple[str, ...]
    misfits: tuple[Misfit, ...] | None = Field(None, description="None: collected before this was asked")


class Attempt(_Part):
    """One call that must be refused. `way`: past the proxy with the agent's own credential, or through it."""

    operation: str
    way: Literal["direct", "proxy"]
    says: str
    refused: bool
    status: int | None = None
    reason: str = ""
    undone: str = ""
    shot: Shot | None = None


class Enforcement(Artifact):
    """Attempts for one action. `clear` is False when an answer said neither yes nor no."""

    kind: ClassVar[str] = "enforcement"

    attempts: tuple[Attempt, ...]
    clear: bool = True
    enforcement: str = "bundled_proxy"


class Scene(_Part):
    """One thing tried, and whether the guardrails held. `says` is a sentence with figures.

    `tried` is False when the trial itself did not come about: then nothing is said about the guardrails.
    """

    name: str
    held: bool
    says: str
    tried: bool = True
    figures: dict[str, int | str] = Field(default_factory=dict)


class CumulativeTrial(Artifact):
    """Parallel calls, repeated keys, lost answers and clock changes against the real ledger, for one action."""

    kind: ClassVar[str] = "cumulative_trial"

    scenes: tuple[Scene, ...]
    moves_money: bool = True


class BypassTrial(Artifact):
    """Known ways round a limit, tried on decision point and proxy in front of a stand-in system; `control` passed as it must."""

    kind: ClassVar[str] = "bypass_trial"

    operation: str
    control: bool
    scenes: tuple[Scene, ...]


class DenialTrial(Artifact):
    """Denials and permits of the bypass trial, as the decision log has them."""

    kind: ClassVar[str] = "denial_trial"

    denied: int
    logged: int
    with_reason: int
    chain: tuple[str, ...] = Field((), description="what is wrong with the chain; empty: it is whole")
    change_seen: bool = Field(description="a change past the log's own triggers was detected")


class RestrictedTrial(Artifact):
    """Restricted data in writes and answers, by category."""

    kind: ClassVar[str] = "restricted_trial"

    scenes: tuple[Scene, ...]


class TriggerTrial(Artifact):
    """What the decision point does when a conversation calls for a person, by trigger."""

    kind: ClassVar[str] = "trigger_trial"

    scenes: tuple[Scene, ...]
    not_configured: tuple[str, ...] = ()


class HighStakesTrial(Artifact):
    """The most that the decision point allowed in each high-stakes category, over all actions."""

    kind: ClassVar[str] = "high_stakes_trial"

    scenes: tuple[Scene, ...]
    not_listed: tuple[str, ...] = ()


class KillSwitchTrial(Artifact):
    """Writes under way while the kill switch was set. Times in milliseconds after the command; 0: none came after."""

    kind: ClassVar[str] = "kill_switch_trial"

    permitted_before: int
    permitted_after: int = Field(description="permitted and answered after the command, those under way included")
    under_way: int = Field(0, description="permitted calls that were begun before the command and answered after it")
    last_permitted_ms: float = Field(description="end of the last permitted call that was begun after the command")
    last_arrived_ms: float = Field(description="last arrival at the system, calls under way included")
    arrived_after: int = 0
    refused_after: int
    callers: int
    processes: int = Field(1, description="processes that wrote, each with a proxy of its own over the same folder")
