"""A body as a value: what its type says, or what a protocol makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from runtime.systems.exchange import Seen


@dataclass(frozen=True)
class Parsed:
    """A body as a value; `seen` and `error` when only the body tells what the answer was (a SOAP fault,
    broken JSON). `not_signed_in`: the body says that the credential was refused, whatever the status.
    """

    body: Any
    seen: Seen | None = None
    error: str = ""
    not_signed_in: bool = False


Parse = Callable[[int, bytes, str], Parsed]


def as_declared(status: int, raw: bytes, content_type: str) -> Parsed:
    """JSON where the type or the text says so, else text; JSON that is none is a fault of the system."""
    if not raw:
        return Parsed(None)
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    text = _text(raw, content_type)
    if kind.endswith(("/json", "+json")) or (not kind and text.lstrip()[:1] in ("{", "[")):
        try:
            return Parsed(json.loads(text))
        except (ValueError, RecursionError):
            return Parsed(text, Seen.FAULT, "the answer is declared as JSON and is none")
    return Parsed(text)


def _text(raw: bytes, content_type: str) -> str:
    charset = content_type.lower().partition("charset=")[2].split(";")[0].strip(" \"'") or "utf-8"
    try:
        return raw.decode(charset, "replace").removeprefix("\ufeff")
    except LookupError:
        return raw.decode("utf-8", "replace")
