"""The written folder: loads strictly, holds no secret, hangs together, and differs only in the flaws."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest

from assess.demo.folder import WRITTEN, moved, write_folder
from assess.demo.rules import FACTS, RULES
from assess.engagement import load_folder
from runtime.goal_lint import lint
from runtime.goals import RuleStep, WhenStep
from runtime.written import digest_of

TODAY = date(2026, 11, 23)


@pytest.fixture
def folder(estate, tmp_path):
    write_folder(tmp_path / "demo", estate, today=TODAY)
    return tmp_path / "demo"


@pytest.fixture
def mended(flawless, tmp_path):
    write_folder(tmp_path / "mended", flawless, today=TODAY)
    return tmp_path / "mended"


def steps_of(steps):
    for step in steps:
        yield step
        if isinstance(step, WhenStep):
            yield from steps_of(step.do)
            if isinstance(step.otherwise, list):
                yield from steps_of(step.otherwise)


def test_every_file_loads_and_none_is_absent(folder, mended):
    assert load_folder(folder).absent == ()
    assert load_folder(mended).absent == ()


def test_addresses_are_real_and_secrets_are_references(folder, estate):
    text = (folder / "engagement.yaml").read_text(encoding="utf-8")
    assert all(url in text for url in estate.urls.values())
    written = "".join(p.read_text(encoding="utf-8") for p in folder.rglob("*") if p.is_file())
    assert not any(value in written for name, value in estate.environment().items() if not name.endswith("_URL"))
    assert set(re.findall(r"\$\{(\w+)\}", text)) <= set(estate.environment())


def test_effects_are_confirmed_against_the_descriptions_that_lie_beside_them(folder):
    loaded = load_folder(folder)
    for name, settings in loaded.engagement.value.systems.items():
        assert loaded.effects[name].value.confirmed.surface == digest_of(folder / settings.description)


def test_every_call_has_an_effect_and_every_write_an_action(folder):
    estate = load_folder(folder).estate
    for workflow, goal in estate.goals.items():
        assert all(estate.effect(operation) for operation in goal.operations()), workflow
        assert all(estate.guardrails.action_of(write) for write in estate.writes_of(workflow)), workflow
        assert estate.escalation.route_of(workflow)
        assert len(goal.utterances) >= 6


def test_rules_and_facts_that_files_name_exist(folder):
    estate = load_folder(folder).estate
    named = {s.rule for goal in estate.goals.values() for s in steps_of(goal.steps) if isinstance(s, RuleStep)}
    assert named <= set(RULES)
    assert {c for action in estate.guardrails.actions.values() for c in action.conditions} <= set(FACTS)


def test_every_path_of_every_goal_is_sound(folder):
    """Names are given before they are used, writes are covered and say what they do, rules exist, routes exist."""
    assert lint(load_folder(folder).estate, RULES) == []


def test_undo_and_read_back_name_operations_of_the_same_system(folder):
    for effects in load_folder(folder).effects.values():
        operations = effects.value.operations
        for effect in operations.values():
            named = [effect.undo, effect.read_back, effect.repeat.find if effect.repeat else None]
            assert all(name in operations for name in named if name)


def test_the_flawless_folder_differs_in_articles_and_routes_only(folder, mended):
    def texts(place):
        return {
            p.relative_to(place).as_posix(): re.sub(r"127\.0\.0\.1:\d+|sha256:\w+", "", p.read_text(encoding="utf-8"))
            for p in place.rglob("*")
            if p.is_file()
        }

    one, other = texts(folder), texts(mended)
    assert set(one) == set(other)
    assert {name.split("/")[0] for name in one if one[name] != other[name]} == {"knowledge", "escalation.yaml"}


def test_forty_articles_each_with_owner_dates_and_scope(folder):
    articles = sorted((folder / "knowledge").glob("*.md"))
    assert len(articles) == 40
    for article in articles:
        text = article.read_text(encoding="utf-8")
        head, body = text.split("---\n", 2)[1:]
        assert {line.split(":")[0] for line in head.splitlines()} == {
            "title",
            "owner",
            "updated",
            "reviewed",
            "audience",
            "region",
            "url",
        }
        assert 120 <= len(re.findall(r"\w+", body)) <= 350, article.name
        assert body.count("\n## ") >= 3, article.name


def test_flawed_articles_conflict_and_flawless_ones_do_not(folder, mended):
    def days(place):
        names = ("return-a-device", "returns-at-a-glance")
        texts = [(place / "knowledge" / f"{name}.md").read_text(encoding="utf-8") for name in names]
        return {re.search(r"returned within (\d+) days", text)[1] for text in texts}

    assert days(folder) == {"14", "30"}
    assert days(mended) == {"14"}


def test_links_lead_to_articles_but_for_one_seeded_dead_link(folder, mended):
    def dead(place):
        knowledge = place / "knowledge"
        links = [
            link for p in knowledge.glob("*.md") for link in re.findall(r"\]\(([^)]+)\)", p.read_text(encoding="utf-8"))
        ]
        return [link for link in links if not (knowledge / link).is_file()]

    assert dead(folder) == ["voicemail-short-codes.md"]
    assert dead(mended) == []


def test_nobody_takes_plan_changes_at_night_unless_mended(folder, mended):
    flawed, whole = (load_folder(place).escalation.value.routes["plans"] for place in (folder, mended))
    assert [hours.hours for hours in flawed.hours] == ["08:00-20:00"] and flawed.outside_hours is None
    assert [hours.hours for hours in whole.hours] == ["00:00-24:00"]


def test_dates_of_writing_move_with_the_day_and_dates_in_sentences_stay():
    text = 'updated: 2026-09-14\nUntil 2025-06-30.\nconfirmed: {by: x, on: "2026-10-20"}'
    later = moved(text, date(2027, 11, 1) - WRITTEN)
    assert "updated: 2027-09-14" in later and 'on: "2027-10-20"' in later and "2025-06-30" in later
    assert moved(text, timedelta(0)) == text


def test_the_cases_name_customers_of_the_estate(folder, estate):
    cases = [json.loads(line) for line in (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()]
    accounts = {customer["account_id"] for customer in estate.world.customers}
    assert len(cases) == 6
    assert all(set(case) == {"case", "customer", "session", "channel", "message"} for case in cases)
    assert {case["session"]["account_id"] for case in cases} <= accounts
