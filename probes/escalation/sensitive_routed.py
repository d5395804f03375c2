"""escalation.sensitive_routed: do fraud, illness, death and distress take their own route?"""

from __future__ import annotations

from probes.escalation.artifacts import UnderstandingDrill
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.probe import Effort, Probe


class SensitiveRouted(Probe):
    """Messages about fraud, medical bills, outages, a death or distress reach the people who are trained for them,
    with restricted data masked.

    Why: one templated answer to a bereaved customer is in the newspaper; one missed fraud report is money gone.
    How: seeded messages in each category and language go through the runtime's own reading; the routes of the
        categories are read from escalation.yaml;
    handoffs with card number, IBAN and e-mail address are rendered and searched. One miss is one too many. The
    messages are ours, so the figure is an upper bound.
    Remedy: give each category its own route marked `sensitive: true`, and add what was missed to the word lists.
    """

    dimension, level, kind, each = "escalation", 4, "M", "everywhere"
    effort = Effort(days=(0.5, 2, 5), role="head of customer service")
    needs = (UnderstandingDrill,)

    def judge(self, drill: UnderstandingDrill) -> Outcome:
        evidence = [
            Evidence(says=f"{name.replace('_', ' ')}: {k} of {n} recognised", source="seeded messages")
            for name, (k, n) in drill.category.items()
        ]
        if drill.leaked:
            return not_met(
                f"A handoff shows {' and '.join(drill.leaked)} of the customer",
                *evidence,
                cause="restricted data shown",
                consequence="Data that nobody may read stands in a ticket.",
            )
        if drill.unrouted:
            return not_met(
                f"No trained person gets it: {drill.unrouted[0]}",
                *evidence,
                *(Evidence(says=says, source="escalation.yaml") for says in drill.unrouted),
                cause="no route of its own",
                grade="declared",
                consequence=HARM,
            )
        if not drill.category:
            return not_measured(
                "No sensitive message was tried on the runtime",
                cause="no_input",
                would_measure="name the high-stakes categories in guardrails.yaml and run `cxready collect DIR`",
            )
        if drill.category_missed:
            return not_met(
                f"{len(drill.category_missed)} of {sum(n for _, n in drill.category.values())} sensitive messages are"
                " not recognised",
                *evidence,
                Evidence(says=f"missed: {drill.category_missed[0]}"),
                cause="not recognised",
                consequence=HARM,
            )
        return met(
            f"Each of {sum(n for _, n in drill.category.values())} seeded sensitive messages takes its own route",
            *evidence,
            subject_of_proof="bundled runtime",
        )


HARM = "A person in distress or a victim of fraud gets a templated answer."
