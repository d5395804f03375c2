"""A case as it comes in, from a file or over HTTP: its fields are checked, and it is made storable before anything records it.

Control characters and broken Unicode would stop a database; a message beyond all measure is cut; card numbers and the like are
masked here, once for all that follows.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from runtime.errors import BadInput
from runtime.guardrails.policy import GuardrailsFile
from runtime.guardrails.restricted import readable
from runtime.piloting.beside_people import FIELD

MOST_MESSAGE = 20_000
MOST_NAME = 200
CASE_FIELDS = ("case", "customer", "session", "channel", "message", "turns", "answers", FIELD)
TEXTS = ("case", "customer", "channel", "answers")


def case_of(said: Any, where: str) -> dict[str, Any]:
    """A checked case.

    Raises:
        BadInput: it is none.
    """
    if not isinstance(said, dict) or not isinstance(said.get("message"), str) or not str(said.get("case", "")).strip():
        raise BadInput(
            "a case needs `case` and `message`", where, 'write {"case": "c-1", "message": "…", "session": {…}}'
        )
    if wrong := next((name for name in TEXTS if not _is_name(said.get(name, ""))), None):
        raise BadInput(f"`{wrong}` is no text of at most {MOST_NAME} visible characters", where, "shorten or quote it")
    unknown = sorted(set(said) - set(CASE_FIELDS))
    if unknown:
        raise BadInput(f"unknown field `{unknown[0]}`", where, f"a case has {', '.join(CASE_FIELDS)}")
    return {**said, "message": said["message"][:MOST_MESSAGE]}


def received(guardrails: GuardrailsFile, case: Mapping[str, Any]) -> dict[str, Any]:
    """The case with a message of at most 20,000 storable characters; restricted data masked."""
    clean = _storable(dict(case))
    clean["message"] = str(clean.get("message", ""))[:MOST_MESSAGE]
    found: dict[str, Any] = readable(guardrails, clean)
    return found


def _is_name(value: Any) -> bool:
    is_one = value is None or (isinstance(value, str | int) and not isinstance(value, bool))
    return is_one and len(str(value)) <= MOST_NAME and str(value).isprintable()


def _storable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(_storable(str(name)))[:MOST_NAME]: _storable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(inner) for inner in value]
    if not isinstance(value, str):
        return value
    whole = value[:MOST_MESSAGE].encode("utf-8", "replace").decode("utf-8")  # half of a surrogate pair is no character
    return "".join(c if c in "\n\t" or unicodedata.category(c) != "Cc" else " " for c in whole)
