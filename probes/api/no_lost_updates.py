"""Is a change that rests on an old state refused?"""

from __future__ import annotations

from typing import Any

from probes.finding import Outcome, Subject, met, not_applicable, not_measured, not_met
from probes.gather.evidence_shot import evidence_of
from probes.gather.write_evidence import LostUpdates
from probes.probe import BY_ROLE, Effort, Probe

_TITLES = {
    "accepted": "{name} lets an outdated {operation} overwrite a newer state",
    "no_etag": "{name} gives no ETag, so an outdated {operation} cannot be noticed",
    "weak_etag": "{name} refuses even the current ETag, which is weak, so an outdated {operation} cannot be noticed",
    "same_etag": "{name} keeps the ETag when a record changes, so an outdated {operation} cannot be noticed",
}


class NoLostUpdates(Probe):
    """A change that rests on an old state of the record is refused.

    Why: while the agent works, a person works on the same account. Whoever saves last wins, and the other's change is
    gone without a trace.
    How: the record is read and changed; then the change is sent again with the ETag from before. RFC 9110 wants 412.
    Remedy: send an ETag with every record. Compare If-Match before a change and answer 412. Ask for If-Match with 428
    where it is missing.
    """

    dimension, level, kind, effort = BY_ROLE, 4, "M", Effort((1, 4, 10), "API owner")
    needs = (LostUpdates,)
    each = "write"
    asks_subject = True

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        seen: LostUpdates = artifacts[0]
        subject: Subject = more["subject"]
        name = subject.unit
        updates = [u for u in seen.updates if u.operation == subject.item]
        if not updates:
            return not_applicable(f"{subject} changes no record that stands", cause="no update", grade="declared")
        lost = [u for u in updates if u.answer in _TITLES]
        if lost:
            first = lost[0]
            return not_met(
                _TITLES[first.answer].format(name=name, operation=first.operation),
                *(evidence_of(shot, u.operation) for u in lost for shot in u.shots[-2:]),
                cause=first.answer.replace("_", " "),
                consequence=(
                    "A change that a colleague made a second ago disappears; the customer is told two different things."
                ),
            )
        open_ones = [u for u in updates if u.answer == "not_tried"]
        if open_ones:
            return not_measured(
                f"{name}: {open_ones[0].why}",
                cause="needs",
                would_measure=f"mend {name}.{open_ones[0].operation} first, then run `cxready collect DIR` again",
                evidence=tuple(evidence_of(s, u.operation) for u in open_ones for s in u.shots[-1:]),
            )
        return met(
            f"{name} refuses outdated changes",
            *(evidence_of(shot, u.operation) for u in updates for shot in u.shots[-1:]),
        )
