"""Profiles: further essentials and weights, shorter validity, said in sentences; none can lower the rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from assess.catalogue import catalogue
from assess.profile import Profile, load_profile
from runtime.errors import BadInput

NAMES = ("default", "healthcare", "regulated-finance", "small-team")
IDS = {probe_id for probe in catalogue().probes for probe_id in probe.ids()}


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_names_only_questions_that_exist_and_says_what_it_sets(name: str) -> None:
    profile = load_profile(name)
    assert {*profile.weights, *profile.essentials} <= IDS
    said = " ".join(profile.rules())
    assert f"{profile.gate_days} days" in said and f"{profile.answer_days} days" in said
    assert all(probe in said for probe in (*profile.weights, *profile.essentials))


def test_the_default_adds_nothing_to_the_catalogue() -> None:
    profile = load_profile("default")
    assert not profile.weights and not profile.essentials and profile.cap == "act"


def test_a_profile_can_make_a_question_essential_and_never_less_so() -> None:
    profile = Profile(name="x", title="x", essentials=["api.tls"])
    assert profile.essential("api.tls", False) and profile.essential("api.writes_stick", True)


def test_stricter_profiles_let_answers_and_gates_expire_earlier() -> None:
    default, finance = load_profile("default"), load_profile("regulated-finance")
    assert finance.gate_days < default.gate_days and finance.answer_days < default.answer_days


def test_an_unknown_profile_is_refused_with_those_that_exist() -> None:
    with pytest.raises(BadInput, match="regulated-finance"):
        load_profile("bank")


def test_the_shipped_profiles_are_all_tested_here() -> None:
    assert sorted(p.stem for p in Path("assess/profiles").glob("*.yaml")) == sorted(NAMES)
