"""escalation.route_defined: does every workflow reach somebody in every hour of the week?"""

from __future__ import annotations

from probes.escalation.artifacts import RoutePlan
from probes.finding import Evidence, Outcome, met, not_met
from probes.probe import Effort, Probe
from probes.wording import counted


class RouteDefined(Probe):
    """Every workflow has a route that reaches somebody in every hour of the week.

    Why: an agent that has to stop at 3 a.m. or on Christmas Day and reaches nobody either acts beyond its limits or leaves
        the customer alone.
    How: every workflow, with its own category and each high-stakes category that a message may turn out to be, is
        walked through the week minute by minute: its route, the hours, the route named for the time outside them, the staff. Where
        escalation.yaml names a country, the public holidays of the next year are walked as well.
    Remedy: name who takes over in the hours that are open (another desk, a duty phone, a partner), or close the channel
        in these hours and say so. Write it in escalation.yaml under the route's `hours` (`days: holidays` for public
        holidays) or `outside_hours`.
    """

    dimension, level, kind, essential = "escalation", 2, "D", True
    effort = Effort(days=(0.5, 2, 10), role="head of customer service", wait_days=20)
    needs = (RoutePlan,)

    def judge(self, plan: RoutePlan) -> Outcome:
        who = _names(plan)
        many = len(plan.workflows or plan.categories) > 1
        has, reaches = ("have", "reach") if many else ("has", "reaches")
        if not plan.declared:
            return not_met(
                f"{who} {has} no escalation route",
                _declared("no route in escalation.yaml names it, nor its category"),
                cause="no route",
                grade="declared",
                consequence=NOBODY,
                remedy=(f"Name a route for {who} in escalation.yaml.",),
            )
        if plan.problems:
            return not_met(
                f"The route {plan.subject.unit} leads nowhere: {plan.problems[0]}",
                *map(_declared, plan.problems),
                cause="broken route",
                grade="declared",
                consequence=NOBODY,
            )
        if plan.gaps:
            hours = 168 - plan.open_minutes / 60
            return not_met(
                f"{who} {has} nobody on duty {' and '.join(plan.gaps[:3])}",
                _declared(f"{hours:.0f} of 168 hours of the week have nobody on duty ({plan.zone})"),
                *_walked(plan),
                cause="hours without staff",
                grade="declared",
                consequence=NOBODY,
            )
        if plan.holiday_gaps:
            return not_met(
                f"{who} {has} nobody on duty on public holidays {plan.holiday_gaps}",
                _declared(f"{plan.holidays} public holidays in the next year, the next one {plan.next_holiday}"),
                *_walked(plan),
                cause="holidays without staff",
                grade="declared",
                consequence=NOBODY,
            )
        return met(
            f"{who} {reaches} {plan.team or plan.subject.unit} in every hour of the week",
            _declared(f"{plan.subject.unit} → {plan.destination}, deputy {plan.deputy or 'none'}"),
            *_walked(plan),
            grade="declared",
        )


NOBODY = "A customer whose case the agent may not decide waits until the next working day, without a word."


def _names(plan: RoutePlan) -> str:
    return " and ".join(plan.workflows or tuple(c.replace("_", " ") for c in plan.categories)) or plan.subject.unit


def _declared(says: str) -> Evidence:
    return Evidence(says=says, source="escalation.yaml")


def _walked(plan: RoutePlan) -> list[Evidence]:
    """How many ways lead here, so that a hole's size can be seen: workflow × category, each over the week."""
    if not plan.walked:
        return []
    flows = {one.workflow for one in plan.walked}
    categories = {one.category for one in plan.walked if one.category}
    ways = len(plan.walked)
    free = round(168 - plan.open_minutes / 60) * ways
    lead = "ways lead" if ways > 1 else "way leads"
    says = (
        f"{ways} {lead} here ({counted(len(flows), 'workflow')}, {counted(len(categories), 'category', 'categories')}):"
        f" {168 * ways} hours walked, {free} without anybody"
    )
    return [Evidence(says=says, source="escalation.yaml", facts={"walked": [one.model_dump() for one in plan.walked]})]
