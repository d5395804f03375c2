"""escalation.todays_handoffs_readable: can people act on what the bot in use hands them?"""

from __future__ import annotations

from probes.escalation.artifacts import TodaysHandoffs
from probes.finding import Evidence, Outcome, met, not_applicable, not_measured, not_met
from probes.probe import Effort, Probe
from runtime.escalation.readability import PASS
from runtime.metrics import quantile

FEWEST = 10


class TodaysHandoffsReadable(Probe):
    """What the bot that is in use today hands to people can be acted on at a glance.

    Why: the desk's habit is formed by today's handoffs; where people have learnt that a handoff is a transcript to scroll
        through, they will not read a better one either.
    How: the last 50 tickets with the tag named under `today` in escalation.yaml are taken from the export and scored as
        text from 0 to 100, as foreign tickets: no form is expected, only that the reader finds what is asked, why, of
        whom, what was done and by when. Met: median at least 70, tenth percentile at least 55. Fewer than ten say nothing.
    Remedy: put the decision asked for into the first line, then the reason, what was checked and not done, and by when;
        transcripts and payloads behind a link. `cxready handoff score FILE` shows a rewritten example.
    """

    dimension, level, kind, each = "escalation", 3, "M", "everywhere"
    effort = Effort(days=(1, 4, 10), role="owner of the bot", wait_days=10)
    needs = (TodaysHandoffs,)

    def judge(self, today: TodaysHandoffs) -> Outcome:
        if not today.named:
            return not_applicable("No bot hands anything to people today", cause="none in use", grade="declared")
        if len(today.scores) < FEWEST:
            return not_measured(
                f"{len(today.scores)} handoffs of the bot in use could be scored; ten are needed",
                cause="too few",
                would_measure=_would(today),
            )
        scores = [float(n) for n in today.scores]
        median, low = quantile(scores, 0.5), quantile(scores, 0.1)
        says = f"median {median:.0f}, tenth percentile {low:.0f} of 100 in the last {len(scores)}"
        evidence = [Evidence(says=f"{says} of {today.found}", source=today.file, facts={"scores": scores})]
        evidence += [
            Evidence(says=f"{n} of {len(scores)}: {fault}", source=today.file)
            for fault, n in [*list(today.capped.items())[:3], *list(today.missing.items())[:3]]
        ]
        if median < PASS["text"][0] or low < PASS["text"][1]:
            return not_met(
                f"What the bot hands over today cannot be acted on at a glance ({says})",
                *evidence,
                cause="unreadable",
                consequence="People scroll through transcripts, or ask the customer everything again.",
            )
        return met(f"What the bot hands over today can be acted on at a glance ({says})", *evidence)


def _would(today: TodaysHandoffs) -> str:
    if today.unscored:
        return f"export handoffs in a language with a word list; {', '.join(today.unscored)} has none"
    tag = f" that carry the tag {today.tag}" if today.tag else ""
    return f"export a longer period: {today.file} holds {today.found} tickets{tag} with a text"
