"""People are not measured: no page, API or export gives a person's figure; teams are shown only when they are large enough."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from assess.demo.estate import RunningEstate
from assess.engagement import Folder
from assess.piloting import running
from probes.derive import human_times
from probes.derive.run import Derivation
from runtime import decision_log
from runtime.console.app import Desk, console
from runtime.decision_log import Entry
from runtime.escalation import answer, feedback, outbox
from runtime.escalation.feedback import ALL, FEWEST_DECISIONS, FEWEST_PERSONS, Decided, cells_of, spearman
from runtime.escalation.link_keys import pseudonym
from runtime.piloting.pilot_state import open_log
from runtime.understanding.encode import Encode
from tests.harness.command import command
from tests.runtime.escalation.test_answer import handoff

NOW = datetime.now(UTC)
PEOPLE = ["mara.lind", "jo.berg", "ada.kurz", "tom.reiss", "ina.wolf", "per.falk"]


def decided(person: str, team: str = "Desk", **more: object) -> Decided:
    return replace(Decided(team, person, 600.0, 12.0, False, 90), **more)


def team(name: str, persons: int, each: int) -> list[Decided]:
    return [decided(f"{name}-{n}", name, waited_s=60.0 * k) for n in range(persons) for k in range(each)]


@pytest.mark.parametrize(("persons", "each", "shown"), [(5, 4, True), (4, 50, False), (5, 3, False), (19, 1, False)])
def test_a_cell_needs_five_persons_and_twenty_decisions(persons: int, each: int, shown: bool) -> None:
    assert bool(cells_of(team("Desk", persons, each), NOW).cells) is shown


def test_a_cell_that_is_nearly_one_persons_is_not_shown() -> None:
    found = [*team("Desk", 5, 1), *[decided("Desk-0") for _ in range(40)]]
    assert cells_of(found, NOW).cells == ()


def test_no_total_gives_a_hidden_team_away() -> None:
    large, small = team("Desk", 6, 5), team("Fraud", 2, 3)
    assert [cell.team for cell in cells_of([*large, *small], NOW).cells] == ["Desk"]
    assert [cell.team for cell in cells_of([*large, *team("Care", 5, 5)], NOW).cells] == ["Care", "Desk", ALL]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), max_size=160))
def test_every_shown_cell_holds_enough_whatever_was_decided(pairs: list[tuple[int, int]]) -> None:
    found = [decided(f"p-{person}", f"team-{team}") for team, person in pairs]
    shown = cells_of(found, NOW)
    for cell in shown.cells:
        of = [one for one in found if cell.team in (ALL, one.team)]
        counts = Counter(one.person for one in of)
        assert len(counts) >= FEWEST_PERSONS and cell.decisions == len(of) >= FEWEST_DECISIONS
        assert max(counts.values()) * 2 <= len(of)
    if any(cell.team == ALL for cell in shown.cells):
        assert shown.hidden != 1, "the one hidden team would be the difference"


def test_ranks_correlate_as_they_should() -> None:
    assert spearman([1, 2, 3, 4], [10, 20, 30, 40]) == 1.0
    assert spearman([1, 2, 3, 4], [4, 3, 2, 1]) == -1.0
    assert spearman([1, 1, 1], [1, 2, 3]) is None
    assert spearman([1, 2, 2, 3], [1, 2, 2, 3]) == 1.0


def test_the_log_names_a_person_differently_in_every_case(tmp_path: Path) -> None:
    names = {pseudonym(tmp_path, f"h_{n}", "mara.lind") for n in range(50)}
    assert len(names) == 50 and not any("mara" in name for name in names)
    assert pseudonym(tmp_path, "h_1", "mara.lind") == pseudonym(tmp_path, "h_1", "mara.lind")
    assert (tmp_path / "people_key").stat().st_mode & 0o077 == 0


def test_no_page_api_or_export_yields_a_persons_figure(folder: Folder, estate: RunningEstate) -> None:
    _a_months_decisions(folder)
    environment = estate.environment()
    place = folder.path
    said = [
        command("pilot", *words, env=environment)
        for words in (
            ("metrics", place, "--json"),
            ("metrics", place),
            ("status", place, "--json"),
            ("status", place),
            ("log", place, "--json"),
            ("export", place, "-o", place / "log.jsonl"),
        )
    ]
    assert [one.code for one in said] == [0] * 6, said
    texts = [one.out for one in said] + [(place / "log.jsonl").read_text(encoding="utf-8")]
    derived = Derivation(folder.estate, place, NOW, {})
    texts += [artifact.model_dump_json() for artifact in human_times.run(derived)]
    for text in texts:
        assert not any(person in text for person in PEOPLE)

    teams = {cell["team"]: cell for cell in json.loads(said[0].out)["teams"]}
    assert set(teams) == {"Billing desk"} and teams["Billing desk"]["decisions"] == 60
    assert set(teams["Billing desk"]) == set(feedback.Cell.__dataclass_fields__)
    rows = [json.loads(line) for line in (place / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    by = [row["detail"]["by"] for row in rows if row.get("step", "").startswith("answer ")]
    assert len(by) == 66 and len(set(by)) == 66, "nothing in the export lets one count what a person decided"
    assert all(re.fullmatch(r"p-[0-9a-f]{12}", name) for name in by)


def test_no_page_of_the_console_names_who_decided(folder: Folder, estate: RunningEstate, encode: Encode) -> None:
    _a_months_decisions(folder)
    with running(folder, secrets=estate.environment(), encode=encode) as engine:
        desk = Desk("person-11", "http://testserver")
        browser = TestClient(console(engine, desk), base_url="http://testserver")
        browser.get(f"/enter?key={desk.key}")
        pages = [browser.get(path) for path in ("/", "/cases", "/handoffs", "/review", "/metrics")]

    assert [page.status_code for page in pages] == [200, 200, 200, 200, 404]
    for page in pages:
        assert not any(person in page.text for person in PEOPLE)


def _a_months_decisions(folder: Folder) -> None:
    """Six people of the billing desk decide ten times each, two of the fraud team three times, all before this week."""
    draw, home = random.Random(3), folder.path / ".cxready"
    connection = open_log(home)
    who = [("billing", person) for person in PEOPLE for _ in range(10)] + [
        ("fraud", p) for p in PEOPLE[:2] for _ in range(3)
    ]
    for n, (route, person) in enumerate(who):
        created = NOW - timedelta(days=8 + draw.randrange(20))
        of = handoff(f"h_{n:020d}").model_copy(update={"created": created})
        of = of.model_copy(update={"route": of.route.model_copy(update={"id": route}), "case": f"c-{n}"})
        at = created + timedelta(seconds=draw.randrange(60, 9_000))
        with connection:
            outbox.enqueue(connection, of, folder.estate.escalation, now=created)
            connection.execute(
                "insert into decisions values (?, 'approve', ?, 'link', 'sha256:0', ?, '')",
                (of.handoff_id, person, at.isoformat()),
            )
        feedback.note(connection, of.handoff_id, opened_s=draw.uniform(5, 60), asked_again=draw.random() < 0.1)
        detail = {"handoff": of.handoff_id, "by": pseudonym(home, of.handoff_id, person), "way": "link"}
        entry = Entry(run=of.case, step=f"answer {of.handoff_id}", decision="approve", detail=detail)
        decision_log.append(connection, entry)
    assert answer.decision_of(connection, "h_" + "0" * 20)
    connection.close()
