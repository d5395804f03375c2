"""Whether too many reads are slow: yes, no, or not yet, with what the measuring machine or a proxy added left aside."""

from __future__ import annotations

from probes.finding import Evidence, Outcome, not_measured
from probes.gather.limits import TAIL_SAMPLES
from probes.gather.limits import Latency as Times
from runtime.metrics import wilson


def surely_slow(times: Times, bound_ms: float, allowed: float) -> bool:
    """Whether the share of reads over the bound, by their own time, lies above what is allowed with its whole interval.

    Evidence from before own times were kept is taken as it is.
    """
    slow = sum(t > bound_ms for t in times.longest_own)
    return not times.longest_own or wilson(slow, times.samples).low > allowed


def not_settled(times: Times, bound_ms: float, allowed: float, shown: Evidence) -> Outcome:
    """Slow as measured, and whose slowness it is, or whether it is chance, cannot be told."""
    name, slow = times.subject.unit, sum(t > bound_ms for t in times.longest_own)
    if slow <= allowed * times.samples:
        return not_measured(
            f"{name} was slow only while the measuring machine was busy itself",
            cause="noise",
            would_measure="run `cxready collect DIR` again when this machine has nothing else to do",
            evidence=(shown,),
        )
    lacking = _more(slow, times.samples, allowed)
    return not_measured(
        f"{name}: {slow} of {times.samples} reads took longer than {bound_ms / 1000:.0f} s, which may be chance; "
        f"about {lacking} more would tell",
        cause="budget",
        would_measure=f"run `cxready collect DIR --max-requests {100 + TAIL_SAMPLES}`",
        evidence=(shown,),
    )


def slow_through_a_proxy(times: Times, is_slow: str, shown: Evidence) -> Outcome:
    """Behind a proxy nobody can tell whose time it is."""
    return not_measured(
        f"{times.subject.unit} {is_slow} as seen through {times.through}; whose time it is cannot be told",
        cause="path",
        would_measure="run `cxready collect DIR` from a host that reaches the system without the proxy",
        evidence=(shown,),
    )


def _more(slow: int, samples: int, allowed: float) -> int:
    """Reads that would settle it if the same share of them were slow."""
    for total in range(samples, 20 * samples):
        if wilson(round(slow * total / samples), total).low > allowed:
            return total - samples
    return 19 * samples
