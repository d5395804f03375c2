"""Does the slowest read in a hundred still come in time?"""

from __future__ import annotations

from typing import Any

from probes.api.slow_reads import not_settled, slow_through_a_proxy, surely_slow
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.gather.limits import TAIL_SAMPLES
from probes.gather.limits import Latency as Times
from probes.probe import BY_ROLE, Effort, Probe

BOUND_MS, ALLOWED = 5_000, 0.01


class TailLatency(Probe):
    """Ninety-nine of a hundred reads come within five seconds.

    Why: a case of ten reads meets the slowest one in a hundred in every tenth case.
    How: the time to the last byte of at least 299 reads: fewer do not carry a 99th percentile (0.99^299 < 0.05). That is
    more than a first assessment sends.
    Remedy: look at the slowest requests at the server, by time of day. Give reads a time limit and a second try.
    """

    dimension, level, kind, effort = BY_ROLE, 4, "M", Effort((2, 5, 20), "API owner")
    later = True
    needs = (Times,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        times: Times = artifacts[0]
        name = times.subject.unit
        if times.p99 is None:
            lacking = TAIL_SAMPLES - times.samples
            return not_measured(
                f"{name}: {times.samples} reads were timed, {lacking} more are needed for a p99",
                cause="budget",
                would_measure=f"run `cxready collect DIR --max-requests {100 + TAIL_SAMPLES}`",
            )
        shown = Evidence(says=f"{times.samples} reads: p99 {times.p99:.0f} ms, slowest {times.slowest:.0f} ms")
        if times.p99 > BOUND_MS and times.through:
            return slow_through_a_proxy(times, "has a slow tail", shown)
        if times.p99 > BOUND_MS and not surely_slow(times, BOUND_MS, ALLOWED):
            return not_settled(times, BOUND_MS, ALLOWED, shown)
        if times.p99 > BOUND_MS:
            return not_met(
                f"{name}: one read in a hundred takes longer than {times.p99 / 1000:.1f} s",
                shown,
                cause="slow tail",
                consequence="In every tenth conversation the customer waits so long that he thinks it has ended.",
            )
        return met(f"{name} answers ninety-nine of a hundred reads within {times.p99:.0f} ms", shown)
