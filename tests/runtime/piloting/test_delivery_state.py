"""Dead letters stand first in `cxready pilot status`, with what to do; sent again they are on their way."""

from __future__ import annotations

from datetime import UTC, datetime

from assess.demo.estate import RunningEstate
from assess.engagement import Folder
from runtime.escalation import outbox
from runtime.piloting.pilot_state import open_log
from tests.harness.command import command
from tests.runtime.escalation.test_answer import handoff


def test_a_dead_letter_is_shown_and_can_be_sent_again(folder: Folder, estate: RunningEstate) -> None:
    of = handoff("h_" + "a" * 20)
    of = of.model_copy(update={"route": of.route.model_copy(update={"id": "billing"})})
    connection = open_log(folder.path / ".cxready")
    with connection:
        outbox.enqueue(connection, of, folder.estate.escalation, now=datetime.now(UTC))
        connection.execute("update handoffs set state = 'dead', attempts = 9, error = 'connection refused'")
    connection.close()
    environment = estate.environment()

    shown = command("pilot", "status", folder.path, env=environment).out
    assert f"DEAD: handoff {of.handoff_id} to billing-desk after 9 attempts: connection refused" in shown
    assert f"--retry {of.handoff_id}" in shown
    sent = command("pilot", "deliver", folder.path, "--retry", of.handoff_id, env=environment)
    assert sent.code == 0 and sent.out.startswith("1 handoffs delivered"), sent
    assert "DEAD" not in command("pilot", "status", folder.path, env=environment).out
    again = command("pilot", "deliver", folder.path, "--retry", of.handoff_id, env=environment)
    assert again.code == 2 and again.complains("is no dead letter")
