"""Can the agent read what happened before, across channels?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_met
from probes.gather.evidence_shot import evidence_of
from probes.gather.history import History
from probes.probe import Effort, Probe
from probes.wording import counted, listed


class HistoryReadable(Probe):
    """What the customer went through before can be read, across channels, with date and subject.

    Why: a customer who called yesterday does not want to tell it again; an agent that does not know promises a second
    time.
    How: the test customer's history is read; each entry must carry a channel, a date and words.
    Remedy: offer one list of contacts over all channels. Give each entry channel, time and a summary. Bring in the
    channels that are missing.
    """

    dimension, level, kind, effort = "crm", 3, "M", Effort((2, 6, 20), "CRM owner")
    needs = (History,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        seen: History = artifacts[0]
        name = seen.subject.unit
        shown = (
            (evidence_of(seen.shot, f"{seen.entries} entries, channels: {', '.join(seen.channels) or 'not named'}"),)
            if seen.shot
            else ()
        )
        lacking = [
            word
            for word, there in (("a channel", bool(seen.channels)), ("a date", seen.dated), ("words", seen.summarised))
            if not there
        ]
        if not seen.operation:
            return not_met(
                f"{name} offers no history of a customer",
                Evidence(says="the description holds no operation that lists contacts"),
                cause="not offered",
                consequence=_HARM,
            )
        if lacking:
            return not_met(
                f"The history in {name} lacks {' and '.join(lacking)}", *shown, cause="incomplete", consequence=_HARM
            )
        return met(
            f"{name} shows what happened before: {counted(seen.entries, 'entry', 'entries')} over {listed(seen.channels)}",
            *shown,
        )


_HARM = "The customer tells the story a third time, and hears a promise that was already broken once."
