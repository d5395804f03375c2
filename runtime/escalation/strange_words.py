"""Words of strangers as a person may see them: nothing to click or to load by mistake, nothing that looks like ours or turns a line around.

A handoff quotes customers and systems. Whatever shows it (a ticket desk, a mail program, a chat) may turn addresses into links
and markup into pictures, so both are broken in the way that security desks write them: `hxxps://evil[.]example`.
"""

from __future__ import annotations

import re
from typing import Any

_ADDRESS = re.compile(r"\b(?P<scheme>h)(?:tt)(?P<rest>ps?):(?P<where>//[^\s/?#]*)", re.IGNORECASE)
_WWW = re.compile(r"\bwww\.", re.IGNORECASE)
_SCHEME = re.compile(r"\b(javascript|vbscript|data|file|ftp|mailto|tel|sms|intent):(?=\S)", re.IGNORECASE)
_MARKDOWN = re.compile(r"(!?\[[^\]]*\])\(")
_QUOTES = str.maketrans("“”„‟«»", "''''''")


def unarmed(text: str) -> str:
    """The same words without links, loadable pictures, and the mark by which a handoff is found again."""
    plain = _ADDRESS.sub(lambda m: f"{m['scheme']}xx{m['rest']}:{m['where'].replace('.', '[.]')}", text)
    plain = _WWW.sub("www[.]", plain)
    plain = _SCHEME.sub(r"\1[:]", plain)
    return _MARKDOWN.sub(r"\1 (", plain).replace("[cx:", "[cx ")


def quoted(text: str) -> str:
    """In the quotation marks that only the quoted words stand in."""
    return f"“{text.translate(_QUOTES)}”"


def plainly(value: Any) -> Any:
    """A page's value without characters that cannot be seen or turn its line around."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in value) if type(value) is str else value
