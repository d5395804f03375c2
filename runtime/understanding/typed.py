"""Values of a kind in a customer's words, read by libraries and written one way: dates, amounts, phone numbers, addresses, IBANs.

Every reading that the words allow is given, so that `03/04/2027` is two dates and the case asks instead of guessing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from runtime.goals import Kind

LONGEST = 5_000
_NUMERIC = re.compile(r"(?<![\w./-])(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?![\w/-])")
_CODES = "EUR|USD|GBP|CHF|PLN|CZK|SEK|NOK|DKK|euros?|dollars?|pounds?|francs?|franken|€|\\$|£"
_FIGURE = r"\d+(?:[.,'\u2019\u00a0\u202f ]\d{3})*(?:[.,]\d{1,2})?"
_MONEY = re.compile(rf"(?:(?:{_CODES})\s?{_FIGURE}|{_FIGURE}\s?(?:{_CODES}))(?!\w)", re.IGNORECASE)
_CENTS = re.compile(r"(?<![\w.,/-])\d+(?:[.,'\u00a0\u202f ]\d{3})*[.,]\d{2}(?![\w/-]|[.,]\d)")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[a-z]{2,24}(?![\w-])", re.IGNORECASE)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]){11,30}")
_NUMBER = re.compile(r"(?<![\w.,-])\d{1,9}(?![\w-]|[.,]\d)")


def values_of(kind: Kind, text: str, *, language: str = "", today: date | None = None) -> tuple[str, ...]:
    """Every reading of every value of this kind, in the order of the text, each once.

    Args:
        language: ISO 639-1 of the text; "unknown" or empty tries them all for dates in words.
        today: what `tomorrow` counts from; default: today, UTC.

    Returns:
        Dates as 2026-11-30, amounts as 12.40, phone numbers as E.164, IBANs without blanks, all as text.
    """
    found = (
        _dates(text[:LONGEST], language, today or datetime.now(UTC).date())
        if kind == "date"
        else _READ[kind](text[:LONGEST])
    )
    return tuple(dict.fromkeys(found))


def _dates(text: str, language: str, today: date) -> Iterator[str]:
    for match in _NUMERIC.finditer(text):
        yield from _numeric(match)
    yield from _in_words(_NUMERIC.sub(" ", text), language, today)


def _numeric(match: re.Match[str]) -> Iterator[str]:
    """Year first: ISO 8601. With dots: day first. With slashes or hyphens both orders are in use."""
    one, mark, two, three = match.groups()
    if len(one) == 4:
        orders = [(one, two, three)]
    else:
        year = three if len(three) == 4 else f"20{three}" if len(three) == 2 else ""
        orders = [(year, two, one)] if mark == "." else [(year, two, one), (year, one, two)]
    for year, month, day in orders:
        try:
            yield date(int(year), int(month), int(day)).isoformat()
        except ValueError:
            continue


def _in_words(text: str, language: str, today: date) -> Iterator[str]:
    """`14 March`, `nächsten Montag`; a month alone is no day."""
    from dateparser.date import DateDataParser
    from dateparser.search import search_dates

    settings = {
        "PREFER_DATES_FROM": "future",
        "RELATIVE_BASE": datetime(today.year, today.month, today.day),
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    languages = [language] if re.fullmatch("[a-z]{2}", language) else ["en", "de", "fr", "es", "it", "nl", "pl"]
    try:
        found = search_dates(text, languages=languages, settings=settings) or []
    except (ValueError, RecursionError, OverflowError):  # a language that the library does not know, or hostile text
        return
    reader = DateDataParser(languages=languages, settings=settings)
    for words, at in found:
        if len(words) > 3 and reader.get_date_data(words).period == "day":
            yield at.date().isoformat()


def _money(text: str) -> Iterator[str]:
    """Amounts with a currency, or with cents; `1.234,50 €`, `CHF 1'234.50` and `1,234.50` are one amount each."""
    from price_parser import Price

    without_dates = _NUMERIC.sub(" ", text)
    marked = [match.group() for match in _MONEY.finditer(without_dates)]
    plain = [match.group() for match in _CENTS.finditer(without_dates)]
    for figure in marked or plain:
        amount = Price.fromstring(re.sub(r"['\u2019\u202f\u00a0]", "", figure)).amount
        if amount is not None and amount < Decimal(10) ** 9:
            yield f"{amount:.2f}"


def _phones(text: str) -> Iterator[str]:
    """Numbers with a country code; a national one could be anybody's."""
    import phonenumbers

    for match in phonenumbers.PhoneNumberMatcher(text, None):
        yield str(phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164))


def _ibans(text: str) -> Iterator[str]:
    """Only those whose check digits are right (ISO 13616)."""
    from stdnum import iban

    for match in _IBAN.finditer(text):
        words = match.group().split(" ")
        tries = (" ".join(words[:n]) for n in range(len(words), 0, -1))  # a word after it may look like its end
        yield from (str(iban.compact(tried)) for tried in [next(filter(iban.is_valid, tries), "")] if tried)


def _mails(text: str) -> Iterator[str]:
    return (match.group() for match in _MAIL.finditer(text))


def _numbers(text: str) -> Iterator[str]:
    return (match.group() for match in _NUMBER.finditer(_NUMERIC.sub(" ", text)))


_READ: Mapping[str, Callable[[str], Iterator[str]]] = {
    "money": _money,
    "phone": _phones,
    "email": _mails,
    "iban": _ibans,
    "number": _numbers,
}
