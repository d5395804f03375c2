"""Are the limits moved by what was measured, and not by what somebody feels?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_met
from probes.guardrails.evidence import GuardrailsDeclared, ReviewSeen
from probes.probe import Effort, Probe
from probes.wording import listed

_NOTHING = {"", "todo", "tbd", "t.b.d.", "n/a", "none", "-", "–", "?", "…", "..."}


class ReviewedWithEvidence(Probe):
    """The last review of the limits looked at measured evidence and says what was decided.

    Why: a limit that is raised because nothing bad was heard of, or lowered after one loud case, follows moods.
    Denials, overrides and totals of the pilot say what a limit costs and what it saves.
    How: reads the reviews in guardrails.yaml: the last one must lie within the review period, name what was looked
    at (the pilot's log, denials, refunds taken back) and what was decided, also when that is to leave all as it is.
    Remedy: hold the next review with the pilot's figures on the table, and write down under `reviews` what was
    looked at and what was decided.
    """

    dimension, level, kind, each = "guardrails", 5, "D", "everywhere"
    later = True
    effort = Effort(days=(0.5, 1, 2), role="guardrail owner", wait_days=30)
    needs = (GuardrailsDeclared,)

    def judge(self, declared: GuardrailsDeclared, **_: Any) -> Outcome:
        if not declared.reviews:
            return _missed(
                "The limits were never reviewed with evidence", "guardrails.yaml lists no `reviews`.", "none"
            )
        last = declared.reviews[-1]
        age = last.age_days
        if age is None or age < 0 or age > declared.review_every_days:
            said = "has no date" if age is None else "lies in the future" if age < 0 else f"was {age} days ago"
            says = f"The last review {said}; due every {declared.review_every_days} days."
            return _missed("The last review with evidence is overdue", says, "overdue")
        seen = _named(last)
        if not seen or _is_nothing(last.decided):
            lacks = "what was looked at" if not seen else "what was decided"
            return _missed(
                "The last review does not say what it stands on",
                f"The review by {last.by} lacks {lacks}.",
                "no evidence",
            )
        says = f"{last.by}, {age} days ago, on {listed(seen, most=4)}: {last.decided}"
        return met(
            "The limits were reviewed with evidence", Evidence(says=says, source="guardrails.yaml"), grade="declared"
        )


def _missed(title: str, says: str, cause: str) -> Outcome:
    return not_met(
        title,
        Evidence(says=says, source="guardrails.yaml"),
        cause=cause,
        grade="declared",
        consequence="Limits stay too tight to be useful or too loose to be safe, and nobody can say which.",
    )


def _named(review: ReviewSeen) -> list[str]:
    return [one for one in review.looked_at if not _is_nothing(one)]


def _is_nothing(text: str) -> bool:
    return text.strip().lower().rstrip(".") in _NOTHING or text.strip().lower() in _NOTHING
