"""What an answer breaks of its schema, and what it does not: a field more is no fault."""

from __future__ import annotations

from typing import Any

import pytest

from probes.gather.answer_schema import schema_faults

SCHEMA = {
    "type": "object",
    "required": ["id", "state"],
    "properties": {
        "id": {"type": "string"},
        "state": {"type": "string", "enum": ["open", "closed"]},
        "note": {"type": "string", "nullable": True},
    },
}


@pytest.mark.parametrize(
    ("answer", "faults"),
    [
        ({"id": "1", "state": "open", "added_last_week": 7}, []),
        ({"id": "1", "state": "open", "note": None}, []),
        ({"id": "1"}, ["answer: the required field state is missing"]),
        ({"id": 1, "state": "open"}, ["id: declared string, seen int"]),
        ({"id": "1", "state": "lost"}, ["state: breaks `enum`"]),
        ({"id": None, "state": "open"}, ["id: declared string, seen NoneType"]),
    ],
)
def test_only_what_an_agent_would_stumble_over_is_a_fault(answer: dict[str, Any], faults: list[str]) -> None:
    assert schema_faults(answer, SCHEMA) == faults
