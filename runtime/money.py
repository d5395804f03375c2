"""Money: quoted text in files, integer minor units inside, never a float.

Exponents of currencies: ISO 4217 (list one), as shipped by Babel's CLDR data.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Annotated, Any

from pydantic import BeforeValidator

_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?")


def to_minor(amount: str, currency: str) -> int:
    """`"12.40", "EUR"` → 1240.

    Raises:
        ValueError: not plain decimal text, more decimals than the currency has, or an unknown currency.
    """
    if not isinstance(amount, str) or not _AMOUNT.fullmatch(amount):
        raise ValueError(f'{amount!r} is no amount; write it quoted, like "12.40"')
    whole, _, decimals = amount.partition(".")
    digits = exponent(currency)
    if decimals[digits:].strip("0"):
        raise ValueError(f"{amount} has more decimals than {currency}")
    return int(whole + decimals[:digits].ljust(digits, "0"))


def from_minor(minor: int, currency: str) -> str:
    """`1240, "EUR"` → `"12.40"`."""
    digits = exponent(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"


_NO_MINOR_UNIT = frozenset(
    ["XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"]
)  # "N.A." in ISO 4217, list one


@cache
def exponent(currency: str) -> int:
    """Decimals of a currency's minor unit.

    Raises:
        ValueError: the code is not an ISO 4217 code, or of something that has no minor unit, like gold.
    """
    from babel.numbers import get_currency_precision, list_currencies

    if currency not in list_currencies():
        raise ValueError(f"{currency!r} is no ISO 4217 currency code")
    if currency in _NO_MINOR_UNIT:
        raise ValueError(f"{currency} has no minor unit, so limits in it would not be exact")
    return get_currency_precision(currency)


def _quoted(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f'{value!r} must be quoted: money is text, like "50.00"')
    if not _AMOUNT.fullmatch(value) or value.startswith("-"):
        raise ValueError(f'{value!r} is no amount; write it like "50.00"')
    return value


MoneyText = Annotated[str, BeforeValidator(_quoted)]
"""An amount in major units as quoted text; its currency stands beside it or is the engagement's."""
