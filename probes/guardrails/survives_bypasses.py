"""Do known ways round a limit fail?"""

from __future__ import annotations

from typing import Any

from probes.finding import Outcome, not_measured
from probes.guardrails.evidence import BypassTrial
from probes.guardrails.trial_outcome import of_scenes
from probes.probe import Effort, Probe


class SurvivesBypasses(Probe):
    """Known ways round a limit are refused by the decision point and the proxy.

    Why: attackers do not ask for 900.00 EUR. They write -900, 9e2, send two amounts, hide a path, override a
    method, or let two servers read one request differently.
    How: the catalogue of bypasses, as data, against the real decision point and the real proxy in front of a
    stand-in system that must receive nothing. A well-formed call must pass in between, or the trial says
    nothing.
    Remedy: read requests strictly, forward only what was read, and match only declared operations.
    """

    dimension, level, kind, each = "guardrails", 4, "M", "everywhere"
    effort = Effort(days=(1, 4, 10), role="platform engineer")
    needs = (BypassTrial,)

    def judge(self, trial: BypassTrial, **_: Any) -> Outcome:
        if not trial.control:
            return not_measured(
                f"Bypasses of {trial.operation} could not be tried: even a call within the limits was refused",
                cause="control refused",
                would_measure="look at the limits of the action with `cxready guardrails test DIR --calls FILE`",
            )
        return of_scenes(
            trial.scenes,
            held=f"{len(trial.scenes)} of {len(trial.scenes)} known ways round a limit are refused",
            broken="A known way round the limits works: {name}",
            cause="bypass",
            consequence="Whoever knows this trick is not bound by any limit.",
        )
