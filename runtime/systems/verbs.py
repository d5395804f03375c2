"""What an operation probably does, guessed from its name and method;
a person confirms it before anything relies on it.
"""

from __future__ import annotations

import re
from typing import Literal

Does = Literal["read", "create", "update", "delete"]

_WORDS: dict[Does, str] = {
    "read": "get|list|find|search|query|read|fetch|retrieve|describe|lookup|look|count|check|show|view|export|download|preview|validate|is|has|can|hole|lese|suche",
    "delete": "delete|remove|destroy|purge|erase|losche",
    "update": "update|change|set|modify|edit|patch|put|replace|rename|move|assign|enable|disable|activate|deactivate|close|reopen|cancel|void|reverse"
    "|reset|suspend|resume|approve|reject|merge|archive|mark|aendere",
    "create": "create|add|new|insert|post|send|submit|open|start|issue|register|book|order|pay|refund|charge|credit|make|upload|import|invite|request|initiate",
}
_FIRST = {does: re.compile(rf"({words})(?![a-z])", re.IGNORECASE) for does, words in _WORDS.items()}
_METHODS: dict[str, Does] = {
    "GET": "read",
    "HEAD": "read",
    "OPTIONS": "read",
    "PUT": "update",
    "PATCH": "update",
    "DELETE": "delete",
}


def guess_does(name: str, method: str = "POST") -> Does:
    """HTTP methods say it themselves (RFC 9110, 9.2.1); for POST and SOAP the first word of the name does.

    A POST that reads (`searchCustomers`) is taken for a read; what no word tells is a create, the careful guess.
    """
    if method in _METHODS:
        return _METHODS[method]
    found = verb_of(name)
    return found or "create"


def verb_of(name: str) -> Does | None:
    """What the first word of a name says, or None."""
    plain = name.rpartition(".")[2]
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
    return next((does for does, pattern in _FIRST.items() if pattern.match(plain)), None)
