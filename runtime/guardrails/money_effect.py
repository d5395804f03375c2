"""What leaves the company when a write succeeds, in integer minor units, and whose record it touches.

Values that the request does not carry (an invoice before the change, the amount of a payment that is refunded in full)
come from systems of record: `read["before"]` is the record before the change, `read["values"][reference]` is
`{"amount": "12.40", "currency": "EUR", "customer": "A-1"}` of a referenced record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from runtime.guardrails.answers import value_of
from runtime.guardrails.effects import CurrencyField, Effect, MoneyOut
from runtime.guardrails.record_values import Answer, Scope, number_of
from runtime.money import exponent, to_minor

LARGEST = 10**15


class Unclear(ValueError):
    """The effect cannot be computed. `escalate`: a person can clear it up; otherwise the call is malformed."""

    def __init__(self, what: str, *, escalate: bool = False) -> None:
        super().__init__(what)
        self.escalate = escalate


_WHOLE = re.compile(r"-?[0-9]{1,15}")
_CODE = re.compile("[A-Z]{3}")


class MoneyEffect(NamedTuple):
    """`terms` are the numbers that policies see: amount, or before and after, or value."""

    minor: int
    currency: str
    terms: Mapping[str, int]


def money_effect(effect: Effect, arguments: Mapping[str, Any], read: Mapping[str, Any], currency: str) -> MoneyEffect:
    """The effect of one call.

    Raises:
        Unclear: an amount or currency is absent, not exact, negative, or has to be read first.
    """
    out = effect.money_out
    if out is None:
        return MoneyEffect(0, currency, {})
    if out.fixed is not None:
        return MoneyEffect(
            to_minor(out.fixed, _currency(out, arguments, currency)), _currency(out, arguments, currency), {}
        )
    if out.computed is not None:
        return _computed(out, arguments, read, currency)
    if out.full_value_of is not None:
        return _full_value(_text(arguments, out.full_value_of), read, currency)
    if out.field is not None and _argument(arguments, out.field) is None and effect.when_absent == "full":
        reference = effect.customer.through if effect.customer else None
        if reference is None:
            raise Unclear(f"without {out.field} the full value moves, and nothing says of what", escalate=True)
        return _named("amount", _full_value(_text(arguments, reference), read, currency))
    if out.field is not None:
        code = _currency(out, arguments, currency)
        amount = minor_of(_argument(arguments, out.field), out, code, out.field)
        return MoneyEffect(amount, code, {"amount": amount})
    return _difference(out, arguments, read, currency)


def terms_of(effect: Effect | None) -> tuple[str, ...]:
    """Names of the numbers that policies of this operation see."""
    out = effect.money_out if effect else None
    if out is None or out.fixed is not None:
        return ()
    if out.field is not None:
        return ("amount",)
    return ("before", "after") if out.before is not None else ("value",)


def minor_of(written: Any, out: MoneyOut, currency: str, name: str) -> int:
    """Minor units of a written amount: text or a whole number, never a float (a float has no exact cents)."""
    if written is None:
        raise Unclear(f"{name} is absent")
    if isinstance(written, bool) or not isinstance(written, (str, int)):
        raise Unclear(f'{name} is {type(written).__name__}; money is text like "12.40" or a whole number')
    if out.unit == "minor":
        if isinstance(written, str) and not _WHOLE.fullmatch(written):
            raise Unclear(f"{name} {written[:30]!r} is no amount in whole minor units")
        return _bounded(int(written), name)
    try:
        return _bounded(to_minor(str(written), currency), name)
    except ValueError as error:
        raise Unclear(f"{name}: {error}"[:160]) from None


def customer_of(effect: Effect, arguments: Mapping[str, Any], read: Mapping[str, Any]) -> str | None:
    """The account whose record is touched; None when the operation names none.

    Raises:
        Unclear: it should be named and is not.
    """
    if effect.customer is None:
        return None
    if effect.customer.field is not None:
        return _text(arguments, effect.customer.field)
    record = _value(_text(arguments, str(effect.customer.through)), read)
    if not isinstance(record.get("customer"), str):
        raise Unclear(
            f"nothing read says whose record {_argument(arguments, str(effect.customer.through))} is", escalate=True
        )
    return str(record["customer"])


def _currency(out: MoneyOut, arguments: Mapping[str, Any], default: str) -> str:
    if isinstance(out.currency, CurrencyField):
        found = _argument(arguments, out.currency.field)
        if not isinstance(found, str) or not _CODE.fullmatch(found):
            raise Unclear(f"{out.currency.field} names no currency")
        try:
            exponent(found)
        except ValueError as error:
            raise Unclear(str(error)) from None
        return found
    return out.currency or default


def _computed(out: MoneyOut, arguments: Mapping[str, Any], read: Mapping[str, Any], default: str) -> MoneyEffect:
    """From records; a figure that does not come out exact in minor units is not known."""
    assert out.computed is not None
    code = _currency(out, arguments, default)
    try:
        found = value_of(out.computed, Scope(arguments, read))
        amount = None if isinstance(found, Answer) else number_of(found)
    except (ValueError, ArithmeticError):
        amount = None
    if amount is None:
        raise Unclear("what leaves the company cannot be computed from what was read", escalate=True)
    text = f"{amount.normalize():f}"
    value = minor_of(text, out, code, "what leaves the company")
    return MoneyEffect(value, code, {"value": value})


def _full_value(reference: str, read: Mapping[str, Any], default: str) -> MoneyEffect:
    record = _value(reference, read)
    code = str(record.get("currency", default))
    value = minor_of(record.get("amount"), MoneyOut(field="amount"), code, f"the value of {reference}")
    return MoneyEffect(value, code, {"value": value})


def _named(name: str, effect: MoneyEffect) -> MoneyEffect:
    return MoneyEffect(effect.minor, effect.currency, {name: effect.minor})


def _difference(out: MoneyOut, arguments: Mapping[str, Any], read: Mapping[str, Any], default: str) -> MoneyEffect:
    record = read.get("before")
    if not isinstance(record, Mapping) or out.before not in record:
        raise Unclear(f"{out.before} before the change was not read", escalate=True)
    code = _currency(out, arguments, default)
    before = minor_of(record[str(out.before)], out, code, f"{out.before} before")
    after = minor_of(_argument(arguments, str(out.after)), out, code, f"{out.after} after")
    return MoneyEffect(before - after, code, {"before": before, "after": after})


def _value(reference: str, read: Mapping[str, Any]) -> Mapping[str, Any]:
    record = (read.get("values") or {}).get(reference)
    if not isinstance(record, Mapping):
        raise Unclear(f"{reference} was not read, so its value is not known", escalate=True)
    return record


def _argument(arguments: Mapping[str, Any], path: str) -> Any:
    """An argument by name, or a field inside one: `amount.value`."""
    if "." not in path:
        return arguments.get(path)
    found: Any = arguments
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _text(arguments: Mapping[str, Any], name: str) -> str:
    found = _argument(arguments, name)
    if not isinstance(found, str) or not found or len(found) > 200 or not found.isascii() or found != found.strip():
        raise Unclear(f"{name} is absent or no plain id")
    return found


def _bounded(minor: int, name: str) -> int:
    if abs(minor) > LARGEST:
        raise Unclear(f"{name} is larger than any amount of money here")
    return minor
