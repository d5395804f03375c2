"""Restricted data: what a reader must not see and a write must not carry, by category of `guardrails.yaml`.

A category is recognised by the name of a field, and card numbers and bank accounts also inside any text
(ISO/IEC 7812 check digit, ISO 13616), whatever separators or look-alike digits they are written with.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from typing import Any

from runtime.guardrails.effects import Effect
from runtime.guardrails.policy import GuardrailsFile

FIELDS: dict[str, str] = {
    "card_number": r"(credit_?|debit_?)?card_?(number|no|pan)|pan|cvc|cvv",
    "iban": r"iban|bank_?account(_?number)?|account_?iban",
    "date_of_birth": r"date_?of_?birth|birth_?(date|day)|dob",
    "health": r"health\w*|diagnos\w+|medical\w*|disability",
    "national_id": r"ssn|social_?security\w*|national_?id\w*|passport\w*|tax_?id",
    "password": r"pass(word|wd|code|phrase)|pin|secret",
}
IN_TEXT = ("card_number", "iban")
SHORTEST = 13  # digits of a card number; an IBAN is longer
MASK = "‹masked›"
_NUMERIC = re.compile(r"\d")  # no number, no card and no account
_DIGITS = re.compile(  # written whole, in groups of four, in American Express' groups, or digit by digit
    r"(?<![A-Za-z0-9])(?:[3-6]\d{12,18}|[3-6]\d{3}([ .\-/_]+)\d{4}\1\d{4}\1\d{1,7}|3[47]\d{2}([ .\-/_]+)\d{6}\2\d{5}|[3-6](?:[ .\-/_]+\d){12,18})(?![ .\-]?\d)"
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ .\-]?[A-Za-z0-9]){11,30}")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


def carried(guardrails: GuardrailsFile, effect: Effect, arguments: Mapping[str, Any]) -> str | None:
    """The first restricted category that a write carries and must not; None when it carries none.

    `never_read` and `never_send` hold for every field, `mask` for the fields that leave the company (`sends`).
    """
    if not _is_suspect(tuple(guardrails.restricted_data), arguments):
        return None
    every = list(_leaves(arguments))
    for category, rule in guardrails.restricted_data.items():
        looked_at = every
        if rule == "mask":
            looked_at = list(_leaves({name: arguments[name] for name in effect.sends if name in arguments}))
        if any(_is(category, name, value) for name, value in looked_at):
            return category
    return None


def readable(guardrails: GuardrailsFile, answer: Any) -> Any:
    """An answer as the agent may see it: `never_read` is left out, `mask` is masked; `never_send` may be read."""
    rules = {category: rule for category, rule in guardrails.restricted_data.items() if rule != "never_send"}
    return _seen(answer, rules) if rules else answer


def _seen(value: Any, rules: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        kept = {}
        for name, inner in value.items():
            category = next((c for c in rules if _named(c, str(name))), None)
            if category is None:
                kept[name] = _seen(inner, rules)
            elif rules[category] == "mask":
                kept[name] = None if inner is None else MASK
        return kept
    if isinstance(value, (list, tuple)):
        return [_seen(inner, rules) for inner in value]
    return _masked(value, rules) if isinstance(value, str) else value


def _masked(text: str, rules: Mapping[str, str]) -> str:
    for category, pattern in (("card_number", _DIGITS), ("iban", _IBAN)):
        if category in rules and _is(category, "", text):
            text = pattern.sub(partial(_mask, category), _plain(text))
    return text


def _mask(category: str, found: re.Match[str]) -> str:
    return MASK if _is(category, "", found.group()) else found.group()


def _is(category: str, name: str, value: Any) -> bool:
    if value is None or value == MASK:
        return False
    if name and _named(category, name):
        return True
    if category not in IN_TEXT or isinstance(value, bool) or not isinstance(value, (str, int)):
        return False
    text = _plain(str(value)) if _may_hold(value) else ""
    if category == "card_number":
        return any(_luhn(found.group()) for found in _DIGITS.finditer(text))
    return category == "iban" and any(_iban(found.group()) for found in _IBAN.finditer(text))


def _is_suspect(categories: tuple[str, ...], value: Any) -> bool:
    """A quick look before the slow one: False when neither a name nor a value can belong to any category."""
    if isinstance(value, Mapping):
        for name, inner in value.items():  # a plain loop: this runs in every decision
            if _may_be_any(categories, str(name)):
                return True
            if _is_long(inner) if type(inner) is str else _is_suspect(categories, inner):
                return True
        return False
    if type(value) is str:
        return _is_long(value)
    if isinstance(value, (list, tuple)):
        return any(_is_suspect(categories, inner) for inner in value)
    return _may_hold(value)


def _is_long(text: str) -> bool:
    return not text.isascii() or (len(text) >= SHORTEST and _NUMERIC.search(text) is not None)


def _may_hold(value: Any) -> bool:
    """False when a value is too short to be a number that is recognised inside texts; signs beyond ASCII may stand for several."""
    return value is not None and (len(written := str(value)) >= SHORTEST or not written.isascii())


@lru_cache(maxsize=8_192)
def _may_be_any(categories: tuple[str, ...], name: str) -> bool:
    return any(_named(category, name) for category in categories)


@lru_cache(maxsize=8_192)
def _named(category: str, name: str) -> bool:
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("-", "_")
    return re.fullmatch(FIELDS.get(category, re.escape(category.lower())), plain) is not None


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, str(key))
            if isinstance(inner, (Mapping, list, tuple)) and inner:
                yield str(key), ""
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _leaves(inner, name)
    else:
        yield name, value


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE)


def _luhn(text: str) -> bool:
    from stdnum import luhn

    return bool(luhn.is_valid(re.sub(r"\D", "", text)))


def _iban(text: str) -> bool:
    """Written together with the words after it, an IBAN is still one: prefixes of valid length are tried."""
    from stdnum import iban

    packed = re.sub(r"[ .\-]", "", text)
    return any(iban.is_valid(packed[:length]) for length in range(15, min(len(packed), 34) + 1))
