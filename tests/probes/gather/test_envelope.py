"""The record is found inside what wraps it, fields by their way, and nothing beside it is taken for it."""

from __future__ import annotations

from typing import Any

import pytest

from probes.gather.envelope import as_sent, field_of, identity_of, leaves, record_in, value_at
from probes.gather.sent_and_found import differing

KINTO = {"data": {"id": "a-1", "subject": "old", "last_modified": 5}, "permissions": {"write": ["account:agent"]}}
REDMINE = {"issue": {"id": 7, "subject": "old", "project": {"id": 1, "name": "Desk"}}}


@pytest.mark.parametrize(
    ("body", "identity"),
    [
        (KINTO, "a-1"),
        (REDMINE, "7"),
        ({"id": 3, "customer": {"id": 9}}, "3"),
        ({"ticketId": 5, "customer": {"id": 9}}, "5"),
        ({"request_id": "r-1", "data": {"id": "a"}}, "a"),
        ({"order": {"id": 1}, "customer": {"id": 2}}, None),  # two could be meant: neither is
        ({"meta": {"id": "m"}, "results": []}, None),
        ({"errors": {"id": "missing"}}, None),
        (["a"], None),
    ],
)
def test_what_identifies_a_record_is_the_records_own(body: Any, identity: str | None) -> None:
    assert identity_of(body) == identity


def test_fields_are_read_wrapped_or_not() -> None:
    assert value_at(REDMINE, ("issue", "subject")) == value_at(REDMINE, ("subject",)) == "old"
    assert value_at({"id": 7, "subject": "old"}, ("issue", "subject")) == "old"  # sent wrapped, answered bare
    assert value_at(REDMINE, ("issue", "project_id")) is None
    assert field_of(KINTO, "data.id") == "a-1" and field_of({"a.b": 1}, "a.b") == 1
    assert record_in(KINTO) is KINTO["data"]


def test_only_what_was_sent_is_put_back_and_in_its_shape() -> None:
    sent = {"id": "a-1", "data": {"subject": "new", "unknown": 1}}
    assert as_sent(KINTO, sent) == {"id": "a-1", "data": {"subject": "old"}}
    assert list(leaves({"a": {"b": {"c": 1}}, "d": [{"e": 2}], "f": {}})) == [
        (("a", "b", "c"), 1),
        (("d",), [{"e": 2}]),
        (("f",), {}),
    ]


def test_a_field_inside_an_envelope_that_was_not_kept_is_named_by_its_way() -> None:
    found = differing({"issue": {"subject": "new", "project_id": 1}}, REDMINE)
    assert [(one.name, one.sent, one.found) for one in found] == [("issue.subject", "new", "old")]
