"""An optional second judge, a language model: it looks at conflicts once more, and can confirm or lower them, nothing else.

It is shown two sentences with their heading paths as quoted data. It never makes a finding of what was possible, and where
it fails, is slow or says nothing usable, the verdict stays as it was. Whoever asks for it sends these sentences off the machine.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kb_audit.claims import Claim
from kb_audit.conflicts import Compared, Pair
from kb_audit.judgement import Judgement
from kb_audit.kept import Kept
from kb_audit.measures import SecondJudged

Relation = Literal["conflict", "no conflict", "cannot tell"]

MOST_ASKED = 60
MOST_SECONDS = 300.0
MOST_FAILURES = 3
_MOST_TEXT = 1_000
_MOST_WHY = 200


@dataclass(frozen=True)
class Opinion:
    """What the model said of two sentences. `failed`: why it said nothing usable; such an opinion is not kept."""

    same_subject: bool = True
    relation: Relation = "cannot tell"
    why: str = ""
    failed: str = ""

    @property
    def lowers(self) -> bool:
        return not self.failed and (not self.same_subject or self.relation == "no conflict")

    @property
    def confirms(self) -> bool:
        return not self.failed and self.same_subject and self.relation == "conflict"


@dataclass(frozen=True)
class SecondJudge:
    """`ask` gets the two sentences as quoted data; `name` of the model, `key`: what else its opinions depend on, `most` questions."""

    name: str
    ask: Callable[[str], Opinion]
    key: str = ""
    most: int = MOST_ASKED


def second_opinions(
    judge: SecondJudge,
    claims: Sequence[Claim],
    compared: Compared,
    kept: Kept | None = None,
    *,
    seconds: float = MOST_SECONDS,
) -> tuple[Compared, SecondJudged]:
    """The pairs with the conflicts confirmed or lowered to possible; the likest are asked about first."""
    room = _Room(judge.most, time.monotonic() + seconds)
    given: dict[int, Opinion] = {}
    told = SecondJudged(model=judge.name)
    conflicts = [n for n, pair in enumerate(compared.pairs) if pair.judgement.verdict == "conflict"]
    for number in sorted(conflicts, key=lambda n: -compared.pairs[n].similarity):
        question = quoted(claims[compared.pairs[number].a], claims[compared.pairs[number].b])
        key = hashlib.sha256(f"second judge\0{judge.name}\0{judge.key}\0{question}".encode("utf-8", "surrogatepass"))
        opinion = kept.one(key.digest(), Opinion) if kept else None
        remembered = opinion is not None
        if opinion is None and room.closed:
            told = _counted(told, left_out=1)
            continue
        if opinion is None:
            opinion = room.taken(judge.ask(question))
            if kept and not opinion.failed:
                kept.put(key.digest(), opinion)
        given[number] = opinion
        told = _counted(
            told, asked=not remembered, remembered=remembered, confirmed=opinion.confirms, lowered=opinion.lowers, failed=bool(opinion.failed),
        ).model_copy(update={"why_failed": opinion.failed or told.why_failed})  # fmt: skip
    pairs = tuple(_with(pair, given.get(n), judge.name) for n, pair in enumerate(compared.pairs))
    return replace(compared, pairs=pairs), told


def quoted(a: Claim, b: Claim) -> str:
    """Both sentences with their headings; what would close the quotation is taken out of them."""
    return "\n".join(
        f"<{name}>\n<headings>{_inside(' > '.join(claim.path))}</headings>\n<text>{_inside(claim.text)}</text>\n</{name}>"
        for name, claim in (("first", a), ("second", b))
    )


class _Room:
    """What is left of calls, time and patience."""

    def __init__(self, most: int, until: float) -> None:
        self.left, self.until, self.failures = most, until, 0

    @property
    def closed(self) -> bool:
        return self.left <= 0 or self.failures >= MOST_FAILURES or time.monotonic() >= self.until

    def taken(self, opinion: Opinion) -> Opinion:
        self.left -= 1
        self.failures = self.failures + 1 if opinion.failed else 0
        return opinion


def _counted(told: SecondJudged, **more: int) -> SecondJudged:
    return told.model_copy(update={name: getattr(told, name) + int(count) for name, count in more.items()})


def _with(pair: Pair, opinion: Opinion | None, name: str) -> Pair:
    if opinion is None or not (opinion.lowers or opinion.confirms):
        return pair
    said = pair.judgement
    if opinion.confirms:
        return replace(pair, judgement=replace(said, why=f"{said.why}; a second judge ({name}) agrees"))
    why = "".join(sign if sign.isprintable() else " " for sign in opinion.why)
    reason = f"{said.why}; a second judge ({name}) sees none: “{' '.join(why.split())[:_MOST_WHY]}”"
    return replace(pair, judgement=Judgement("possible", reason, said.kind))


def _inside(text: str) -> str:
    return text[:_MOST_TEXT].replace("<", "‹").replace(">", "›")
