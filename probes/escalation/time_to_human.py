"""escalation.time_to_human: does a person decide within the time that the route promises?"""

from __future__ import annotations

from probes.escalation.artifacts import HumanTimes
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.probe import Effort, Probe
from runtime.metrics import at_least, more_needed, wilson

SHARE = 0.9


class TimeToHuman(Probe):
    """Nine of ten handoffs of a route are decided within the time that the route names.

    Why: an agent that hands over to nobody is slower than the queue it replaced; only what people really did can show it.
    How: the pilot's own handoffs are counted from opening to the first decision that counts, by route, in whole weeks, from 5 persons
        and 20 decisions on; a 95 % Wilson interval of the share within the route's `time_to_human_minutes` must lie above 90 %.
    Remedy: staff the hours in which handoffs arrive (see escalation.capacity), remind earlier (`answers.remind_at`), or promise less.
    """

    dimension, level, kind, later = "escalation", 4, "M", True
    effort = Effort(days=(1, 5, 20), role="contact centre lead")
    needs = (HumanTimes,)

    def judge(self, times: HumanTimes) -> Outcome:
        share = wilson(times.within, times.decisions)
        evidence = Evidence(
            says=f"{times.within} of {times.decisions} decided within {times.budget_s / 60:.0f} minutes; 90 % within {times.p90_s / 60:.0f}",
            source="the pilot's records",
            facts={"low": round(share.low, 3), "high": round(share.high, 3)},
        )
        verdict = at_least(share, SHARE)
        if verdict == "yes":
            return met(f"{share.value:.0%} of handoffs are decided in time", evidence)
        if verdict == "no":
            return not_met(
                f"Only {share.value:.0%} of handoffs are decided within {times.budget_s / 60:.0f} minutes",
                evidence,
                cause="late",
                consequence="The customer waits longer than with the queue that the agent replaced.",
            )
        return not_measured(
            f"{share.value:.0%} of {times.decisions} handoffs were decided in time: too few to say whether it is nine of ten",
            cause="needs",
            would_measure=f"about {more_needed(share, SHARE)} more decisions in time would settle it; go on with the pilot",
            evidence=(evidence,),
        )
