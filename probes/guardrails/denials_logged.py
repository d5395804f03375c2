"""Can every denial be looked up afterwards?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.guardrails.evidence import DenialTrial
from probes.guardrails.trial_outcome import BUNDLED
from probes.probe import Effort, Probe
from probes.wording import counted


class DenialsLogged(Probe):
    """Every denied call stands in a log that shows when it was changed.

    Why: attempts are the first sign of an attack or of a broken workflow, and an auditor asks for them. A log
    that can be changed unseen proves nothing.
    How: counts the denials of the bypass trial at the proxy against the rows of the hash-chained decision log,
    looks for the reason in each, then changes a copy of the log and checks that this is seen.
    Remedy: write each decision, with its reason, to an append-only log before the answer goes out.
    """

    dimension, level, kind, each = "guardrails", 3, "M", "everywhere"
    effort = Effort(days=(1, 3, 6), role="platform engineer")
    needs = (DenialTrial,)

    def judge(self, trial: DenialTrial, **_: Any) -> Outcome:
        says = (
            f"{counted(trial.denied, 'call')} denied; the log holds {counted(trial.logged, 'denial')}, "
            f"{trial.with_reason} with their reason; a changed row is {'' if trial.change_seen else 'not '}seen."
        )
        evidence = Evidence(says=says)
        if trial.denied == 0:
            return not_measured(
                "Whether denials are logged could not be tried",
                cause="no denials",
                would_measure="cover a write of a workflow by an action in guardrails.yaml and run `cxready collect DIR`",
                evidence=(evidence,),
            )
        if trial.logged < trial.denied or trial.with_reason < trial.logged or trial.chain or not trial.change_seen:
            return not_met(
                "Denied calls cannot all be looked up",
                evidence,
                cause="not logged",
                consequence="Somebody tries to get money out for weeks, and nobody notices.",
                subject_of_proof=BUNDLED,
            )
        return met(
            "Every denied call is logged with its reason, and changes of the log show",
            evidence,
            subject_of_proof=BUNDLED,
        )
