"""Each kind of stop becomes a ticket in the demo's ticket system, is read back from there and scored as a person sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assess.demo.estate import RunningEstate
from assess.engagement import Folder, load_folder
from assess.piloting import pilot_of, run_cases
from runtime import decision_log
from runtime.cases.hand_off import Stopped, hand_off
from runtime.decision_log import Entry
from runtime.escalation import outbox
from runtime.escalation.form import Handoff
from runtime.escalation.projection import project
from runtime.escalation.readability import PASS, score
from runtime.escalation.rendering import MOST_WORDS, render
from runtime.piloting.pilot_state import open_log
from runtime.understanding.encode import Encode
from runtime.understanding.understand import Understood
from tests.runtime.piloted import case, demo_cases, write_gate

MESSAGES = {
    "asked_for_human": "Please let me talk to a real person about my bill.",
    "frustration": "This is ridiculous!! I have already told you three times that my bill is wrong.",
    "restricted_data": "My bill is wrong, here is my card: 4111 1111 1111 1111.",
    "high_stakes": "Somebody took over my number and ordered phones in my name. This is fraud, stop it!",
}
DIRECT = {
    "unknown_effect": "billing.createCredit: no answer came",
    "low_confidence": "it is not certain what the customer wants",
    "conflict": "the contract says 14 days and the article 30",
    "not_allowed": "the customer threatens legal action",
}
UNDERSTOOD = Understood(
    "billing-dispute", 0.47, None, "en", 0.0, (), None, runner_up="refund-overpayment"
)  # just under the threshold
ACCOUNTS = ("A-10234", "A-10877", "A-11902", "A-12345")  # one customer has one open case with a person
CREDIT: Mapping[str, Any] = {"account_id": "A-10234", "charge_id": "CH-10234-2", "amount": "12.40", "currency": "EUR"}


def run(folder: Folder, estate: RunningEstate, encode: Encode, cases: list[dict[str, Any]]) -> list[Any]:
    return run_cases(load_folder(folder.path), cases, secrets=estate.environment(), encode=encode)


def handed_off(folder: Folder) -> list[tuple[Handoff, list[Entry]]]:
    """Each handoff with the rows of its case."""
    connection = open_log(folder.path / ".cxready")
    try:
        return [(row.handoff, decision_log.rows(connection, row.handoff.case)) for row in outbox.rows(connection)]
    finally:
        connection.close()


def assert_readable(ticket: Mapping[str, Any], handoff: Handoff) -> None:
    body = str(ticket["body"])
    seen = score(body, "strict", language="en")
    assert seen.score >= PASS["strict"][0], (handoff.why.class_, seen.score, seen.reasons, body)
    parts = next(why for why in seen.reasons if why.feature == "parts")
    assert parts.points == parts.of, (handoff.why.class_, parts.says, body)
    assert body.splitlines()[0].endswith(("?", "."))
    assert len(body.split()) <= MOST_WORDS + 2
    assert handoff.handoff_id in ticket["subject"] and handoff.why.rule in body


def ticket_of(estate: RunningEstate, handoff: Handoff) -> Mapping[str, Any]:
    [ticket] = [t for t in estate.records["tickets"] if handoff.handoff_id in t["subject"]]
    return ticket


def test_messages_that_ask_for_a_person_are_tickets_that_can_be_acted_on(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    told = [case(kind, who, MESSAGES[kind]) for who, kind in zip(ACCOUNTS, MESSAGES, strict=True)]
    results = run(folder, estate, encode, told)
    assert {result.outcome for result in results} == {"handed_off"}
    found = [handoff for handoff, _ in handed_off(folder)]
    assert {handoff.case: handoff.why.class_ for handoff in found} == {kind: kind for kind in MESSAGES}
    for handoff in found:
        assert handoff.customer.waiting_since and handoff.promised
        assert_readable(ticket_of(estate, handoff), handoff)


def test_a_system_that_is_down_is_named_and_advice_given(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    estate.listeners["usage"].close()
    run(folder, estate, encode, [demo_cases(folder)["demo-1-resolved"]])
    [(handoff, _)] = handed_off(folder)
    assert handoff.why.class_ == "tool_fault" and handoff.not_reachable == ("usage",)
    assert_readable(ticket_of(estate, handoff), handoff)


def test_what_no_demo_case_does_is_handed_over_just_as_readably(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    facts = {"contract_id": "CT-10234", "days": 21}
    made: dict[str, Handoff] = {}
    with pilot_of(folder, secrets=estate.environment(), encode=encode) as pilot:
        for kind, says in DIRECT.items():
            told = case(f"stop-{kind}", "A-10234")
            name = told["case"]
            pilot.note(name, "01 crm.getContract", operation="crm.getContract", effect="read", detail={"facts": facts})
            if kind == "unknown_effect":
                credit = "billing.createCredit"
                pilot.note(name, f"02 {credit}", operation=credit, arguments=dict(CREDIT), effect="unknown")
            made[kind] = hand_off(pilot, told, "billing-dispute", UNDERSTOOD, Stopped(kind, f"{kind}.rule", says))  # type: ignore[arg-type]
    for handoff in made.values():
        assert_readable(ticket_of(estate, handoff), handoff)
    unknown = ticket_of(estate, made["unknown_effect"])["body"]
    assert unknown.startswith("Unknown effect – check first: create credit 12.40 EUR")
    assert made["low_confidence"].alternatives == ("Billing dispute", "Refund of an overpayment")


def test_every_claim_of_a_handoff_is_projected_again_from_the_log(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    cases = demo_cases(folder)
    run(folder, estate, encode, [cases["demo-2-over-limit"], cases["demo-6-approval"], cases["demo-3-fraud"]])
    found = handed_off(folder)
    assert len(found) == 3
    for handoff, rows in found:
        before = [row for row in rows if row.step != "handoff" and not row.step.startswith(("proxy.", "99"))]
        again = project(
            before,
            ask=handoff.ask,
            why=handoff.why,
            customer=handoff.customer,
            route=handoff.route,
            created=handoff.created,
            writes=frozenset(load_folder(folder.path).estate.writes_of(handoff.workflow))
            if handoff.workflow
            else frozenset(),
        )
        assert again.facts == handoff.facts and again.attempted == handoff.attempted
        assert again.effects == handoff.effects and again.systems_queried == handoff.systems_queried
        by_number = {f"log:{row.seq}": row for row in rows}
        assert all(fact.value in by_number[fact.evidence].detail["facts"].values() for fact in handoff.facts)
    over = next(handoff for handoff, _ in found if handoff.case == "demo-2-over-limit")
    assert over.facts and over.why.class_ == "limit" and over.effects.not_done == ("billing.createCredit 74.50 EUR",)
    assert_readable(ticket_of(estate, over), over)
    assert "I want to dispute a charge" in ticket_of(estate, over)["body"]


def test_a_megabyte_of_hostile_text_becomes_a_short_harmless_ticket(
    folder: Folder, estate: RunningEstate, encode: Encode
) -> None:
    hostile = "I want a human!\r\nBcc: all@example.org\n<script>alert(1)</script> APPROVE 2222 " + "x " * 500_000
    turns = [{"who": "customer", "text": f"message {n}"} for n in range(30_000)]
    [result] = run(folder, estate, encode, [{**case("big", "A-10234", hostile), "turns": turns}])
    assert result.outcome == "handed_off"
    [(handoff, _)] = handed_off(folder)
    ticket = ticket_of(estate, handoff)
    assert handoff.transcript.turns == 30_001 and len(handoff.model_dump_json()) < 20_000
    assert len(ticket["body"]) < 3_000 and "\n" not in ticket["subject"] and "all@example.org" not in ticket["subject"]
    assert "<script>" not in render(handoff).html
    assert_readable(ticket, handoff)


def test_the_people_of_a_route_read_it_in_their_language(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    path = folder.path / "escalation.yaml"
    text = path.read_text(encoding="utf-8").replace(
        "    team: Billing desk", "    language: de\n    team: Billing desk"
    )
    path.write_text(text, encoding="utf-8")
    write_gate(folder.path)
    run(folder, estate, encode, [demo_cases(folder)["demo-2-over-limit"]])
    [(handoff, _)] = handed_off(folder)
    delivered = ticket_of(estate, handoff)["body"]
    assert delivered.startswith("Bitte entscheiden")
    first = {"de": "Bitte entscheiden", "es": "Decida usted", "fr": "Veuillez"}
    for language, begins in first.items():
        shown = render(handoff, language)
        assert shown.text.startswith(begins) and "74,50 EUR" in shown.text
        assert score(shown.text, "strict", language=language).score >= PASS["strict"][0]
