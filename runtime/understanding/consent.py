"""Is an answer a clear yes, a clear no, or neither? Only a short message that says nothing else is clear.

A customer who says yes and adds a condition has not said yes to what was asked. Words of all languages with a list are known, for
three letters tell no language.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

LONGEST = 80
_POLITE = "please|thanks|thank you|thx|bitte|danke|danke schön|dankeschön|gerne|gern|merci|gracias|grazie"
_YES = (
    "yes|yeah|yep|yup|sure|ok|okay|of course|correct|that is correct|that's correct|that is right|that's right|right|"
    "go ahead|do it|do that|please do|i agree|agreed|i confirm|confirmed|confirm|sounds good|"
    "ja|jawohl|jap|klar|na klar|natürlich|genau|richtig|stimmt|einverstanden|in ordnung|machen sie das|bitte machen|"
    "ich bestätige|bestätigt|oui|d'accord|si|sí|sì|va bene|ja graag|tak"
)
_NO = (
    "no|nope|no way|not now|stop|cancel|cancel it|don't|do not|don't do it|do not do it|i do not agree|i don't agree|never mind|leave it|"
    "nein|nö|nee|nicht|lieber nicht|bitte nicht|abbrechen|stopp|lassen sie es|auf keinen fall|non|annuler|nie"
)
Answer = Literal["yes", "no", "unclear"]


def consent(text: str) -> Answer:
    """What a customer's answer to a yes-or-no question means."""
    said = _plain(text)
    if not said or len(said) > LONGEST:
        return "unclear"
    words = rf"(?:{_POLITE})"
    for meaning, known in (("yes", _YES), ("no", _NO)):
        if re.fullmatch(rf"(?:{words} )*(?:{known})(?: (?:{known}|{_POLITE}))*", said):
            return "yes" if meaning == "yes" else "no"
    return "unclear"


def _plain(text: str) -> str:
    """Lower case, one blank between words; invisible characters are not read over but make it unclear."""
    text = unicodedata.normalize("NFKC", text[: LONGEST * 4]).replace("\u2019", "'")
    if any(unicodedata.category(c) in ("Cf", "Co", "Cs") for c in text):
        return ""
    return " ".join(re.sub(r"[.,!;:\-]+", " ", text.lower()).split())
