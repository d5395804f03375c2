"""What is gone since the bundle before: listed, and what was seen of a gone operation raises nothing any more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from assess.catalogue import catalogue
from assess.judge import judge
from assess.opening import facts_of, gone_of, judged, opened
from assess.register import Register
from probes.finding import DIMENSIONS, State
from probes.gather.before import inventory_before
from tests.assess.recorded import GOLDEN, recorded_folder

LOST = {
    "operations": ["billing.createCredit", "billing.neverCalled"],
    "limits": ["issue_credit.each"],
    "reached by device-return": ["return-a-device.md"],
}


def test_only_what_goals_still_need_is_listed() -> None:
    with opened(GOLDEN / "northwind.zip") as at:
        assert gone_of(LOST, at.folder) == [
            "operation billing.createCredit",
            "limit issue_credit.each",
            "article return-a-device.md",
        ]


def test_a_gone_operation_counts_as_unknown_and_closes_what_stands_on_it() -> None:
    with opened(GOLDEN / "northwind.zip") as at:
        whole = judged(at).assessment
        facts = replace(facts_of(at, None), gone=gone_of(LOST, at.folder))
        less = judge(at.folder, at.bundle, facts, catalogue(), Register()).assessment
    assert less.gone == gone_of(LOST, at.folder)
    own = [c for c in less.cells if str(c.subject) == "billing.createCredit"]
    assert own and not [c for c in own if c.state in (State.MET, State.NOT_APPLICABLE)]
    assert {c.cause for c in own if c.state is State.NOT_MEASURED} >= {"gone"}
    assert all(less.levels[d].confirmed <= whole.levels[d].confirmed for d in DIMENSIONS)
    assert less.gates["billing-dispute"].autonomy != "act"


def test_the_bundle_before_is_read_from_the_folder(tmp_path: Path) -> None:
    before = inventory_before(recorded_folder(tmp_path / "northwind"))
    assert len(before["operations"]) > 20
    assert "return-a-device.md" in before["reached by device-return"]
