"""When it can be done: three-point efforts, one common factor, roles and their capacity; P50 and P80 only.

PERT distribution (Malcolm et al. 1959) times one lognormal factor for the whole engagement (reference class of IT
projects: median 1.3, sigma 0.35), plus waiting that takes no capacity. A list scheduler by longest remaining path;
no backfilling. Draws are seeded, so the same tasks give the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 4000
SEED = 20260101
WORKDAYS_A_WEEK = 5.0
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Factor:
    """The common factor on every effort: lognormal with this median and sigma (of its logarithm)."""

    median: float
    sigma: float


REFERENCE = Factor(1.3, 0.35)
CLASSES = {
    "private iterative": Factor(1.21, 0.35),  # Simula's survey of Norwegian projects, 2003: private clients
    "other": REFERENCE,  # Moløkken and Jørgensen, reviews of 2003 and 2014: mean overrun 30 to 40 %
    "public sequential": Factor(1.67, 0.35),  # Simula 2003: public clients
}
"""Common factors by kind of project. The medians are surveyed; sigma (P80 is 1.34 times P50) is judgement."""


@dataclass(frozen=True)
class Job:
    """A task to schedule: person-days (low, likely, high), waiting days, role, and the ids that it needs first."""

    id: str
    days: tuple[float, float, float]
    role: str
    wait_days: float = 0.0
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scheduled:
    """Begin and finish of each job, in working days, one value a draw."""

    begin: Mapping[str, Array]
    finish: Mapping[str, Array]

    def all_done(self, ids: Sequence[str]) -> Array:
        """When the last of `ids` ends; zeros when there is none."""
        return np.maximum.reduce([self.finish[i] for i in ids]) if ids else np.zeros(DRAWS)


def schedule(jobs: Sequence[Job], people: Mapping[str, int], factor: Factor = REFERENCE, seed: int = SEED) -> Scheduled:
    """Schedules all jobs in every draw; a role that `people` does not name has one person."""
    durations = _durations(jobs, factor, seed)
    free = {role: np.zeros((DRAWS, max(1, people.get(role, 1)))) for role in {job.role for job in jobs}}
    begin: dict[str, Array] = {}
    finish: dict[str, Array] = {}
    for job in _order(jobs):
        ready = np.maximum.reduce([finish[n] for n in job.needs]) if job.needs else np.zeros(DRAWS)
        first = free[job.role].argmin(axis=1)
        rows = np.arange(DRAWS)
        begin[job.id] = np.maximum(ready, free[job.role][rows, first])
        free[job.role][rows, first] = begin[job.id] + durations[job.id]
        finish[job.id] = free[job.role][rows, first] + job.wait_days
    return Scheduled(begin, finish)


def weeks(days: Array, percentile: float) -> float:
    """Working days → weeks at a percentile, one decimal."""
    return round(float(np.percentile(days, percentile)) / WORKDAYS_A_WEEK, 1)


def gain(jobs: Sequence[Job], people: Mapping[str, int], without: str, factor: Factor = REFERENCE) -> float:
    """Mean days that everything would end earlier if one job took no time."""
    ids = [job.id for job in jobs]
    lighter = [Job(j.id, (0.0, 0.0, 0.0), j.role, 0.0, j.needs) if j.id == without else j for j in jobs]
    now, then = (schedule(found, people, factor).all_done(ids) for found in (jobs, lighter))
    return float((now - then).mean())


def likely_days(jobs: Sequence[Job], people: Mapping[str, int]) -> float:
    """What the likely days alone would promise: no spread, no common factor. Shown as a warning, never used."""
    certain = [Job(j.id, (j.days[1],) * 3, j.role, j.wait_days, j.needs) for j in jobs]
    return float(schedule(certain, people, Factor(1.0, 0.0)).all_done([j.id for j in jobs])[0])


def pert(days: tuple[float, float, float], generator: np.random.Generator, draws: int = DRAWS) -> Array:
    """Draws of a three-point estimate: low + (high - low) * Beta(1 + 4(likely - low)/range, 1 + 4(high - likely)/range)."""
    low, likely, high = days
    if high <= low:
        return np.full(draws, float(likely))
    alpha = 1 + 4 * (likely - low) / (high - low)
    beta = 1 + 4 * (high - likely) / (high - low)
    return low + (high - low) * generator.beta(alpha, beta, draws)


def _durations(jobs: Sequence[Job], factor: Factor, seed: int) -> dict[str, Array]:
    generator = np.random.default_rng(seed)
    common = factor.median * np.exp(factor.sigma * generator.standard_normal(DRAWS))
    return {job.id: pert(job.days, np.random.default_rng(seed + 1 + i)) * common for i, job in enumerate(jobs)}


def _order(jobs: Sequence[Job]) -> list[Job]:
    """Longest remaining path first, never before what it needs."""
    by_id = {job.id: job for job in jobs}
    followers: dict[str, list[str]] = {job.id: [] for job in jobs}
    for job in jobs:
        for need in job.needs:
            followers[need].append(job.id)
    remaining: dict[str, float] = {}

    def path(job_id: str) -> float:
        if job_id not in remaining:
            job = by_id[job_id]
            remaining[job_id] = job.days[1] + job.wait_days + max((path(f) for f in followers[job_id]), default=0.0)
        return remaining[job_id]

    def depth(job_id: str) -> int:
        return 1 + max((depth(need) for need in by_id[job_id].needs), default=0)

    return sorted(jobs, key=lambda job: (-path(job.id), depth(job.id), job.id))
