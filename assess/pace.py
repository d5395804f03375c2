"""What finished tasks teach: the common factor on efforts, and how often issued dates were kept.

The logarithm of (days spent / days drawn from the estimate) of each finished task is an observation of the common
factor; with the reference class as prior both are normal and the posterior is exact (Gelman et al., Bayesian Data
Analysis, 2.5). The estimate's own skew is taken out first, else every right-skewed estimate would look like delay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, log

import numpy as np

from assess.asked import FinishedTask
from assess.assessment import HitRate, Pace
from assess.register import Entry, Register
from assess.timeline import REFERENCE, SEED, Factor, pert
from runtime.metrics import wilson

TASK_SIGMA = 0.45
CALIBRATED_FROM = 20


@dataclass(frozen=True)
class Done:
    """One finished task: what was estimated (days), what it took, when it was promised and done."""

    estimate: tuple[float, float, float]
    days: float
    done: date
    p50: date
    p80: date


def finished(tasks: Sequence[FinishedTask], register: Register) -> list[Done]:
    """Finished tasks that an issued report had given dates for; findings of one task count once."""
    entries = {entry.number: entry for entry in register.findings}
    found: dict[tuple[object, ...], Done] = {}
    for task in tasks:
        entry = entries.get(task.finding)
        if entry is not None and entry.days is not None and entry.p50 is not None and entry.p80 is not None:
            found.setdefault(_task(entry), Done(entry.days, task.days, task.done, entry.p50, entry.p80))
    return list(found.values())


def never_promised(tasks: Sequence[FinishedTask], register: Register) -> list[str]:
    """Findings that report.yaml calls finished, but that no issued report gave a date for: nothing can be learnt from them."""
    promised = {entry.number for entry in register.findings if entry.days is not None}
    return [task.finding for task in tasks if task.finding not in promised]


def learnt(done: Sequence[Done], prior: Factor = REFERENCE) -> Factor:
    """The common factor after these tasks; the prior itself when there is none."""
    seen = [log(d.days) - _expected(d.estimate) for d in done if d.days > 0]
    if not seen:
        return prior
    weight = 1 / prior.sigma**2 + len(seen) / TASK_SIGMA**2
    middle = (log(prior.median) / prior.sigma**2 + sum(seen) / TASK_SIGMA**2) / weight
    return Factor(exp(middle), weight**-0.5)


def pace_of(factor: Factor, done: Sequence[Done]) -> Pace:
    return Pace(median=round(factor.median, 3), sigma=round(factor.sigma, 3), finished=len(done))


def hit_rates(done: Sequence[Done]) -> list[HitRate]:
    """How many were done by their P50 and by their P80; nothing when nothing is finished."""
    if not done:
        return []
    kept = {50: sum(d.done <= d.p50 for d in done), 80: sum(d.done <= d.p80 for d in done)}
    return [_rate(50, kept[50], len(done)), _rate(80, kept[80], len(done))]


def _rate(percentile: int, hits: int, of: int) -> HitRate:
    share = wilson(hits, of)
    return HitRate(
        percentile=50 if percentile == 50 else 80,
        hits=hits,
        of=of,
        low=round(share.low, 3),
        high=round(share.high, 3),
        calibrated=of >= CALIBRATED_FROM,
    )


def _task(entry: Entry) -> tuple[object, ...]:
    return entry.task, entry.days, entry.p50, entry.p80


def _expected(estimate: tuple[float, float, float]) -> float:
    """Mean logarithm of the estimate's own draws."""
    return float(np.log(np.maximum(pert(estimate, np.random.default_rng(SEED)), 1e-6)).mean())
