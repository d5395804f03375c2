"""Articles against guardrails: an article that promises more than the agent may give makes it break a promise or a limit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb_audit.claims import Claim
from kb_audit.normal_form import written
from kb_audit.values import Value

if TYPE_CHECKING:  # the language of guardrails takes long to load
    from runtime.guardrails.policy import GuardrailsFile

_GRANT = re.compile(
    r"\b(?:(?:agents?|advis[oe]rs?|representatives?|assistants?|we|staff|team) (?:can|may|"
    r"will|are (?:allowed|authori[sz]ed) to)|without (?:further |manager |prior )?(?:approval|"
    r"sign-off)|"
    r"automatic(?:ally)?|on the spot|immediately|entitled|goodwill|up to|maximum)\b",
    re.I,
)
_ABOVE = re.compile(r"\b(?:above|over|more than|exceeding|larger than|higher than)\b", re.I)
_HANDED_ON = re.compile(
    r"\b(?:approv\w+ by|needs? (?:the )?approval|supervisor|team lead|manager|specialist|back ?office|escalat\w+|person (?:checks|decides|looks))\b",
    re.I,
)
_SAME_DEED = {"credit": r"credit(?:ed|s)?\b(?! (?:card|check|score|limit|rating|note number))",
    "refund": r"refund\w*|paid back|money back|reimburs\w+", "payout": r"pay-?outs?", "compensation": r"compensat\w+", "discount": r"discounts?",
    "waive": r"waiv\w+", "voucher": r"vouchers?"}  # fmt: skip


@dataclass(frozen=True)
class ActionLimit:
    """The most that one autonomous action may give, in major units."""

    action: str
    each: float
    currency: str


@dataclass(frozen=True)
class Disagreement:
    claim: int
    value: Value
    limit: ActionLimit
    says: str


def limits_of(policy: GuardrailsFile, currency: str) -> tuple[ActionLimit, ...]:
    """Limits per single action from guardrails.yaml; actions that move no money have none."""
    return tuple(
        ActionLimit(name, float(action.limits.each), action.limits.currency or currency)
        for name, action in policy.actions.items()
        if action.limits.each is not None
    )


def disagreements(claims: Sequence[Claim], limits: Iterable[ActionLimit]) -> Iterator[Disagreement]:
    """Sentences that grant, by the same deed as an action, more money than the action's limit allows."""
    deeds = [(limit, pattern) for limit in limits for pattern in [_deed(limit.action)] if pattern is not None]
    for number, claim in enumerate(claims):
        for limit, pattern in deeds:
            if pattern.search(claim.text) and _GRANT.search(claim.text) and not _HANDED_ON.search(claim.text):
                yield from _beyond(number, claim, limit)


def _beyond(number: int, claim: Claim, limit: ActionLimit) -> Iterator[Disagreement]:
    for value in claim.of("outcome"):
        if value.kind != "amount" or value.unit not in (limit.currency, "") or not value.bounds:
            continue
        if max(value.bounds) > limit.each * 1.001 and not _ABOVE.search(claim.text[: value.start][-25:]):
            says = f"the article grants {written(value)}; the guardrail {limit.action} allows at most {limit.each:,.2f} {limit.currency} each"
            yield Disagreement(number, value, limit, says)


def _deed(action: str) -> re.Pattern[str] | None:
    """The words for what an action does, from its name (`issue_credit` → credit)."""
    words = re.split(r"[_\W]+", action.lower())
    found = [pattern for word, pattern in _SAME_DEED.items() if word in words or f"{word}s" in words]
    return re.compile(rf"\b(?:{'|'.join(found)})", re.I) if found else None


def as_limits(limits: Mapping[str, tuple[float, str]] | Iterable[ActionLimit] | None) -> tuple[ActionLimit, ...]:
    """Accept `{"issue_credit": (50.0, "EUR")}` as well as ready limits."""
    if limits is None:
        return ()
    if isinstance(limits, Mapping):
        return tuple(ActionLimit(name, each, currency) for name, (each, currency) in limits.items())
    return tuple(limits)
