"""Is it proved that no permitted call goes beyond the limits?"""

from __future__ import annotations

from typing import Any

from probes.finding import EVERYWHERE, Evidence, Outcome, Subject, met, not_measured, not_met
from probes.guardrails.evidence import NO_TIME, Proof
from probes.probe import Effort, Probe
from runtime.guardrails.certificate import WORDING


class LimitsProved(Probe):
    """No permitted call goes beyond the limits: proved over the policy that is really loaded.

    Why: tests try the cases that somebody thought of. A proof holds for every amount, total, currency and
    circumstance, and answers a hole with the very call that goes through it.
    How: compiles the guardrails to Cedar, translates the policy to formulas with Cedar's own semantics of
    errors and overflow, and asks Z3 for a request that breaks a claim. Each condition is left out in turn to
    see that the proof needs it. Expressions that are not modelled and time-outs are not proofs.
    Remedy: read the counterexample, tighten the rule that it names, and prove again.
    """

    dimension, level, kind, essential, asks_subject = "guardrails", 4, "M", True, True
    effort = Effort(days=(0.5, 2, 5), role="guardrail owner")
    needs = (Proof,)

    def judge(self, proof: Proof, *, subject: Subject, **_: Any) -> Outcome:
        claims = (*proof.of(subject.unit), *proof.of(EVERYWHERE))
        source = f"certificate {proof.digest[:19]}"
        if not proof.of(subject.unit):
            evidence = Evidence(
                says=f"{subject.unit} names no operation that is confirmed to be a write.", source=source
            )
            return not_met(
                f"Nothing could be proved about {subject.unit}",
                evidence,
                cause="nothing modelled",
                consequence="Nobody can say what the most is that this action can cost.",
            )
        failed = [claim for claim in claims if not claim.proved]
        if failed and all(claim.unsupported == NO_TIME for claim in failed):
            return not_measured(
                f"The limits of {subject.unit}: the solver did not finish",
                cause="failed",
                would_measure="run `cxready guardrails prove DIR` on a machine with nothing else to do, then collect again",
            )
        if failed:
            told = [claim.counterexample or f"{claim.says}: not proved ({claim.unsupported})" for claim in failed]
            evidence_of = [
                Evidence(says=f"{said}.", source=source, facts={"claim": c.claim, "tried on Cedar": c.replayed})
                for c, said in zip(failed, told, strict=True)
            ]
            first = failed[0]
            title = (
                f"A permitted call breaks the limits of {subject.unit}"
                if first.counterexample
                else f"The limits of {subject.unit} are not proved"
            )
            return not_met(
                title,
                *evidence_of,
                cause="counterexample" if first.counterexample else "not modelled",
                consequence=f"{told[0][:1].upper()}{told[0][1:]}.",
            )
        redundant = len(proof.redundant(subject.unit))
        left_out = sum(d.rule.startswith(f"{subject.unit}/") for d in proof.certificate.dropped)
        says = f"{len(claims)} claims, {WORDING}."
        more = f"{left_out} conditions left out in turn: {left_out - redundant} break a claim, {redundant} follow from the others."
        return met(
            f"The limits of {subject.unit} are proved",
            Evidence(says=says, source=source),
            Evidence(says=more, source=source),
        )
