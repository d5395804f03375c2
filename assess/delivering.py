"""Between cases: a round of deliveries and answers, a conversation given back, and what came of handoffs by team."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from assess.business_case.written import BusinessCaseFile
from assess.engagement import Folder
from assess.piloting import pilot_of
from runtime.errors import BadInput, Bug
from runtime.escalation import conversation, outbox
from runtime.escalation.feedback import Feedback, feedback
from runtime.piloting import reviews
from runtime.piloting.pilot_figures import Cost, Figures, figures
from runtime.piloting.pilot_state import open_log
from runtime.storage import tables
from runtime.understanding.encode import Encode


def deliver_due(
    folder: Folder, *, again: str | None = None, secrets: Mapping[str, str] | None = None, encode: Encode | None = None
) -> dict[str, Any]:
    """One round of deliveries, reminders and answers, without running any case; also beside a pilot that runs.

    Args:
        again: a dead letter that is sent on its way first.

    Raises:
        BadInput: there is no such dead letter.
    """
    from runtime.engine.ways_back import look_around

    pilot = pilot_of(folder, secrets=secrets, encode=encode or _no_encoder)
    tables.prepare(pilot.connection)
    if again and not outbox.retry(pilot.connection, again, now=datetime.now(UTC)):
        raise BadInput(
            f"{again} is no dead letter", str(folder.path), f"`cxready pilot status {folder.path}` lists them"
        )
    found = look_around(pilot)
    return {**asdict(found), "decided": [h.case for h in found.decided], "problems": list(found.problems)}


def give_back_conversation(folder: Folder, case: str) -> None:
    """The agent may answer again where a person has a case.

    Raises:
        BadInput: nobody has it.
    """
    connection = open_log(folder.path / ".cxready")
    try:
        if not conversation.give_back(connection, case=case, why="by hand", now=datetime.now(UTC)):
            raise BadInput(
                f"no person has {case!r}", str(folder.path), f"`cxready pilot status {folder.path}` lists them"
            )
    finally:
        connection.close()


def pilot_figures(folder: Folder) -> list[Figures]:
    """What the pilot achieved, by workflow."""
    with closing(open_log(folder.path / ".cxready")) as connection:
        return figures(connection, now=datetime.now(UTC), costs=_costs(folder.business_case.value))


def review_sample(folder: Folder, count: int, seed: int, workflow: str | None) -> list[reviews.Case]:
    """Finished cases that nobody has looked at, in the order of the seed."""
    with closing(open_log(folder.path / ".cxready")) as connection:
        return reviews.sample(connection, count, seed=seed, workflow=workflow)


def record_review(folder: Folder, case: str, verdict: reviews.Verdict, by: str, note: str) -> None:
    """A person's verdict, in the chain of the case.

    Raises:
        BadInput: there is no such finished case.
    """
    with closing(open_log(folder.path / ".cxready")) as connection:
        reviews.record(connection, case, verdict, by, note)


def _costs(said: BusinessCaseFile) -> dict[str, Cost]:
    """The likely figures of the business case: an attempt of the agent, and a case that a person handles as today."""
    attempt, hour = said.shared.price_per_attempt, said.shared.cost_per_hour
    return {
        name: Cost(
            Decimal(attempt.likely) if attempt else None,
            Decimal(hour.likely) * Decimal(str(own.minutes_today.likely)) / 60 if hour and own.minutes_today else None,
        )
        for name, own in said.workflows.items()
    }


def team_metrics(folder: Folder) -> Feedback:
    """What came of handoffs, by team, until the last full week."""
    connection = open_log(folder.path / ".cxready")
    try:
        return feedback(connection, folder.estate.escalation, now=datetime.now(UTC))
    finally:
        connection.close()


def _no_encoder(texts: Any) -> Any:
    """Delivering understands no message."""
    raise Bug("deliveries need no encoder", "pilot deliver")
