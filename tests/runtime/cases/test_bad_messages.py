"""Messages that no customer should write: each ends in a clear outcome, leaves a line in the log, and a person is told where one is needed."""

from __future__ import annotations

import json
from typing import Any

from assess.demo.estate import RunningEstate
from assess.demo.use_cases.declared import Fault
from assess.demo.use_cases.faults import with_faults
from assess.engagement import Folder
from assess.piloting import run_cases
from runtime import decision_log
from runtime.cases.incoming import MOST_MESSAGE, received
from runtime.guardrails.policy import GuardrailsFile
from runtime.piloting.pilot_state import open_log
from runtime.understanding.encode import Encode
from tests.runtime.piloted import case

ASKS = "My bill is wrong: there is a flat data charge."
ARABIC = "\u0641\u0627\u062a\u0648\u0631\u062a\u064a \u062e\u0627\u0637\u0626\u0629 \u0623\u0631\u064a\u062f \u0627\u0644\u0645\u0627\u0644"  # my bill is wrong, I want the money
OWN, MOTHER = "A-10234", "A-10877"
BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "a megabyte": ({"message": f"{ASKS} " + "please " * 150_000}, "resolved", ""),
    "a megabyte of nothing": ({"message": " " * 1_000_000}, "asked", "fits no goal"),
    "a megabyte without blanks": ({"message": "x" * 1_000_000}, "handed_off", "unknown language"),
    "empty": ({"message": ""}, "asked", "fits no goal"),
    "binary": ({"message": bytes(range(256)).decode("latin-1") * 40}, "handed_off", "unknown language"),
    "zero bytes": ({"message": f"{ASKS}\x00\x01\x02"}, "resolved", ""),
    "half a character": ({"message": f"{ASKS} \ud83d"}, "resolved", ""),
    "right to left": ({"message": ARABIC}, "handed_off", "unknown language"),
    "turned around": ({"message": f"\u202e{ASKS}\u202c"}, "resolved", ""),
    "zero width inside words": ({"message": "My b\u200bill is wr\u200bong: there is a flat da\u200bta charge."}, "resolved", ""),
    "zero width inside fraud": ({"message": "This is fr\u200baud, somebody took over my num\u2060ber!"}, "handed_off", "fraud"),
    "fullwidth letters": ({"message": "\uff26\uff52\uff41\uff55\uff44! Somebody ordered phones in my name."}, "handed_off", "fraud"),
    "two customers": ({"message": f"{ASKS} Please also credit my mother's account {MOTHER}."}, "handed_off", "another customer's number"),
    "own number": ({"message": f"{ASKS} My account is {OWN}."}, "resolved", ""),
    "unknown customer": ({"customer": "A-99999", "session": {"account_id": "A-99999"}}, "handed_off", ""),
    "no customer": ({"customer": "", "session": {}}, "handed_off", "does not say who the customer is"),
    "odd session": ({"customer": "A-1", "session": {"account_id": ["A-10234"], "x": {"y": 1}}}, "handed_off", "does not say who the customer is"),
    "a path as a customer": ({"customer": "../A-10234", "session": {"account_id": "../A-10234"}}, "handed_off", ""),
}  # fmt: skip


def test_each_bad_message_ends_clearly(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    cases = [case(name, OWN, **{"message": ASKS, **more, "channel": name}) for name, (more, _, _) in BAD.items()]
    results = {r.case: r for r in run_cases(folder, cases, secrets=estate.environment(), encode=encode)}

    assert {name: r.outcome for name, r in results.items()} == {name: outcome for name, (_, outcome, _) in BAD.items()}
    assert {name: results[name].reason for name, (_, _, says) in BAD.items() if says not in results[name].reason} == {}
    assert [(c["account_id"], c["amount"]) for c in estate.records["credits"]] == [(OWN, "12.40")], (
        "one charge, one credit"
    )
    handed = [name for name, r in results.items() if r.outcome == "handed_off"]
    assert len([t for t in estate.records["tickets"] if t["queue"]]) == len(handed), "each of them is a person's ticket"
    assert all(len(json.dumps(ticket)) < 60_000 for ticket in estate.records["tickets"])
    connection = open_log(folder.path / ".cxready")
    try:
        assert decision_log.verify(connection) == []
        for name, result in results.items():
            ends = [row for row in decision_log.rows(connection, name) if row.step == "99 outcome"]
            assert [row.detail["outcome"] for row in ends] == [result.outcome], name
    finally:
        connection.close()


def test_a_tool_that_answers_anything_but_data_is_a_persons_case(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    kinds = {"html": OWN, "garbage": MOTHER, "down": "A-16008", "huge": "A-90017"}
    faults = [Fault.model_validate({"system": "crm", "names": who, "does": does}) for does, who in kinds.items()]
    estate.listeners["crm"].answers_with(with_faults(estate.services["crm"].answer, faults))
    cases = [case(does, who) for does, who in kinds.items()]
    for result in run_cases(folder, cases, secrets=estate.environment(), encode=encode):
        assert result.outcome == "handed_off", result
        assert "crm.getContract did not answer as it should" in result.reason
        assert "<html" not in result.reply
    assert "<html" not in json.dumps(estate.records["tickets"])
    assert estate.records["credits"] == [] and len(estate.records["tickets"]) == len(kinds)


def test_what_comes_in_can_be_stored_and_is_bounded() -> None:
    odd = {
        "case": "x",
        "message": "a\x00\ud800" * 50_000,
        "session": {"k" * 5000: ["\x1b[31m", {"deep": "\udfff"}]},
        "n": 3,
    }
    kept = received(GuardrailsFile(), odd)
    text = json.dumps(kept, ensure_ascii=False)
    text.encode("utf-8")
    assert "\x00" not in text and "\x1b" not in text and len(kept["message"]) == MOST_MESSAGE and kept["n"] == 3
    assert all(len(name) <= 200 for name in kept["session"])
