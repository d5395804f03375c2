"""Does an authenticated agent session survive fraud and bot detection?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.gather.evidence_shot import evidence_of
from probes.gather.limits import Traffic
from probes.gather.session_trial import AgentTraffic
from probes.probe import BY_ROLE, Effort, Probe


class SessionSurvives(Probe):
    """An authenticated agent session gets data, not a challenge page, a block or a login form.

    Why: fraud and bot detection look at browsers. An agent has none, works in bursts and in parallel; a wall that
    appears in production was never seen in a demo.
    How: two sessions at once, several reads in parallel, no browser headers. Every answer of the whole collection is
    classified as well. Where attack-like probes are allowed, one read comes without the marks of a measurement.
    Remedy: register the agent's identity as a known client with the bot manager. Exempt its credential, not its
    address. Answer machines with 401 or 429 instead of a page. Try again from the agent's network.
    """

    dimension, level, kind, effort = BY_ROLE, 2, "M", Effort((1, 4, 15), "security team", wait_days=10)
    needs = (AgentTraffic, Traffic)
    essential = True

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        burst: AgentTraffic = artifacts[0]
        traffic: Traffic = artifacts[1]
        name = burst.subject.unit
        walls = {k: traffic.seen.get(k, 0) for k in ("challenge", "login_page") if traffic.seen.get(k)}
        if (walls or traffic.walls) and _minds_the_marks(burst):
            return not_measured(
                f"The bot detection of {name} minds the marks of this measurement; the same read without them passes",
                cause="marker",
                would_measure="have the header X-Cxready-Run exempted there and run `cxready collect DIR` again",
                evidence=tuple(evidence_of(shot, "a wall before marked traffic") for shot in traffic.walls[:2]),
            )
        if walls or traffic.walls:
            word = "a bot challenge" if walls.get("challenge") else "a login page"
            shots = tuple(evidence_of(shot, f"{word} where data was asked for") for shot in traffic.walls[:2])
            return not_met(
                f"{name} answers the agent with {word}",
                *shots,
                cause="bot wall" if walls.get("challenge") else "soft logout",
                consequence=_HARM,
            )
        if burst.second_session_killed_first:
            return not_met(
                f"A second session ends the agent's first one at {name}",
                *_worst(burst),
                cause="one session only",
                consequence=_HARM,
            )
        shut_out = {k for k in burst.unmarked if k in ("challenge", "login_page", "refused")}
        if shut_out and not set(burst.seen) - {"ok"}:
            return not_met(
                f"{name} lets this measurement in by its marks, and answers an agent without them with a wall",
                *(
                    (evidence_of(burst.unmarked_worst, "the same read without our marks"),)
                    if burst.unmarked_worst
                    else ()
                ),
                cause="only with the marker",
                consequence=_HARM,
            )
        refused = burst.seen.get("refused", 0)
        if refused:
            return not_met(
                f"{name} refuses {refused} of {burst.requests} agent-like reads that it answered one by one",
                *_worst(burst),
                cause="blocked in a burst",
                consequence=_HARM,
            )
        if burst.seen.get("ok", 0) < burst.requests:
            return not_measured(
                f"{name}: the burst met faults, so nothing is said about walls",
                cause="failed",
                would_measure=f"run `cxready collect DIR --system {name}` again when it answers every read",
                evidence=_worst(burst),
            )
        total = sum(traffic.seen.values())
        return met(
            (
                f"{name} lets an agent work: {burst.requests} of {burst.requests} reads in a burst answered, "
                f"no wall in {total} answers"
            ),
            *_example(burst),
        )


def _minds_the_marks(burst: AgentTraffic) -> bool:
    """Every marked read of the burst met a wall, and the same read without marks passed at once; a wall that comes and
    goes proves nothing of the kind.
    """
    return set(burst.unmarked) == {"ok"} and bool(burst.seen) and not set(burst.seen) - {"challenge", "login_page"}


_HARM = "In the middle of a case the agent sees a page instead of data. The customer waits, and nobody knows why."


def _worst(burst: AgentTraffic) -> tuple[Evidence, ...]:
    return (evidence_of(burst.worst, f"{burst.operation} in a burst of {burst.requests}"),) if burst.worst else ()


def _example(burst: AgentTraffic) -> tuple[Evidence, ...]:
    return (
        (
            evidence_of(
                burst.example, f"{burst.operation}, one of {burst.requests}: two sessions, {burst.parallel} at once"
            ),
        )
        if burst.example
        else ()
    )
