"""Names of systems as a person outside IT reads them: `billing.createCredit 74.50 EUR` → "create credit 74.50 EUR (billing)"."""

from __future__ import annotations

import re
from typing import Any

from runtime.escalation.form import cut

_CALL = re.compile(r"([a-z][\w-]*)\.([\w.-]+)( .*)?", re.IGNORECASE)
_STEP = re.compile(r"^\d+ ")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def spoken(name: str) -> str:
    """An operation with what it was about; other text stays as it is."""
    match = _CALL.fullmatch(_STEP.sub("", name))
    if not match or " " in match[2]:
        return _STEP.sub("", name).replace("_", " ")
    return f"{_separate(match[2].rsplit('.', 1)[-1])}{match[3] or ''} ({match[1]})"


def plain_value(value: Any) -> str:
    """A fact's value in few words: lists and objects are counted or shown by their first entries."""
    if isinstance(value, dict):
        return ", ".join(f"{k} {plain_value(v)}" for k, v in list(value.items())[:4])
    if isinstance(value, list | tuple):
        return f"{len(value)} entries" if len(value) > 3 else ", ".join(plain_value(v) for v in value)
    if value is None or isinstance(value, bool):
        return {True: "yes", False: "no", None: "none"}[value]
    return cut(re.sub(r"^(\d{4}-\d\d-\d\d)T00:00:00(?:\.0+)?(?:Z|\+00:00)?$", r"\1", str(value)), 80)


def _separate(name: str) -> str:
    return _HUMP.sub(" ", name).replace("_", " ").replace("-", " ").lower()
