"""Opposites: two words that turn one statement into the other ("keep" and "return") without a "not"."""

from __future__ import annotations

import re
from functools import lru_cache

_PAIRS = (
    (r"keep|retain", r"return(?:ed|s)?|lose|loses|forfeits?|forfeited"), (r"activated?|enabled?", r"deactivated?|disabled?"),
    (r"approved?|granted?", r"rejected?|denied|deny"), (r"locked|encrypted|limited|insured|restricted|taxed|staffed|supervised|monitored",
     r"unlocked|unencrypted|unlimited|uninsured|unrestricted|untaxed|unstaffed|unsupervised|unmonitored"),
    (r"automatic(?:ally)?", r"(?:must|have to|has to|needs? to) (?:be )?(?:request(?:ed)?|appl(?:y|ied)|ask)|(?:on|upon) request|manual(?:ly)?"),
    (r"any|of (?:your|their) (?:own )?choice|freely", r"approved|authori[sz]ed|certified|designated"),
    (r"(?:switched|turned|is|are|stays?|remains?) on(?= by default|[.,;]|$)", r"(?:switched|turned|is|are|stays?|remains?) off(?= by default|[.,;]|$)"),
    (r"included?", r"(?:charged|costs?|billed|paid) (?:extra|separately)"), (r"inclusive", r"exclusive"),
)  # fmt: skip
_OPPOSITES = tuple(re.compile(rf"\b(?:(?P<a>{one})|(?P<b>{other}))\b", re.I) for one, other in _PAIRS)
_ANY_OF_THEM = re.compile(rf"\b(?:{'|'.join(side for pair in _PAIRS for side in pair)})\b", re.I)


def opposites(a: str, b: str) -> tuple[str, str]:
    """Two words that turn one statement into the other ("keep" and "return"); empty where there are none."""
    left, right = turning(a), turning(b)
    for number, (side, word) in left.items() if right else ():
        other = right.get(number, (side, ""))
        if other[0] != side:
            return word, other[1]
    return "", ""


@lru_cache(maxsize=200_000)
def turning(text: str) -> dict[int, tuple[str, str]]:
    """Number of a pair of opposites → which of the two, and the word as written. One that names both
    ("disabled, and can be enabled") says neither. A sentence meets many others."""
    if not _ANY_OF_THEM.search(text):
        return {}
    found = ((number, list(pattern.finditer(text))) for number, pattern in enumerate(_OPPOSITES))
    return {
        number: (matches[0].lastgroup or "", matches[0][0])
        for number, matches in found
        if len({match.lastgroup for match in matches}) == 1
    }
