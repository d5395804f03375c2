"""Are breaking changes announced in time?"""

from __future__ import annotations

import re
from typing import Any

from probes.api.documented import undescribed
from probes.finding import Evidence, Outcome, met, not_met
from probes.gather.describe import Described as Surface
from probes.probe import BY_ROLE, Effort, Probe

DAYS = 30
_DAYS_OF = {"day": 1, "week": 7, "month": 30, "year": 365}
_SPAN = re.compile(r"(\d+)\s*(?:calendar |business |working )?(day|week|month|year)s?", re.IGNORECASE)


class ChangeNotice(Probe):
    """Breaking changes are announced at least 30 days before they happen.

    Why: an agent breaks on the morning of the change; a workflow needs weeks to be changed, tried and proved again.
    How: the sentence about changes in the description, and the time that it names.
    Remedy: write into the description how long before a breaking change clients are told, and by which way. Register
    the agent's team for it. Send Deprecation (RFC 9745) and Sunset (RFC 8594) headers from that day on.
    """

    dimension, level, kind, effort = BY_ROLE, 4, "D", Effort((0.5, 1, 3), "API owner", wait_days=10)
    needs = (Surface,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        surface: Surface = artifacts[0]
        name = surface.subject.unit
        if missing := undescribed(surface, "that could promise notice"):
            return missing
        said = surface.states_change_policy
        days = notice_days(said)
        shown = Evidence(says=said or "the description says nothing about changes", source=str(surface.document))
        if days is None:
            title = f"{name} promises no notice before a breaking change"
            return not_met(title, shown, cause="no notice", grade="declared", consequence=_HARM)
        if days < DAYS:
            title = f"{name} gives only {days} days of notice before a breaking change"
            return not_met(title, shown, cause="short notice", grade="declared", consequence=_HARM)
        return met(f"{name} announces breaking changes {days} days ahead", shown, grade="declared")


def notice_days(said: str) -> int | None:
    """The time that the sentence names, in days; a placeholder names none."""
    if re.search(r"\b(todo|tbd|xxx)\b", said, re.IGNORECASE):
        return None
    found = _SPAN.search(said)
    return int(found[1]) * _DAYS_OF[found[2].lower()] if found else None


_HARM = "One morning every case of the workflow fails, and nobody in the service team knows why."
