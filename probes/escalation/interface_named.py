"""escalation.interface_named: is it written where the person works and who that is?"""

from __future__ import annotations

from probes.escalation.artifacts import RoutePlan
from probes.finding import Evidence, Outcome, met, not_applicable, not_met
from probes.probe import Effort, Probe
from probes.wording import counted


class InterfaceNamed(Probe):
    """The route names the team, the screen it works in and who may decide.

    Why: a handoff that arrives in a tool nobody has open is not a handoff.
    How: `interface`, `team`, `destination` and `approvers` of the route in escalation.yaml.
    Remedy: ask the team which screen is open on their desks, and write it down with the team's name and the people
        who may decide.
    """

    dimension, level, kind = "escalation", 2, "D"
    effort = Effort(days=(0.25, 0.5, 2), role="team lead")
    needs = (RoutePlan,)

    def judge(self, plan: RoutePlan) -> Outcome:
        if not plan.declared:
            return not_applicable(
                f"{plan.subject.unit} has no route yet that could name a screen", cause="no route", grade="declared"
            )
        absent = [
            name
            for name, there in (
                ("the screen", plan.interface),
                ("the team", plan.team),
                ("the destination", plan.destination_kind),
                ("who may decide", plan.approvers),
            )
            if not there
        ]
        evidence = Evidence(
            says=f"{plan.team or 'no team'}, {plan.interface or 'no screen'}, {counted(plan.approvers, 'person', 'people')} may decide",
            source="escalation.yaml",
        )
        if absent:
            return not_met(
                f"The route {plan.subject.unit} does not name {' nor '.join(absent)}",
                evidence,
                cause="not named",
                grade="declared",
                consequence="Nobody knows whose turn it is; the customer waits.",
            )
        return met(f"The route {plan.subject.unit} names team, screen and who may decide", evidence, grade="declared")
