"""Cases from a file, one JSON object a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from runtime.cases.incoming import case_of
from runtime.errors import BadInput


def read_cases(path: Path) -> list[dict[str, Any]]:
    """Cases from a JSON-lines file.

    Raises:
        BadInput: a line is no case, or two have the same name.
    """
    found: list[dict[str, Any]] = []
    for number, text in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if text.strip():
            found.append(_case(text, f"{path}:{number}"))
    names = [case["case"] for case in found]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadInput(
            f"the case {twice!r} stands twice", str(path), "a case's name is its identity: give each its own"
        )
    return found


def _case(text: str, where: str) -> dict[str, Any]:
    try:
        case = json.loads(text)
    except ValueError:
        raise BadInput("this line is no JSON", where, "write one JSON object a line") from None
    return case_of(case, where)
