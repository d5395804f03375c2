"""The certificate of a proof: exactly what was proved, with which tools, about which files, and on which trust.

The decision point refuses to write when what is loaded is not what the certificate names.
Wording: proved for all requests of the modelled operations, given a correct ledger and facts.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runtime.errors import BadInput
from runtime.estate import Estate
from runtime.guardrails import canonical
from runtime.guardrails.cedar import permits_text, schema_text
from runtime.guardrails.engine import digest_of

WORDING = "proved for all requests of the modelled operations, given a correct ledger and facts"


class Claim(BaseModel):
    """One claim about one operation. `proved` only when the solver refuted its negation; `counterexample` is a sentence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: str
    operation: str
    claim: str
    says: str
    proved: bool
    counterexample: str = ""
    replayed: bool = Field(False, description="the counterexample was allowed by Cedar itself")
    unsupported: str = ""


class DroppedConjunct(BaseModel):
    """One condition of a permit left out: which claim then fails. None: it follows from the others (redundant)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str
    conjunct: str
    refuted_by: str | None


class Certificate(BaseModel):
    """Digests are `sha256:…`; `trusted` lists what the proof takes for granted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    made_at: datetime | None = None
    wording: str = WORDING
    digests: dict[str, str]
    policy: str
    surfaces: dict[str, str] = Field(default_factory=dict)
    claims: tuple[Claim, ...]
    dropped: tuple[DroppedConjunct, ...] = ()
    versions: dict[str, str]
    trusted: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """True when there are claims and every one is proved."""
        return bool(self.claims) and all(claim.proved for claim in self.claims)

    @property
    def digest(self) -> str:
        """`sha256:…` of the certificate without the time it was made."""
        return canonical.digest(self.model_dump(mode="json", exclude={"made_at"}))

    def mismatches(self, estate: Estate) -> list[str]:
        """What differs between the certificate and what is loaded, in words; empty when it fits and holds."""
        now = digests_of(estate)
        found = [f"{name} changed" for name in now if self.digests.get(name) != now[name]]
        if self.policy != policy_digest(estate):
            found.append("the compiled policy changed")
        return found if self.holds else [*found, "not every claim is proved"]


def digests_of(estate: Estate) -> dict[str, str]:
    """Digest of each file that a proof depends on, as read: guardrails, goals, and the effects of each system."""
    files = {
        "guardrails": estate.guardrails.model_dump(mode="json", by_alias=True),
        "goals": {name: goal.model_dump(mode="json", by_alias=True) for name, goal in estate.goals.items()},
        **{
            f"effects.{name}": written.model_dump(mode="json", by_alias=True)
            for name, written in estate.effects.items()
        },
    }
    return {name: canonical.digest(content) for name, content in files.items()}


def policy_digest(estate: Estate) -> str:
    """Digest of the compiled policy and its schema."""
    return digest_of(permits_text(estate), schema_text(estate))


def read(path: Path) -> Certificate:
    """A certificate from its file.

    Raises:
        BadInput: missing or not a certificate of this format.
    """
    try:
        return Certificate.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise BadInput(
            "there is no certificate", str(path), "run `cxready guardrails prove DIR`, then `cxready assess DIR`"
        ) from None
    except (ValidationError, OSError) as error:
        raise BadInput(
            f"the certificate cannot be read ({error.__class__.__name__})",
            str(path),
            "run `cxready guardrails prove DIR` again",
        ) from None
