"""escalation.return_path: does a person's decision come back, once, and nothing else?"""

from __future__ import annotations

from probes.escalation.artifacts import AnswerDrill
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.gather.evidence_shot import evidence_of
from probes.probe import Effort, Probe
from probes.wording import listed


class ReturnPath(Probe):
    """The decision of an entitled person comes back and counts once; forged, stale, forwarded, quoted and repeated
    ones do nothing.

    Why: an approval moves money. Mail scanners open links, out-of-office answers quote them, tickets are closed in
        bulk: none of that is a decision.
    How: each way back is used once rightly; then wrong ones (fetched link, forged, expired, changed action, other
        person, agent's own credential, free text, quoted code,
    replay, second decision) must change nothing. Where it is allowed, the writer's credential tries to decide on its
    own ticket and the ticket system must refuse.
    Remedy: bind each decision to the digest of the action, to a person and to a deadline; take it only by POST, by a
        field of its own, or by an own line with a code;
    take the right to decide from the credential that writes tickets.
    """

    dimension, level, kind, essential = "escalation", 4, "M", True
    effort = Effort(days=(2, 5, 12), role="integration developer")
    needs = (AnswerDrill,)

    def judge(self, drill: AnswerDrill) -> Outcome:
        if not drill.right or not drill.wrong:
            return not_measured(
                "No way back was drilled",
                cause="needs",
                would_measure="set `writes.allowed` for the ticket system in engagement.yaml and run `cxready collect DIR`",
            )
        evidence = [
            Evidence(
                says="right: "
                + ", ".join(f"{way} {'counts once' if ok else 'does not count'}" for way, ok in drill.right.items())
            ),
            Evidence(
                says=(
                    f"wrong: {sum(drill.wrong.values())} of {len(drill.wrong)} did nothing"
                    f" ({', '.join(list(drill.wrong)[:4])} …)"
                ),
                facts=dict(drill.wrong),
            ),
            *(evidence_of(shot, "the credential that writes tickets tries to decide") for shot in drill.shots),
        ]
        acted = [case for case, nothing in drill.wrong.items() if not nothing]
        if acted:
            return not_met(
                f"A wrong decision acts: {acted[0]}", *evidence, cause="wrong decision acts", consequence=MONEY
            )
        if drill.agent_refused is False:
            return not_met(
                "The credential that writes tickets may also decide on them",
                *evidence,
                cause="agent may decide",
                consequence=MONEY,
            )
        if not all(drill.right.values()):
            return not_met(
                f"A right decision does not come back by {next(w for w, ok in drill.right.items() if not ok)}",
                *evidence,
                cause="decision lost",
                consequence="A person has decided, and nothing happens.",
            )
        if drill.decide_operation and drill.agent_refused is None:
            return not_measured(
                f"Whether the credential that writes tickets may call {drill.decide_operation} was not tried",
                cause="not_allowed",
                would_measure=(
                    f"set `attack_probes: true` for the system behind {drill.destination} on staging and run "
                    "`cxready collect DIR`"
                ),
                evidence=tuple(evidence),
            )
        return met(
            f"Decisions come back by {listed(drill.right)}; {len(drill.wrong)} wrong ones did nothing",
            *evidence,
            subject_of_proof="bundled runtime",
        )


MONEY = "Money moves that nobody approved."
