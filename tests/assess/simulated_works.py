"""Made-up roadmaps and how they really went: an event-driven simulator of its own, not the scheduler under test."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

import numpy as np

from assess.timeline import Job

ROLES = ("API owner", "knowledge owner", "service desk lead")


def roadmap(generator: np.random.Generator) -> tuple[list[Job], dict[str, int]]:
    """5 to 14 tasks of three roles, some waiting for others or for a change board."""
    jobs: list[Job] = []
    for n in range(int(generator.integers(5, 15))):
        likely = float(generator.uniform(0.5, 8))
        days = (likely * 0.5, likely, likely * float(generator.uniform(1.5, 3.5)))
        needs = (jobs[int(generator.integers(0, n))].id,) if n and generator.random() < 0.4 else ()
        wait = float(generator.choice([0, 0, 0, 10]))
        jobs.append(Job(f"T{n:02d}", days, ROLES[int(generator.integers(0, 3))], wait, needs))
    return jobs, {role: int(generator.integers(1, 3)) for role in ROLES}


def went(
    jobs: Sequence[Job], people: Mapping[str, int], generator: np.random.Generator, *, median: float, sigma: float
) -> float:
    """Working days until the last task is done, once, under one factor that is common to all tasks."""
    common = median * float(np.exp(sigma * generator.standard_normal()))
    spent = {job.id: common * _pert(job.days, generator) for job in jobs}
    return _last_day(jobs, people, spent)


def _pert(days: tuple[float, float, float], generator: np.random.Generator) -> float:
    """Through the gamma form of the beta distribution."""
    low, likely, high = days
    a, b = 1 + 4 * (likely - low) / (high - low), 1 + 4 * (high - likely) / (high - low)
    x, y = generator.gamma(a), generator.gamma(b)
    return low + (high - low) * float(x / (x + y))


def _last_day(jobs: Sequence[Job], people: Mapping[str, int], spent: Mapping[str, float]) -> float:
    """Whoever is free takes, of the tasks of their role, the one with most behind it; they do wait for its needs."""
    queue = {role: sorted((j for j in jobs if j.role == role), key=lambda j: -_behind(j, jobs)) for role in people}
    free = {role: [0.0] * count for role, count in people.items()}
    done: dict[str, float] = {}
    while any(queue.values()):
        for role, waiting in queue.items():
            while waiting and all(need in done for need in waiting[0].needs):
                job = waiting.pop(0)
                heapq.heapify(free[role])
                begin = max([heapq.heappop(free[role]), *(done[need] for need in job.needs)])
                heapq.heappush(free[role], begin + spent[job.id])
                done[job.id] = begin + spent[job.id] + job.wait_days
    return max(done.values())


def _behind(job: Job, jobs: Sequence[Job]) -> float:
    return job.days[1] + job.wait_days + max((_behind(j, jobs) for j in jobs if job.id in j.needs), default=0.0)
