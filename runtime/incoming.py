"""A case as it comes in, from a file or over HTTP: its fields are checked, and a message beyond all measure is cut."""

from __future__ import annotations

from typing import Any

from runtime.beside_people import FIELD
from runtime.errors import BadInput

MOST_MESSAGE = 20_000
CASE_FIELDS = ("case", "customer", "session", "channel", "message", "turns", "answers", FIELD)


def case_of(said: Any, where: str) -> dict[str, Any]:
    """A checked case.

    Raises:
        BadInput: it is none.
    """
    if not isinstance(said, dict) or not isinstance(said.get("message"), str) or not str(said.get("case", "")).strip():
        raise BadInput(
            "a case needs `case` and `message`", where, 'write {"case": "c-1", "message": "…", "session": {…}}'
        )
    unknown = sorted(set(said) - set(CASE_FIELDS))
    if unknown:
        raise BadInput(f"unknown field `{unknown[0]}`", where, f"a case has {', '.join(CASE_FIELDS)}")
    return {**said, "message": said["message"][:MOST_MESSAGE]}
