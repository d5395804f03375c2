"""Which option a reply or a ticket field names: a word for it, or an own line of a mail with the handoff's code."""

from __future__ import annotations

import re
import secrets as randomness
from collections.abc import Mapping

from runtime.escalation.form import Handoff

WORDS: Mapping[str, tuple[str, ...]] = {
    "approve": ("approve", "approved", "genehmigen", "genehmigt", "freigeben"),
    "refuse": ("refuse", "refused", "decline", "declined", "reject", "rejected", "ablehnen", "abgelehnt"),
}
_COMMAND = re.compile(r"^\s*([A-Za-zäöüß]{4,12})\s+([A-Z0-9]{4,8})\s*[.!]?\s*$")
_QUOTE_START = re.compile(r"^\s*(?:>|-{2,}\s*\w+|on .{5,90} wrote:|am .{5,90} schrieb|from:|von:|_{5,})", re.IGNORECASE)


def options_in(text: str, handoff: Handoff) -> set[str]:
    """The options that own lines `APPROVE <code>` name, outside all quoted text."""
    return {option for line in _own_lines(text) if (option := _command(line, handoff))}


def option_of(word: str, handoff: Handoff) -> str:
    """The option that a word stands for: its id, or a known word for it; empty when none."""
    plain = word.strip().lower()
    ids = [option.id for option in handoff.ask.options]
    return next((id for id in ids if plain == id or plain in WORDS.get(id, ())), "")


def _own_lines(text: str) -> list[str]:
    """The lines above the first quoted one, 200 at most."""
    found: list[str] = []
    for line in text[:20_000].splitlines()[:200]:
        if _QUOTE_START.match(line):
            break
        found.append(line)
    return found


def _command(line: str, handoff: Handoff) -> str:
    match = _COMMAND.match(line)
    if not match or not handoff.return_.code or not randomness.compare_digest(match[2], handoff.return_.code):
        return ""
    return option_of(match[1], handoff)
