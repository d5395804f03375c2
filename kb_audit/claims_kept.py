"""Claims and verdicts as an artifact of the bundle: each claim by its place, each judged pair by its two claims.

The text stays in the articles (`body[start:end]`), and vectors on the collecting machine: `vector` is the digest under
which its cache keeps them. Beyond the bound, claims that no pair names are left out first, and counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, ConfigDict

from probes.artifact import Artifact
from probes.finding import EVERYWHERE, Subject

if TYPE_CHECKING:  # whoever reads a bundle needs no engine
    from kb_audit.claims import Claim
    from kb_audit.conflicts import Compared, Pair

MOST_CLAIMS = 30_000
MOST_VERDICTS = 30_000
_ORDER = {"conflict": 0, "possible": 1, "scope": 2, "agree": 3}


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ClaimKept(_Frozen):
    """One claim. `says`: its values in normal form, or yes and no; `vector`: first 16 hex digits of the sha256 of the text
    that was compared."""

    section: str
    article: str
    start: int
    end: int
    says: str
    vector: str


class VerdictKept(_Frozen):
    """What came of two claims, by their numbers in `claims`: conflict, possible, scope or agree."""

    a: int
    b: int
    verdict: str
    similarity: float
    why: str = ""


class ClaimsKept(Artifact):
    """All claims of an audit in reading order, and every pair that came to something; `*_left_out`: beyond the bounds."""

    kind: ClassVar[str] = "knowledge_claims"

    claims: tuple[ClaimKept, ...] = ()
    verdicts: tuple[VerdictKept, ...] = ()
    claims_left_out: int = 0
    verdicts_left_out: int = 0


def claims_kept(
    stated: Sequence[Claim], compared: Compared, *, most_claims: int = MOST_CLAIMS, most_verdicts: int = MOST_VERDICTS
) -> ClaimsKept:
    """Conflicts before possible ones, scope and agreement; then by likeness."""
    ranked = sorted(compared.pairs, key=lambda p: (_ORDER[p.judgement.verdict], -p.similarity, p.a, p.b))
    pairs = [pair for pair, _ in zip(ranked, range(most_verdicts), strict=False)]
    named = dict.fromkeys(number for pair in pairs for number in (pair.a, pair.b))
    first = [*named, *(n for n in range(len(stated)) if n not in named)][:most_claims]
    places = {number: place for place, number in enumerate(sorted(first))}
    told = [pair for pair in pairs if pair.a in places and pair.b in places]
    return ClaimsKept(
        subject=Subject(unit=EVERYWHERE),
        claims=tuple(_claim(stated[number]) for number in places),
        verdicts=tuple(_verdict(pair, places[pair.a], places[pair.b]) for pair in told),
        claims_left_out=len(stated) - len(places),
        verdicts_left_out=len(compared.pairs) - len(told),
    )


def _claim(claim: Claim) -> ClaimKept:
    return ClaimKept(
        section=claim.section,
        article=claim.article,
        start=claim.start,
        end=claim.end,
        says=claim.stated(),
        vector=hashlib.sha256(claim.subject.encode("utf-8", "surrogatepass")).hexdigest()[:16],
    )


def _verdict(pair: Pair, a: int, b: int) -> VerdictKept:
    said = pair.judgement
    return VerdictKept(a=a, b=b, verdict=said.verdict, similarity=round(pair.similarity, 3), why=said.why)
