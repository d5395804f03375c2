"""Takes personal data and secrets out of texts and records; equal values keep an equal pseudonym within a run.

`‹e-mail 3f2a›` stands for one address wherever it occurs; the four digits come from a keyed hash whose key never
leaves the machine. Numbers are checked, not guessed: Luhn (ISO/IEC 7812-1), IBAN (ISO 13616), E.164 telephone plans.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
import secrets as randomness
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from runtime.redacted_fields import kind_of_field

SECRET = "‹secret›"  # noqa: S105 – the mark, not a secret
MAX_DEPTH = 60

_MARK = re.compile(r"‹[a-z-]+( [0-9a-f]{4})?›")
_EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+'-]{0,63}(?:@|%40)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)+[A-Za-z]{2,24}")
_CARD = re.compile(r"(?<![\w.-])[2-6](?:[ -]?\d){12,18}(?![\w-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")
_DIGITS = re.compile(r"\d")
_PHONE_WORD = re.compile(r"(?i)\b(tel|phone|mobile|handy|mobil|call|fax|telefon|rufnummer)")
_TOKEN = re.compile(
    r"(?P<scheme>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"
    r"|\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{8,}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?P<host>://)[^/\s:@]+:[^/\s@]+(?=@)",
    re.DOTALL,
)


class Redactor:
    """Knows the secrets of a run and the key of its pseudonyms.

    Args:
        secrets: values that must never appear anywhere, whatever field they stand in.
        key: key of the pseudonyms; a new one by default. A resumed run hands in the old one.
    """

    def __init__(self, secrets: Iterable[str] = (), *, key: bytes | None = None) -> None:
        self.key = key or randomness.token_bytes(16)
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.learn(*secrets)

    def learn(self, *values: str) -> None:
        """Adds secrets, also as they look in a URL or in a Basic header; shorter than 4 characters is no secret."""
        for value in values:
            if len(value) >= 4:
                self._known |= {value, quote(value, safe=""), base64.b64encode(value.encode()).decode()}
        ordered = sorted(self._known, key=len, reverse=True)
        self._pattern = re.compile("|".join(re.escape(v) for v in ordered)) if ordered else None

    def redact(self, value: Any) -> Any:
        """The same shape without personal data and secrets. What is already redacted stays as it is."""
        return self._value(value, "", MAX_DEPTH)

    def text(self, text: str) -> str:
        """Redacts free text: known secrets, credentials, e-mail, IBAN, card and telephone numbers."""
        text = self.without_secrets(text)
        if "@" in text or "%40" in text:
            text = _EMAIL.sub(lambda m: self.mark("e-mail", m[0].lower().replace("%40", "@")), text)
        if len(_DIGITS.findall(text[:100_000])) >= 7:
            text = _IBAN.sub(lambda m: self._if(_is_iban(m[0]), "iban", m[0]), text)
            text = _CARD.sub(lambda m: self._if(_is_card(m[0]), "card", m[0]), text)
            text = _without_phones(text, lambda number: self.mark("phone", number))
        return text

    def without_secrets(self, text: str) -> str:
        """Takes out known secrets and what looks like a credential; personal data stays."""
        if self._pattern:
            text = self._pattern.sub(SECRET, text)
        return _TOKEN.sub(lambda m: (m["scheme"] or m["host"] or "") + SECRET, text)

    def mark(self, kind: str, value: str) -> str:
        """`‹kind 3f2a›`; equal values (but for spaces and hyphens) get equal marks."""
        plain = re.sub(r"[\s-]", "", value)
        digest = hmac.new(self.key, f"{kind}:{plain}".encode(), hashlib.sha256).hexdigest()
        return f"‹{kind} {digest[:4]}›"

    def _value(self, value: Any, field: str, depth: int) -> Any:
        if depth == 0:
            return "‹too deep›"
        if isinstance(value, Mapping):
            return {self._key(k): self._value(v, str(k), depth - 1) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value(v, field, depth - 1) for v in value]
        if isinstance(value, bytes):
            return self._value(value.decode("utf-8", "replace"), field, depth)
        if value is None or isinstance(value, bool | float):
            return value
        if isinstance(value, str | int):
            return self._leaf(value, field)
        return self._leaf(str(value), field)

    def _leaf(self, value: str | int, field: str) -> str | int:
        text = str(value)
        kind = kind_of_field(field)
        if not text or _MARK.fullmatch(text) or (isinstance(value, int) and kind in ("", "name")):
            return value if isinstance(value, str) or not _is_card(text) else self.mark("card", text)
        if kind == "secret":
            return SECRET
        return self.mark(kind, text.lower() if kind == "e-mail" else text) if kind else self.text(text)

    def _key(self, key: Any) -> Any:
        return self.text(key) if isinstance(key, str) else key

    def _if(self, true: bool, kind: str, value: str) -> str:
        return self.mark(kind, value) if true else value


class RedactingFilter(logging.Filter):
    """Sits on the root handler: a message that leaves has been redacted, its traceback too."""

    def __init__(self, redactor: Redactor | None = None) -> None:
        super().__init__()
        self.redactor = redactor or _default()

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.redactor.text(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self.redactor.text(record.exc_text)
        return True


def redact(value: Any) -> Any:
    """Redacts with the pseudonyms of this process; a run that must be resumable keeps a `Redactor` of its own."""
    return _default().redact(value)


def without_secrets(text: str) -> str:
    """Takes out the secrets that this process knows; for what stays on this machine and may hold personal data."""
    return _default().without_secrets(text)


def learn(*values: str) -> None:
    """Makes secrets known to `redact` and to the logging filter of this process."""
    _default().learn(*values)


@cache
def _default() -> Redactor:
    return Redactor()


def _is_card(text: str) -> bool:
    from stdnum import luhn

    digits = re.sub(r"[ -]", "", text)
    return (
        digits.isascii()
        and digits.isdigit()
        and 13 <= len(digits) <= 19
        and digits[0] in "23456"
        and luhn.is_valid(digits)
    )


def _is_iban(text: str) -> bool:
    from stdnum import iban

    return bool(iban.is_valid(text))


def _without_phones(text: str, mark: Callable[[str], str]) -> str:
    """International numbers always; national ones (German, British, American) only near a word that says so."""
    if len(text) > 200_000 or not ("+" in text or "00" in text or _PHONE_WORD.search(text)):
        return text
    import phonenumbers

    regions: list[str | None] = [None, *(["DE", "GB", "US"] if _PHONE_WORD.search(text) else [])]
    for region in regions:
        for found in reversed(list(phonenumbers.PhoneNumberMatcher(text, region))):
            number = phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164)
            text = text[: found.start] + mark(number) + text[found.end :]
    return text
