"""The rule of the whole: a flawless estate, first run, default budget, confirms level 4 in every dimension;
with nothing measured it confirms 1 and says what to measure first."""

from __future__ import annotations

from datetime import UTC, datetime

from assess.catalogue import catalogue
from assess.engagement import load_folder
from assess.judge import Facts, judge
from assess.opening import judged, opened
from assess.register import Register
from probes.artifact import Artifact, Missing
from probes.finding import DIMENSIONS, State, Subject


class Nothing:
    """A bundle in which nothing was measured."""

    def get(self, kind: type[Artifact], subject: Subject) -> Artifact | Missing:
        return Missing(wanted=kind.kind, subject=subject, cause="no_input", would_measure="run `cxready collect DIR`")


def test_a_flawless_estate_confirms_level_four_in_every_dimension_on_its_first_run(flawless) -> None:
    with opened(flawless.folder) as at:
        assessment = judged(at).assessment
    open_cells = [c for c in assessment.cells if not c.later and c.state not in (State.MET, State.NOT_APPLICABLE)]
    said = "\n".join(f"{c.probe}({c.subject}) {c.state}: {c.title}" for c in open_cells)
    assert {d: assessment.levels[d].confirmed for d in DIMENSIONS} == dict.fromkeys(DIMENSIONS, 4), said
    assert all(gate.autonomy == "act" for gate in assessment.gates.values())
    assert not assessment.findings


def test_the_default_budget_was_kept_and_nothing_is_left_behind(flawless) -> None:
    assert all(count <= 100 for count in flawless.result.requests.values()), flawless.result.requests
    assert not flawless.result.left_behind
    assert not any(flawless.live.values()), flawless.live


def test_with_nothing_measured_it_confirms_one_and_says_what_to_measure_first(flawless) -> None:
    facts = Facts(datetime(2026, 11, 23, tzinfo=UTC), "sha256:0", "r", {}, [], [], {}, {}, {}, [])
    assessment = judge(load_folder(flawless.folder), Nothing(), facts, catalogue(), Register()).assessment
    assert {assessment.levels[d].confirmed for d in DIMENSIONS} == {1}
    assert all(gate.autonomy == "blocked" for gate in assessment.gates.values())
    assert assessment.next and assessment.next[0].do
    assert not assessment.findings


def test_no_path_of_this_machine_stands_in_the_bundle(flawless) -> None:
    for path in flawless.result.bundle_path.rglob("*.json"):
        assert str(flawless.folder) not in path.read_text(encoding="utf-8"), path
