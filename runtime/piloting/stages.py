"""From stage to stage: shadow → approve → act, up only with a gate and reviewed cases behind it, down at any time.

The charter's shares are judged by the upper end of a 95 % Wilson interval: few cases are no evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

from runtime.errors import BadInput, Refused
from runtime.escalation import answer, outbox
from runtime.gate import ORDER, Gate
from runtime.metrics import Share, wilson
from runtime.piloting import reviews
from runtime.piloting.gate_check import BY_STAGE
from runtime.piloting.pilot_settings import STAGES, Charter, PilotFile, Stage
from runtime.storage.database import Connection

ENDS = ("resolved", "handed_off", "refused", "unknown")


@dataclass(frozen=True)
class Reviewed:
    """What people decided about a workflow's drafts: how many, and how many of them they refused, with its interval."""

    n: int
    refused: Share


def reviewed(connection: Connection, workflow: str) -> Reviewed:
    """Decisions about waiting calls, counted once a handoff."""
    about = [row.handoff for row in outbox.rows(connection) if any(option.effect for option in row.handoff.ask.options)]
    decided = [answer.decision_of(connection, h.handoff_id) for h in about if h.workflow == workflow]
    options = [found["option"] for found in decided if found]
    return Reviewed(len(options), wilson(sum(option != "approve" for option in options), len(options)))


def charter_breach(connection: Connection, workflow: str, charter: Charter) -> str:
    """Why the charter stops a workflow; empty while the evidence does not show it (the lower end of a 95 % interval counts)."""
    ends = dict(
        connection.execute(
            "SELECT outcome, COUNT(*) FROM timeline WHERE workflow = ? GROUP BY outcome", (workflow,)
        ).fetchall()
    )
    to_people, n = ends.get("handed_off", 0) + ends.get("unknown", 0), sum(ends.get(name, 0) for name in ENDS)
    handoffs = wilson(to_people, n)
    refused, wrong = reviewed(connection, workflow).refused, wrong_actions(connection, workflow)
    if handoffs.low > charter.handoffs_at_most:
        return f"stopped by its charter: handed off {handoffs}, at most {charter.handoffs_at_most:.0%}"
    if refused.low > charter.wrong_actions_at_most:
        return f"stopped by its charter: people refused {refused}, at most {charter.wrong_actions_at_most:.0%}"
    if wrong.low > charter.wrong_actions_at_most:
        return f"stopped by its charter: reviewers found wrong {wrong}, at most {charter.wrong_actions_at_most:.0%}"
    return ""


def wrong_actions(connection: Connection, workflow: str) -> Share:
    """What reviewers said of finished cases that they looked at afterwards (reviews.py)."""
    looked_at = [case for case in reviews.reviewed(connection) if case.workflow == workflow]
    return wilson(sum(case.verdict == "wrong" for case in looked_at), len(looked_at))


def next_stage(settings: PilotFile, workflow: str, up: bool) -> Stage:
    """The neighbouring stage.

    Raises:
        BadInput: the file does not name the workflow, or there is no further stage.
    """
    if workflow not in settings.workflows:
        known = ", ".join(settings.workflows) or "none yet"
        raise BadInput(
            f"{workflow} is not piloted",
            "pilot.yaml",
            f"`cxready pilot init DIR --workflow {workflow}` adds it; piloted: {known}",
        )
    at = STAGES.index(settings.workflows[workflow].stage) + (1 if up else -1)
    if not 0 <= at < len(STAGES):
        raise BadInput(
            f"{workflow} is in stage {settings.workflows[workflow].stage}; there is none {'above' if up else 'below'} it",
            "pilot.yaml",
        )
    return STAGES[at]


def check_promotion(gate: Gate, connection: Connection, settings: PilotFile, workflow: str) -> Stage:
    """The next stage up, when gate and evidence carry it.

    Raises:
        Refused: the gate does not open that far, or too few cases were reviewed, or too many of them refused.
    """
    stage = next_stage(settings, workflow, up=True)
    found = gate.workflows.get(workflow)
    autonomy = found.autonomy if found else "blocked"
    if ORDER.index(autonomy) < ORDER.index(BY_STAGE[stage]):
        raise Refused(
            f"the gate of {workflow} is `{autonomy}`",
            "gate.json",
            f"stage {stage} needs `{BY_STAGE[stage]}`: see `cxready explain DIR {workflow}`",
        )
    if stage == "act":
        charter = settings.workflows[workflow].charter
        _carried(reviewed(connection, workflow), charter)
        if breach := charter_breach(connection, workflow, charter):
            raise Refused(breach, "pilot.yaml: charter", "`cxready pilot metrics DIR` shows the figures")
    return stage


def _carried(found: Reviewed, charter: Charter) -> None:
    if found.n < charter.cases_before_act:
        more = charter.cases_before_act - found.n
        raise Refused(
            f"{found.n} drafts were reviewed, {more} more are needed",
            "pilot.yaml: charter.cases_before_act",
            "go on in stage approve",
        )
    if found.refused.high > charter.wrong_actions_at_most and found.refused.k:
        raise Refused(
            f"people refused {found.refused}",
            "pilot.yaml: charter.wrong_actions_at_most",
            "look at the refused drafts with `cxready pilot log`",
        )
