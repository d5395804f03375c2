"""business_case.yaml: what does not hold together is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from assess.business_case.written import BusinessCaseFile
from runtime.errors import BadInput
from runtime.written import loads

GOOD = """format: 1
shared:
  cost_per_hour: {low: "30", likely: "40", high: "50", from: answer, by: head of finance, on: 2026-10-14}
  usable_share: {low: 0.2, likely: 0.3, high: 0.5}
redeployment: {attrition_not_replaced: 0.2, overtime_and_outsourcing_cut: 0.1, backlog_and_speed: 0.4, other_work: 0.3}
"""


def read(text: str) -> BusinessCaseFile:
    return loads(text, BusinessCaseFile, Path("business_case.yaml")).value


def test_a_whole_file_is_read() -> None:
    found = read(GOOD)
    assert found.redeployment and found.redeployment.usable == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('low: "30"', "low: 30", "quoted"),
        ('likely: "40"', 'likely: "60"', "low ≤ likely ≤ high"),
        ("from: answer, by: head of finance", "from: answer", "says `by` whom"),
        ("from: answer, by: head of finance", "from: vendor", "answer"),
        ("likely: 0.3, high: 0.5", "likely: 0.3, high: 1.5", "between 0 and 1"),
        ("other_work: 0.3", "other_work: 0.1", "together they are 1"),
        ("attrition_not_replaced: 0.2", "attrition_not_replaced: 0.6", "together they are 1"),
        ("low: 0.2, likely: 0.3, high: 0.5", "low: 0.4, likely: 0.45, high: 0.5", "disagree"),
        ("usable_share", "usable_shar", "did you mean `usable_share`"),
    ],
)  # fmt: skip
def test_what_does_not_hold_together_is_refused_with_its_place(old: str, new: str, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(GOOD.replace(old, new))
    assert says in str(refused.value)
    assert "business_case.yaml:" in str(refused.value)
