"""Slots: two sentences of one mould that differ in one place speak of different things.

"The large box costs …" and "the small box costs …", "before 2023" and "from 2023 on", "tier 1" and "tier 3": whoever
paraphrases changes the mould too; whoever states a second rule keeps it and changes a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher

from kb_audit.wording import CONTRACTED, stem
from kb_audit.wording_stop import STOP, WEAK

Alike = Callable[[str, str], float]

_MOULD = 0.6
_SYNONYM = 0.72
_LABEL = re.compile(
    r"\b((?-i:[A-Z][a-z]+)|zone|tier|level|class|type|group|phase|step|category|severity|priority|band|schedule|option|part)\s+(\d{1,3}|(?-i:[A-Z]{1,2})|one|two|three|four)\b(?![.,]?\d|%|\s*(?:am|pm|a\.m|p\.m))",
    re.I,
)
_CODE = re.compile(r"(?<![\w-])([A-Z]{1,4})-?(\d{1,2})(?![\w%]|\.\d)")
_INSIDE = r"in|within|inside|during|with|before|above|until|up to|to"
_OUTSIDE = r"out of|below|outside|outside of|without|after|from|since|starting|beyond|other than|following"
_PLACE = re.compile(
    rf"\b(?:(?P<i>{_INSIDE})|(?P<o>{_OUTSIDE}))\s+(?:the |an? |your |our |its |this |that )?(?P<n>[a-z0-9][\w-]+(?:\s[a-z][\w-]+)?)",
    re.I,
)
_OTHERS = re.compile(
    r"(?:^\W*|: )(?:all |any |the |every )?(?:others?|remaining)\b|\b(?:everyone|everybody|anyone|everything|anything|all) else\b|\botherwise\b",
    re.I,
)
_YEAR = re.compile(r"(?:19|20)\d\d\b")
_NUMBER_WORDS = {"one": "1", "two": "2", "three": "3", "four": "4"}


def contrast(a: str, b: str, alike: Alike) -> str:
    """What sets two (masked) sentences apart by their form alone, as "this / that"; empty where nothing does."""
    return (
        _labels_differ(a, b)
        or _places_differ(a, b)
        or _prefix_differs(a, b)
        or _others(a, b)
        or _slot_differs(a, b, alike)
    )


def _labels_differ(a: str, b: str) -> str:
    left, right = _labels(a), _labels(b)
    for name in left.keys() & right.keys():
        if not left[name] & right[name]:
            return f"{name} {min(left[name])} / {name} {min(right[name])}"
    return ""


def _labels(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for pattern in (_LABEL, _CODE):
        for match in pattern.finditer(text):
            name, label = match[1].lower(), match[2].lower()
            if name not in STOP:
                found.setdefault(name, set()).add(_NUMBER_WORDS.get(label, label))
    return found


def _places_differ(a: str, b: str) -> str:
    """ "in the first year" / "after the first year", "with the waiver" / "without the waiver"."""
    for inside, thing in _places(a):
        for other, same in _places(b):
            alike = thing.split()[0] == same.split()[0] or (_YEAR.match(thing) and _YEAR.match(same))
            if inside != other and alike and not _is_value(thing):
                words = (thing, same) if thing == same else (thing.split()[0],) * 2
                return f"{'inside' if inside else 'outside'} / {'inside' if other else 'outside'} of “{words[0]}”"
    return ""


def _places(text: str) -> Iterator[tuple[bool, str]]:
    for match in _PLACE.finditer(text.replace("-", " ")):
        if match["n"].split()[0].lower() not in STOP | {
            "addition",
            "order",
            "case",
            "writing",
            "full",
            "person",
            "advance",
        }:
            yield bool(match["i"]), " ".join(stem(w) for w in match["n"].lower().split())


def _is_value(thing: str) -> bool:
    return thing.split(maxsplit=1)[0] in ("some", "amount", "time")


def _prefix_differs(a: str, b: str) -> str:
    """ "smokers" / "non-smokers", "verified users" / "unverified users"."""
    left, right = ({stem(w): w for w in _words(text)} for text in (a, b))
    for one, other in ((left, right), (right, left)):
        for known, word in one.items():
            for prefix in ("non-", "non", "un"):
                if stem(prefix + word) in other and known not in other:
                    return f"{word} / {prefix}{word}"
    return ""


def _others(a: str, b: str) -> str:
    """One side speaks of all the others."""
    return "these / all others" if bool(_OTHERS.search(a)) != bool(_OTHERS.search(b)) else ""


def _slot_differs(a: str, b: str, alike: Alike) -> str:
    left, right = _words(a), _words(b)
    matcher = SequenceMatcher(None, [stem(w) for w in left], [stem(w) for w in right], autojunk=False)
    if matcher.ratio() < _MOULD:
        return ""
    for how, i, j, k, m in matcher.get_opcodes():
        if how != "replace":
            continue
        mine, theirs = _telling(left[i:j]), _telling(right[k:m])
        if mine and theirs and not _said(mine, right, alike) and not _said(theirs, left, alike):
            return f"{' '.join(mine)} / {' '.join(theirs)}"
    return ""


def _said(some: list[str], other: list[str], alike: Alike) -> bool:
    """Whether the other sentence has one of these words, or its like, anywhere."""
    return any(alike(x, y) >= _SYNONYM for x in some for y in _telling(other))


def _words(text: str) -> list[str]:
    return [w.strip("'-") for w in re.findall(r"[a-zà-ÿ0-9][a-zà-ÿ0-9'-]*", CONTRACTED.sub("", text.lower()))]


def _telling(words: list[str]) -> list[str]:
    return [w for w in words if len(w) > 1 and not w[0].isdigit() and w not in STOP and w not in WEAK]
