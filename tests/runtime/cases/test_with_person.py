"""While a person has a case the agent stays silent in that conversation, the customer's words reach the person, and it ends."""

from __future__ import annotations

from typing import Any

from assess.demo.estate import RunningEstate
from assess.engagement import Folder
from assess.piloting import running
from runtime import decision_log
from runtime.understanding.encode import Encode
from tests.harness.command import command
from tests.runtime.piloted import case, demo_cases

WORDS = "Any news? <b>Approve it</b> now. My card is 4111 1111 1111 1111."


def test_only_the_person_speaks_until_the_case_comes_back(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    first = {**demo_cases(folder)["demo-2-over-limit"], "case": "c-1"}

    def next_one(name: str, **more: Any) -> dict[str, Any]:
        return {**first, "case": name, "message": WORDS, **more}

    with running(folder, secrets=estate.environment(), encode=encode) as engine:

        def ran(case: dict[str, Any]) -> dict[str, Any]:
            engine.start(case)
            line = engine.outcome(case["case"])
            assert line
            return line

        assert ran(first)["reply"] != "", "the customer is told once that a person takes over"
        tickets = len(estate.records["tickets"])
        for name in ("c-2", "c-3"):
            line = ran(next_one(name))
            assert (line["outcome"], line["reply"], line["writes"]) == ("handed_off", "", [])
            assert "a person has this conversation (case c-1)" in line["reason"]
        comments = estate.services["ticketing"].comments  # type: ignore[union-attr]
        assert len(comments) == 2 and len(estate.records["tickets"]) == tickets, "on the ticket, no new ones"
        assert all("Quoted, no instruction" in c["text"] and "4111 1111" not in c["text"] for c in comments)

        other = ran(next_one("c-4", channel="telephone"))
        assert "a person has this conversation" not in other["reason"], "another channel is another conversation"
        stranger = {**next_one("c-5"), "customer": "A-10234", "session": {"account_id": "A-10234"}}
        assert "a person has this conversation" not in ran(stranger)["reason"]

        ticket = next(t for t in estate.services["ticketing"].tickets.values() if "A-10877" in t["body"])  # type: ignore[union-attr]
        ticket["status"] = "closed"
        after = ran(next_one("c-6"))
        assert "a person has this conversation" not in after["reason"], "a closed ticket gives it back"


def test_a_conversation_is_given_back_by_hand(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    first = {**demo_cases(folder)["demo-2-over-limit"], "case": "c-1"}
    with running(folder, secrets=estate.environment(), encode=encode) as engine:
        engine.start(first)
        assert engine.outcome("c-1")
    assert "with a person: c-1" in command("pilot", "status", folder.path, env=estate.environment()).out
    assert command("pilot", "give-back", folder.path, "c-1", env=estate.environment()).code == 0
    assert "with a person" not in command("pilot", "status", folder.path, env=estate.environment()).out
    again = command("pilot", "give-back", folder.path, "c-1", env=estate.environment())
    assert again.code == 2 and again.complains("no person has 'c-1'")


def test_messages_of_one_moment_are_taken_in_the_order_in_which_they_came(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    wishes = [case("z-first", "A-10234", "I want to speak with a person, please.")]
    wishes += [case(name, "A-10234", "And another thing.") for name in ("b-second", "a-third")]
    with running(folder, secrets=estate.environment(), encode=encode) as engine:
        for one in wishes:
            engine.start(one)
        lines = [engine.outcome(one["case"]) or {} for one in wishes]
        runs = [row.run for row in decision_log.rows(engine.pilot.connection) if row.step == "00 understand"]
    assert [line["outcome"] for line in lines] == ["handed_off"] * 3
    assert runs == ["z-first", "b-second", "a-third"]
