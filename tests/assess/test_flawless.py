"""The rule of the whole: a flawless estate, first run, default budget, confirms level 4 in every dimension;
with nothing measured it confirms 1 and says what to measure first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assess.catalogue import catalogue
from assess.demo.estate import start
from assess.demo.folder import write_folder
from assess.engagement import load_folder
from assess.judge import Facts, judge
from assess.measuring import measure
from assess.opening import judged, opened
from assess.register import Register
from probes.artifact import Artifact, Missing
from probes.finding import DIMENSIONS, State, Subject


class Nothing:
    """A bundle in which nothing was measured."""

    def get(self, kind: type[Artifact], subject: Subject) -> Artifact | Missing:
        return Missing(wanted=kind.kind, subject=subject, cause="no_input", would_measure="run `cxready collect DIR`")


@pytest.fixture(scope="module")
def flawless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, object]]:
    folder = tmp_path_factory.mktemp("flawless")
    with start(flawless=True) as estate:
        write_folder(folder, estate)
        result = measure(load_folder(folder), secrets=estate.environment())
        yield folder, (result, {kind: len(rows) for kind, rows in estate.records.items()})


def test_a_flawless_estate_confirms_level_four_in_every_dimension_on_its_first_run(
    flawless: tuple[Path, object],
) -> None:
    with opened(flawless[0]) as at:
        assessment = judged(at).assessment
    holding = [
        (c.probe, str(c.subject), c.state.value, c.cause, c.title)
        for c in assessment.cells
        if c.level <= 4 and not c.later and c.state not in (State.MET, State.NOT_APPLICABLE)
    ]
    assert {d: assessment.levels[d].confirmed for d in DIMENSIONS} == dict.fromkeys(DIMENSIONS, 4), "\n".join(
        map(str, holding)
    )
    assert all(gate.autonomy == "act" for gate in assessment.gates.values())


def test_the_default_budget_was_kept_and_nothing_is_left_behind(flawless: tuple[Path, object]) -> None:
    result, live = flawless[1]  # type: ignore[misc]
    assert all(count <= 100 for count in result.requests.values()), result.requests
    assert not result.left_behind
    assert not any(live.values()), live


def test_with_nothing_measured_it_confirms_one_and_says_what_to_measure_first(flawless: tuple[Path, object]) -> None:
    facts = Facts(datetime(2026, 11, 23, tzinfo=UTC), "sha256:0", "r", {}, [], [], {}, {}, {}, [])
    assessment = judge(load_folder(flawless[0]), Nothing(), facts, catalogue(), Register()).assessment
    assert {assessment.levels[d].confirmed for d in DIMENSIONS} == {1}
    assert all(gate.autonomy == "blocked" for gate in assessment.gates.values())
    assert assessment.next and assessment.next[0].do
    assert not assessment.findings
