"""A plan counts, keeps something back for taking back, leaves repeats for the rest, and an edit of it is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from probes.gather.gatherer import Gatherer
from probes.gather.guarded import PlanGuard
from probes.gather.plan import KEPT_FOR_CLEANUP, Plan, PlanLine
from probes.gather.plan_file import as_text, differences, from_text, read, write
from probes.gather.planning import plan as make_plan
from runtime.errors import BadInput, Conflict, Refused
from runtime.escalation.routes import EscalationFile
from runtime.estate import Estate
from runtime.guardrails.effects import Repeat
from runtime.guardrails.policy import GuardrailsFile
from runtime.systems.settings import SystemSettings


def _line(path: str, count: int = 1, **more: object) -> PlanLine:
    return PlanLine(system="crm", method="GET", path=path, purpose="look", probe="p", count=count, **more)  # type: ignore[arg-type]


def _estate(*, writes: bool = True) -> Estate:
    said = {"allowed": writes, "side_effects": "none", "test_customer": "A-1"}
    crm = {"role": "crm", "environments": {"staging": {"url": "https://crm.example"}}, "writes": said}
    systems = {"crm": SystemSettings.model_validate(crm)}
    return Estate(Path(), "Northwind", "EUR", systems, {}, GuardrailsFile(), {}, EscalationFile())


def _gatherer(name: str, *lines: PlanLine, level: int = 2, fills: bool = False) -> Gatherer:
    return Gatherer(name, lambda estate: list(lines), lambda session: iter(()), level=level, fills=fills)


def _made(*gatherers: Gatherer, limit: int = 100, writes: bool = True) -> Plan:
    return make_plan(_estate(writes=writes), gatherers, max_requests=limit)


def test_what_is_looked_at_once_more_never_pushes_a_question_out() -> None:
    repeated = _gatherer("lists", _line("/a", 40), _line("/a", 40, spare=True))
    late = _gatherer("limits", _line("/b", 50), level=4)
    plan = _made(repeated, late)
    assert plan.left_out == {}
    assert [(one.path, one.count) for one in plan.lines] == [("/a", 40), ("/b", 50), ("/a", 7)]
    assert plan.most("crm") == 100 and plan.kept == {"crm": KEPT_FOR_CLEANUP}


def test_nothing_is_kept_back_where_nothing_is_written() -> None:
    assert _made(_gatherer("reads", _line("/a", 100)), writes=False).kept == {}


def test_a_write_without_room_for_its_way_back_is_left_out_and_said() -> None:
    write_it = _line("/w", 3).model_copy(update={"access": "write", "method": "POST"})
    plan = _made(_gatherer("reads", _line("/a", 95)), _gatherer("writes", write_it, level=3))
    assert list(plan.left_out) == ["writes on crm"] and plan.totals() == {"crm": 95}


def test_the_guard_counts_each_line_and_keeps_the_rest_for_taking_back() -> None:
    guard = PlanGuard([_line("/a", 2)], kept={"crm": 1})
    guard.take("crm", "GET", "/a")
    guard.take("crm", "GET", "/a")
    assert not guard.holds("crm", "GET", "/a")
    with pytest.raises(Refused, match="no further GET /a"):
        guard.take("crm", "GET", "/a")
    with guard.cleaning():
        guard.take("crm", "GET", "/a")
        with pytest.raises(Refused, match="no further"):
            guard.take("crm", "GET", "/a")
        with pytest.raises(Refused, match="holds no DELETE /a"):
            guard.take("crm", "DELETE", "/a")


def test_a_run_that_is_started_again_goes_on_counting_and_may_sign_in_again() -> None:
    guard = PlanGuard(
        [_line("/a", 2)], {("crm", "GET", "/a"): 2, ("crm", "POST", "token"): 5}, kept={"crm": 1}, starts=2
    )
    assert not guard.holds("crm", "GET", "/a") and guard.holds("crm", "POST", "token")
    for _ in range(3):
        guard.take("crm", "POST", "token")
    with pytest.raises(Refused, match="holds no POST token"):
        guard.take("mail", "POST", "token")
    with guard.cleaning():
        assert guard.holds("crm", "GET", "/a")


def test_a_plan_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    plan = _made(_gatherer("reads", _line("/a", 2)))
    write(plan, tmp_path / "plan.json")
    assert read(tmp_path / "plan.json") == plan


@pytest.mark.parametrize("text", ["[]", "not json", '{"format": 2}', '{"organisation": "x", "lines": [{"system": 3}]}'])
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match="no plan"):
        read(tmp_path / "plan.json")


def test_an_edit_is_named_by_line_field_and_value(tmp_path: Path) -> None:
    plan = _made(_gatherer("reads", _line("/a", 2), _line("/b", 3)))
    (tmp_path / "plan.json").write_text(as_text(plan).replace('"count": 3', '"count": 30'), encoding="utf-8")
    with pytest.raises(Conflict, match=r"line 2 \(crm GET /b\): count 3 became 30"):
        read(tmp_path / "plan.json", lambda found: plan)
    with pytest.raises(Conflict, match="was changed after it was made"):
        read(tmp_path / "plan.json")


def test_lines_put_in_and_taken_out_are_named() -> None:
    plan = _made(_gatherer("reads", _line("/a"), _line("/b")))
    fewer = plan.model_copy(update={"lines": plan.lines[:1], "organisation": "Southwind"})
    assert differences(plan, fewer) == ["line 2 was taken out: crm GET /b", "organisation Northwind became Southwind"]
    assert differences(fewer, plan)[0] == "line 2 was put in: crm GET /b"
    assert from_text(as_text(plan), "here") == (plan, plan.digest)


# ---- finding again by a query ------------------------------------------------------------------------------------


def test_a_reference_is_put_into_the_query_and_found_inside_a_record() -> None:
    repeat = Repeat(find="search", reference="CustomFields.Key", find_with={"query": "'CF.{Key}' = '{reference}'"})
    assert repeat.asked("cxready-r-1") == {"query": "'CF.{Key}' = 'cxready-r-1'"}
    sent = repeat.carried({"Subject": "x", "CustomFields": {"Other": "y"}}, "cxready-r-1")
    assert sent == {"Subject": "x", "CustomFields": {"Other": "y", "Key": "cxready-r-1"}}
    assert repeat.reference_in(sent) == "cxready-r-1" and repeat.reference_in({}) is None


def test_a_reference_never_changes_the_query() -> None:
    repeat = Repeat(find="search", find_with={"query": "Subject LIKE '{reference}'"})
    with pytest.raises(ValueError, match="letters, digits"):
        repeat.asked("x' OR id > 0 OR Subject LIKE '")


def test_a_query_without_a_place_for_the_reference_is_refused() -> None:
    with pytest.raises(ValueError, match="what is searched for"):
        Repeat(find="search", find_with={"query": "id > 0"})
    with pytest.raises(ValueError, match="name that operation"):
        Repeat(find_with={"query": "{reference}"})


def test_a_narrow_plan_names_the_sign_ins_that_it_needs() -> None:
    tokens = {"scheme": "oauth2", "token_url": "/token", "client_id": "a", "client_secret": "${A_SECRET}"}
    estate = _estate()
    credentials = {"agent": tokens, "audit": {"scheme": "bearer", "token": "${B_TOKEN}"}}
    crm = SystemSettings.model_validate({**estate.systems["crm"].model_dump(), "credentials": credentials})
    plan = make_plan(replace(estate, systems={"crm": crm}), [_gatherer("reads", _line("/a", 2))])
    assert [(one.path, one.purpose, one.count) for one in plan.lines] == [
        ("token", "sign in as agent", 1),
        ("/a", "look", 2),
    ]
