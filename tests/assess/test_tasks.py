"""Tasks: one cause is one task, knowledge work grows with what was counted, the scarce role is named by what it saves."""

from __future__ import annotations

import pytest

from assess.assessment import Coverage, DimensionLevel, Effort, Finding, Roadmap
from assess.tasks import EACH_FURTHER, items_of, plan_roadmap
from probes.finding import DIMENSIONS, Dimension, Evidence, State, Subject

LEVELS = {d: DimensionLevel(confirmed=2, possible=2, coverage=Coverage()) for d in DIMENSIONS}


def finding(number: int, **changes: object) -> Finding:
    plain: dict[str, object] = {
        "id": f"api.q{number}(billing)",
        "number": f"F-{number:02d}",
        "probe": f"api.q{number}",
        "subject": Subject(unit="billing"),
        "dimension": "api",
        "level": 3,
        "essential": False,
        "outcome": State.NOT_MET,
        "title": f"Finding {number}",
        "cause": "dropped",
        "grade": "measured",
        "effort": Effort(days=(1, 3, 8), role="API owner"),
    }
    return Finding.model_validate({**plain, **changes})


def plan(*findings: Finding, team: dict[str, int] | None = None) -> Roadmap:
    return plan_roadmap(findings, LEVELS, [], team or {}, 4)


def of_operation(number: int, item: str) -> Finding:
    return finding(number, probe="api.writes_stick", subject=Subject(unit="billing", item=item))


def test_two_operations_with_one_cause_are_one_task() -> None:
    found = plan(of_operation(1, "a"), of_operation(2, "b"), finding(3))
    assert sorted(t.findings for t in found.tasks) == [["F-01", "F-02"], ["F-03"]]
    assert next(t for t in found.tasks if len(t.findings) == 2).items == 2


def conflict(number: int, unit: str, *sources: str, more: int = 0) -> Finding:
    evidence = [Evidence(says="14 or 30 days", source=s, facts={"sides": []}) for s in sources]
    evidence += [Evidence(says="more", facts={"more": more})] if more else []
    dimension: Dimension = "knowledge"
    return finding(
        number,
        probe="knowledge.no_conflicts",
        dimension=dimension,
        subject=Subject(unit=unit),
        evidence=evidence,
        effort=Effort(days=(0.2, 0.5, 2), role="knowledge owner"),
    )


def test_a_sentence_that_two_workflows_reach_is_mended_once() -> None:
    assert items_of([conflict(1, "returns", "a ↔ b", "c ↔ d"), conflict(2, "disputes", "a ↔ b")]) == 2


def test_knowledge_work_grows_with_what_was_counted_also_beyond_what_is_shown() -> None:
    one = plan(conflict(1, "returns", "a ↔ b")).tasks[0]
    many = plan(conflict(1, "returns", *(f"a ↔ {n}" for n in range(8)), more=92)).tasks[0]
    assert (one.items, many.items) == (1, 100)
    assert many.effort.days[1] == pytest.approx(0.5 + 99 * EACH_FURTHER[1])
    assert many.finish_p80 > one.finish_p80


def test_the_scarce_role_is_the_one_whose_next_person_saves_most() -> None:
    work = [finding(n) for n in range(1, 6)]
    work.append(finding(9, effort=Effort(days=(1, 1, 2), role="service desk lead")))
    found = plan(*work)
    roles = {r.role: r for r in found.roles}
    assert found.scarce_role == "API owner"
    assert roles["API owner"].one_more_days > 5 > roles["service desk lead"].one_more_days
    assert f"{roles['API owner'].one_more_days:.0f} working days earlier" in found.one_more


def test_the_task_on_the_longest_way_gains_most_and_one_beside_it_nothing() -> None:
    waiting = finding(1, effort=Effort(days=(1, 2, 4), wait_days=30, role="workforce planner"))
    gains = {t.findings[0]: t.gain_days for t in plan(waiting, finding(2)).tasks}
    assert gains["F-01"] > 20 and gains["F-02"] == 0


def test_adding_up_the_likely_days_promises_less_than_the_forecast() -> None:
    found = plan(*(finding(n) for n in range(1, 6)))
    level = next(m for m in found.milestones if m.what.startswith("Level 3"))
    assert found.likely_weeks < level.p50_weeks < level.p80_weeks


def test_what_lies_above_the_target_is_no_task() -> None:
    assert not plan_roadmap([finding(1, level=5)], LEVELS, [], {}, 4).tasks


def test_the_reference_class_moves_the_dates_and_is_said() -> None:
    work = [finding(n) for n in range(1, 4)]
    dates = {}
    for project in ("private iterative", "other", "public sequential"):
        found = plan_roadmap(work, LEVELS, [], {}, 4, (), project)
        dates[project] = found.milestones[0].p80_weeks
        assert any(project in line for line in found.assumptions)
    assert dates["private iterative"] < dates["other"] < dates["public sequential"]
