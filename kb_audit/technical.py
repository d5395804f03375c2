"""Text about software: names of code in a sentence, and headings under which a release is recorded rather than a rule given.

`max_retries` and `--retries` are names, and two names are two things however alike the sentences; what version 2.0 changed
need not hold today. Both are told by their form alone, so that a help centre without any code is not touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from kb_audit.article import Article

_MANUAL, _FEW = 0.08, 12
_CODE = re.compile(
    r"(?<![\w@.-])(?:"
    r"--[a-z][\w-]*|-[A-Za-z](?=[\s,.;:)]|$)"  # options
    r"|[A-Za-z]\w*_\w+|_\w{2,}"  # snake_case, CONSTANT_CASE
    r"|[a-z]{3,}[A-Z]\w*"  # camelCase, but "iPhone" and "eSIM"
    r"|[A-Za-z_][\w.]*\(\)"  # calls
    r"|(?:~|\.{1,2})?/[\w.-]{2,}(?:/[\w.*-]*)*"  # paths
    r"|[A-Za-z]\w+(?:\.[A-Za-z]\w+)+"  # dotted.names, file.names
    r")"
)
_SCREEN = re.compile(
    r"→|\b(?:menu ?bar|submenu|dialog(?: box| window)?|check ?box|drop-?down|toolbar|toolbox|slider|spin box|mouse (?:pointer|button|wheel)|pixels?|"
    r"double-click|click-and-drag|left-click|right-click)\b|\b(?:Ctrl|Shift|Alt)\s?\+",
    re.I,
)
_HUMPS = re.compile(r"(?<![\w@./-])[A-Z][a-z0-9]+(?:[A-Z]+[a-z0-9]*)+(?![\w@])")
_ADDRESS = re.compile(r"\.(?:com|org|net|gov|edu|io|co|uk|de|eu|info|app|dev)$", re.I)
_SLASHED = re.compile(r"^/\w+$")
_VERSION = re.compile(r"(?:^|[A-Za-z)]\s|\bv)\d+\.(?:\d+|x)(?:\.(?:\d+|x))*(?:\s?(?:[a-z]+\d*|LTS|\([^)]*\)))?\W*$")
_RECORD = re.compile(
    r"\bchange ?logs?\b|\brelease notes?\b|\bwhat(?:'|’)?s new\b|^\W*(?:version|revision|change|release) history\b|\bdeprecat\w+|"
    r"\b(?:incompatible|breaking|miscellaneous|minor) changes\b|\bchanges (?:in|since|between|from)\b.*\d|\bupgrading (?:from|to)\b.*\d|"
    r"^\W*(?:new|removed|deprecated) features\b|^\W*bug ?fixes\b|\bhistory of\b",
    re.I,
)
_RECORD_FILE = re.compile(
    r"(?:^|[/_-])(?:change-?logs?|whats-?new|release-?notes?|releases)(?:[/._-]|$)|(?:^|/)history/", re.I
)


def called(text: str) -> frozenset[str]:
    """Names of code and names in humps: "MasterCard" and "CacheMaxExpire" have one form."""
    return code_names(text) | frozenset(_HUMPS.findall(text))


_NONE: frozenset[str] = frozenset()


@lru_cache(maxsize=200_000)
def code_names(text: str) -> frozenset[str]:
    """Names of options, settings, functions, files in a sentence, as written; web addresses are none."""
    found = (match[0].rstrip("._-") for match in _CODE.finditer(text))
    return frozenset(name for name in found if name and not _ADDRESS.search(name) and not _SLASHED.match(name)) or _NONE


def is_record(article: str, headings: Iterable[str]) -> bool:
    """Whether what stands below tells what a release changed: by a heading that ends in a version or names change notes."""
    return bool(_RECORD_FILE.search(article)) or any(_records(heading) for heading in headings)


def is_technical(article: Article, sentences: Sequence[str]) -> bool:
    """Whether the article is a manual of software: by its blocks of code, and the names of code or parts of a
    screen in its sentences."""
    code = sum(block.kind == "code" for section in article.sections for block in section.blocks)
    named = sum(bool(code_names(text) or _SCREEN.search(text)) for text in sentences)
    return code + named >= _MANUAL * max(len(sentences), _FEW)


@lru_cache(maxsize=20_000)
def _records(heading: str) -> bool:
    plain = heading.rstrip(" ¶#")
    return bool(_VERSION.search(plain) or _RECORD.search(plain))
