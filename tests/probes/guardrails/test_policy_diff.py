"""Two versions of the guardrails: every loosening is found, with a call that shows it."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from probes.derive.policy_diff import Change, compare
from runtime.estate import Estate
from tests.runtime.guardrails.conftest import GUARDRAILS, build


def changed(tmp_path: Path, *path: str, to: Any) -> Estate:
    written: dict[str, Any] = deepcopy(GUARDRAILS)
    inner: Any = written
    for key in path[:-1]:
        inner = inner.setdefault(key, {})
    if to is None:
        inner.pop(path[-1])
    else:
        inner[path[-1]] = to
    return build(tmp_path, written)


def of_kind(changes: list[Change], kind: str) -> dict[str, Change]:
    return {change.subject: change for change in changes if change.kind == kind}


def test_equal_versions_differ_in_nothing(estate: Estate, tmp_path: Path) -> None:
    assert list(compare(estate, build(tmp_path))) == []


def test_a_raised_limit_is_shown_by_a_call(estate: Estate, tmp_path: Path) -> None:
    found = list(compare(estate, changed(tmp_path, "actions", "issue_credit", "limits", "each", to="80.00")))
    assert set(of_kind(found, "newly allowed")) == {"billing.createCredit", "billing.updateInvoice"}
    credit = of_kind(found, "newly allowed")["billing.createCredit"]
    assert credit.example == "in billing-dispute, an agent may pay out 80.00 EUR through billing.createCredit"
    assert credit.says == "80.00 EUR is above the limit of 50.00 EUR for issue_credit"
    assert credit.loosens and not of_kind(found, "newly refused")


def test_a_lowered_limit_loosens_nothing(estate: Estate, tmp_path: Path) -> None:
    found = list(compare(estate, changed(tmp_path, "actions", "issue_credit", "limits", "all_per_day", to="60.00")))
    assert found and all(change.kind == "newly refused" and not change.loosens for change in found)


@pytest.mark.parametrize(
    ("path", "to", "subject", "words"),
    [
        (("actions", "issue_credit", "conditions"), ["contract_active"], "billing.createCredit", "usage gap found"),
        (("actions", "issue_refund", "autonomy"), "act", "billing.createRefund", "needs a person's approval"),
        (("actions", "issue_refund", "workflows"), ["goodwill", "stolen-phone"], "billing.createRefund", "stolen-phone may not"),
        (("actions", "issue_refund", "limits", "count_per_day"), 5, "billing.createRefund", "the limit is 3"),
        (("actions", "close_account"), {"operations": ["billing.deleteAccount"], "workflows": ["goodwill"]}, "billing.deleteAccount", "was denied"),
    ],
)  # fmt: skip
def test_each_loosening_is_told_with_what_forbade_it(
    estate: Estate, tmp_path: Path, path: tuple[str, ...], to: Any, subject: str, words: str
) -> None:
    found = of_kind(list(compare(estate, changed(tmp_path, *path, to=to))), "newly allowed")
    assert words in found[subject].says, found


def test_a_name_that_means_something_else_is_told(estate: Estate, tmp_path: Path) -> None:
    fact = {"value": "contract.status", "is": "active"}
    before = changed(tmp_path, "facts", to={"contract_active": fact})
    after = changed(tmp_path, "facts", to={"contract_active": {**fact, "is": "any"}})
    assert of_kind(list(compare(before, after)), "means something else").keys() == {"contract_active"}
    after = changed(tmp_path, "restricted_data", "card_number", to="mask")
    assert "restricted_data" in of_kind(list(compare(estate, after)), "means something else")
