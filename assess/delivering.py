"""Between cases: a round of deliveries and answers, a conversation given back, and what came of handoffs by team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from assess.engagement import Folder
from assess.piloting import pilot_of
from runtime import tables
from runtime.errors import BadInput, Bug
from runtime.escalation import conversation, outbox
from runtime.escalation.feedback import Feedback, feedback
from runtime.pilot_state import open_log
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
    from runtime.ways_back import look_around

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
