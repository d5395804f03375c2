"""Do reads come fast enough for a conversation?"""

from __future__ import annotations

from typing import Any

from probes.api.slow_reads import not_settled, slow_through_a_proxy, surely_slow
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.gather.limits import SAMPLES
from probes.gather.limits import Latency as Times
from probes.probe import BY_ROLE, Effort, Probe

BOUND_MS, ALLOWED = 2_000, 0.05


class Latency(Probe):
    """Nineteen of twenty reads come within two seconds.

    Why: a case needs five to ten reads one after the other; a customer in a chat waits as long as all of them together.
    How: the time to the last byte of every read that succeeded, at least 59 of them: fewer do not carry a 95th
    percentile. What the measuring machine's own load may have added is taken off before anything is called slow, and
    chance is ruled out (Wilson, 95 %).
    Remedy: measure the slowest operation at the server. Add the missing index, or a read model. Let the agent read in
    parallel what does not depend on each other.
    """

    dimension, level, kind, effort = BY_ROLE, 2, "M", Effort((2, 5, 20), "API owner")
    needs = (Times,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        times: Times = artifacts[0]
        name = times.subject.unit
        if times.p95 is None:
            lacking = SAMPLES - times.samples
            return not_measured(
                f"{name}: {times.samples} reads were timed, {lacking} more are needed for a p95",
                cause="budget",
                would_measure=f"run `cxready collect DIR --max-requests {100 + lacking}`",
            )
        shown = Evidence(
            says=(
                f"{times.samples} reads: p50 {times.p50:.0f} ms, p95 {times.p95:.0f} ms, slowest {times.slowest:.0f} ms"
            )
        )
        if times.p95 > BOUND_MS and times.through:
            return slow_through_a_proxy(times, "is slow", shown)
        if times.p95 > BOUND_MS:
            if not surely_slow(times, BOUND_MS, ALLOWED):
                return not_settled(times, BOUND_MS, ALLOWED, shown)
            return not_met(
                f"{name} is slow: one read in twenty takes longer than {times.p95 / 1000:.1f} s",
                shown,
                cause="slow",
                consequence="The customer looks at a silent chat and starts again on the phone.",
            )
        return met(f"{name} answers nineteen of twenty reads within {times.p95:.0f} ms", shown)
