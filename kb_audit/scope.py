"""Scope: for whom, where and when a sentence holds – read from the sentence, its headings and the article's own fields.

Two sentences with different values are no conflict when they speak of different plans, regions or channels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from kb_audit.contrast_words import CONTRASTS, NOT_IN_HEADINGS
from kb_audit.countries import countries
from kb_audit.scope_words import GROUPS
from kb_audit.word_gate import WordGate

Relation = Literal["equal", "disjoint", "one_silent"]
Scope = Mapping[str, frozenset[str]]

_NAMES = [
    ((kind, name), pattern) for kind, names in (*GROUPS.items(), *CONTRASTS.items()) for name, pattern in names.items()
]
_KINDS = tuple(dict.fromkeys(kind for (kind, _), _ in _NAMES))
_WHOLE = r"(?<![\w-])(?:{})(?![\w])"
_GATE = WordGate(_NAMES, _WHOLE)
_CHANNELS = [re.compile(_WHOLE.format(pattern), re.I) for (kind, _), pattern in _NAMES if kind == "channel"]
_EXCLUSION = re.compile(
    r"\b(?:(?:does|do|did|will|shall) ?n[o']t apply (?:to|for)|not applicable (?:to|for)|"
    r"except(?:ions?)?(?: for| that| in)?|excluding|excludes?|other than|with the exception "
    r"of|unless|apart from)\b(.{0,120})",
    re.I,
)
_ONLY = re.compile(r"\b(?:only (?:applies|apply|valid|available|for|to)|applies only|solely|exclusively)\b", re.I)
_SOFT = frozenset({"product", "remedy", "ownership", *CONTRASTS})
"""Kinds whose words name the subject rather than limit it: one-sided silence there proves nothing."""


@dataclass(frozen=True)
class Comparison:
    """How two scopes stand to each other, in words for the finding."""

    relation: Relation
    says: str = ""
    kinds: tuple[str, ...] = field(default=())


def read_scope(text: str, headings: Iterable[str] = (), fields: Mapping[str, str] | None = None) -> Scope:
    """Scope words by kind. The sentence's own words win over its headings', those over the article's fields."""
    found: dict[str, frozenset[str]] = {}
    bare = _EXCLUSION.sub(" ", text)
    found.update(_hits(bare))
    for heading in reversed(list(headings)):
        for kind, hits in _hits(heading).items():
            if kind not in NOT_IN_HEADINGS:
                found.setdefault(kind, hits)
    for kind, value in (fields or {}).items():
        if value and value.lower() not in ("all", "any", "every", "global"):
            found.setdefault(kind, _names_of((value.lower(),)))
    return _scope_of(tuple(found.items()))


@lru_cache(maxsize=20_000)
def _scope_of(kinds: tuple[tuple[str, frozenset[str]], ...]) -> Scope:
    """One mapping for all equal scopes: few there are, and each of very many claims has two."""
    return dict(kinds)


@lru_cache(maxsize=20_000)
def _names_of(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(names)


@lru_cache(maxsize=20_000)
def _hits(text: str) -> dict[str, frozenset[str]]:
    """Scope words of one text; headings come back for every sentence below them."""
    found: dict[str, set[str]] = {}
    for kind, name in _GATE.found(text):
        found.setdefault(kind, set()).add(name)
    abroad = countries(text) - GROUPS["region"].keys()
    if abroad:
        found.setdefault("region", set()).update(abroad)
    return {kind: _names_of(tuple(sorted(found[kind]))) for kind in _KINDS if kind in found}


def exclusions(text: str) -> dict[str, frozenset[str]]:
    """Scope words that a sentence takes out ("does not apply to custom policies")."""
    parts = " ; ".join(match.group(1) for match in _EXCLUSION.finditer(text))
    return dict(_hits(parts)) if parts else {}


def compare(a: Scope, b: Scope, a_out: Scope | None = None, b_out: Scope | None = None) -> Comparison:
    """Disjoint in any kind, or excluded by the other side → disjoint; a limit on one side only → one_silent; else equal."""
    for kind in sorted(a.keys() & b.keys()):
        if not a[kind] & b[kind]:
            return Comparison("disjoint", f"{kind}: {_names(a[kind])} / {_names(b[kind])}", (kind,))
    for mine, theirs in ((a, b_out or {}), (b, a_out or {})):
        for kind in sorted(mine.keys() & theirs.keys()):
            if mine[kind] & theirs[kind]:
                return Comparison(
                    "disjoint", f"{kind}: the other side excludes {_names(mine[kind] & theirs[kind])}", (kind,)
                )
    silent = sorted((a.keys() ^ b.keys()) - _SOFT)
    narrower = sorted(k for k in (a.keys() & b.keys()) - _SOFT if a[k] != b[k])
    if silent:
        said = ", ".join(f"{kind}: {_names(a.get(kind) or b[kind])}" for kind in silent)
        return Comparison("one_silent", f"only one side says {said}", tuple(silent))
    if narrower:
        return Comparison(
            "one_silent", f"{narrower[0]}: {_names(a[narrower[0]])} / {_names(b[narrower[0]])}", tuple(narrower)
        )
    return Comparison("equal")


def _names(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))


def without_channel(text: str) -> str:
    """The sentence without the words that name a channel."""
    for pattern in _CHANNELS:
        text = pattern.sub(" ", text)
    return text
