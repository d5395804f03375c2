"""escalation.agent_stays_silent: does only the person speak, once a person has the case?"""

from __future__ import annotations

from probes.escalation.artifacts import SilenceDrill
from probes.finding import Evidence, Outcome, met, not_measured, not_met
from probes.probe import Effort, Probe


class AgentStaysSilent(Probe):
    """While a person has a case the agent does not answer in that conversation, and what the customer writes reaches the person.

    Why: two voices in one conversation contradict each other; and an agent that stays silent for ever by mistake is as bad.
    How: the runtime's rule is asked in seven situations (next message, later message, another customer, another channel, given back,
        after the longest time); then a note is written on the drill's own ticket.
    Remedy: name the operation that comments on a ticket as `comment` of the destination in escalation.yaml; give conversations back
        by deciding, by closing the ticket or with `cxready pilot give-back`.
    """

    dimension, level, kind = "escalation", 3, "M"
    effort = Effort(days=(0.25, 1, 3), role="integration developer")
    needs = (SilenceDrill,)

    def judge(self, drill: SilenceDrill) -> Outcome:
        wrong = [situation for situation, right in drill.held.items() if not right]
        note = {
            True: "a note was written on the ticket",
            False: "the ticket takes no notes",
            None: f"no note: {drill.unclear}",
        }
        evidence = [
            Evidence(
                says=f"{len(drill.held) - len(wrong)} of {len(drill.held)} situations as they should be",
                facts=dict(drill.held),
            ),
            Evidence(says=note[drill.noted], source=drill.destination),
        ]
        if not drill.held:
            return not_measured(
                "Who speaks after a handoff was not tried",
                cause="needs",
                would_measure="set `writes.allowed` for the ticket system in engagement.yaml and run `cxready collect DIR`",
            )
        if wrong:
            return not_met(f"The wrong one speaks: {wrong[0]}", *evidence, cause="wrong voice", consequence=TWO_VOICES)
        if drill.noted is False:
            return not_met(
                f"What the customer writes next does not reach the ticket at {drill.destination}",
                *evidence,
                cause="no notes",
                consequence="Each further message becomes a ticket of its own, and nobody sees them together.",
            )
        if drill.noted is None:
            return not_measured(
                f"Whether a note reaches the ticket at {drill.destination} could not be seen: {drill.unclear}",
                cause="unreachable",
                would_measure="see that the ticket system answers (`cxready collect DIR --check`), then run `cxready collect DIR`",
                evidence=tuple(evidence),
            )
        return met(
            "After a handoff only the person speaks, and the customer's next words reach them",
            *evidence,
            subject_of_proof="bundled runtime",
        )


TWO_VOICES = "The customer hears two voices, or none."
