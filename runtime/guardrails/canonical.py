"""Canonical JSON: bodies are read strictly and sent on re-serialised, so that two parsers cannot read two things.

Refused: duplicate keys (RFC 8259 section 4 leaves their meaning open), NaN and Infinity, a byte order mark, anything
but UTF-8, integers beyond 2^53 - 1 (RFC 7493), names with look-alike or control characters, depth and size without bound.
Written form: RFC 8785 (JSON Canonicalization Scheme).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from math import isfinite
from typing import Any, NoReturn

import orjson

MAX_BYTES = 65_536
MAX_DEPTH = 12
MAX_ITEMS = 2_000
MAX_INTEGER = 2**53 - 1
_NAME = re.compile(r"[A-Za-z0-9_.@$-]{1,128}")


class NotCanonical(ValueError):
    """The body could be read in more than one way, or is not data that an operation takes; one sentence says why."""


def parse(raw: bytes) -> dict[str, Any]:
    """One JSON object from bytes.

    Raises:
        NotCanonical: it is not exactly one plain JSON object in UTF-8.
    """
    return checked(parse_any(raw))


def parse_any(raw: bytes) -> dict[str, Any]:
    """The same, whatever its fields are called and however deep it is: for envelopes around what an operation takes."""
    if len(raw) > MAX_BYTES:
        raise NotCanonical(f"the body has {len(raw):,} bytes; {MAX_BYTES:,} are allowed")
    if raw[:3] == b"\xef\xbb\xbf" or raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise NotCanonical("the body starts with a byte order mark")
    try:
        value = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_not_a_number, parse_int=_integer
        )
    except UnicodeDecodeError:
        raise NotCanonical("the body is not UTF-8") from None
    except RecursionError:
        raise NotCanonical("the body is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise NotCanonical(f"the body is not one JSON value ({error.msg})") from None
    if not isinstance(value, dict):
        raise NotCanonical("the body is not a JSON object")
    return value


def checked(value: Mapping[str, Any]) -> dict[str, Any]:
    """The same bounds for arguments that were built in process."""
    plain = dict(value)
    if _walk(plain, 1) > MAX_ITEMS:
        raise NotCanonical(f"the body holds more than {MAX_ITEMS:,} values")
    return plain


def canonical(value: Any) -> bytes:
    """The one written form of a value, UTF-8 (RFC 8785).

    Raises:
        NotCanonical: the value has no such form.
    """
    import rfc8785

    if _is_simple(value):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise NotCanonical(f"no canonical form ({error})") from None


def digest(value: Any) -> str:
    """`sha256:<hex>` of the canonical form."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


def _is_simple(value: Any) -> bool:
    """Values whose RFC 8785 form is what a plain writer with sorted names writes, too: no floats, names in ASCII, texts without half characters."""
    kind = type(value)
    if kind is str:
        return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)
    if kind is dict:
        for name, inner in value.items():  # a plain loop: this runs in every decision
            if type(name) is not str or not name.isascii():
                return False
            if (type(inner) is not str or not inner.isascii()) and not _is_simple(inner):
                return False
        return True
    if kind is list:
        return all(map(_is_simple, value))
    return value is None or kind is bool or (kind is int and -MAX_INTEGER <= value <= MAX_INTEGER)


def _walk(value: Any, depth: int) -> int:
    """Number of values inside; raises on the first one that is not plain data."""
    if depth > MAX_DEPTH:
        raise NotCanonical(f"the body is nested deeper than {MAX_DEPTH}")
    if type(value) is str:
        return _text(value)
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str) or not _is_name(name):
                raise NotCanonical(f"{str(name)[:40]!r} is no name of a field")
        if len(value) > 1 and len({name.lower() for name in value}) < len(value):
            raise NotCanonical("two names differ only in their case")
        found = 1
        for inner in value.values():
            found += _text(inner) if type(inner) is str else _walk(inner, depth + 1)
        return found
    if isinstance(value, (list, tuple)):
        return 1 + sum(_walk(inner, depth + 1) for inner in value)
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, str):
        return _text(value)
    return _number(value)


@lru_cache(maxsize=8_192)
def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def _text(value: str) -> int:
    if "\x00" in value or not (value.isascii() or all(not "\ud800" <= letter <= "\udfff" for letter in value)):
        raise NotCanonical("a text holds a NUL or half a character")
    return 1


def _number(value: Any) -> int:
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise NotCanonical("a number is too large to be read the same way everywhere")
        return 1
    if isinstance(value, float) and isfinite(value):
        return 1
    raise NotCanonical(f"{type(value).__name__} is no plain data, or not a finite number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise NotCanonical(f"the key {name!r} stands twice")
        found[name] = value
    return found


def _integer(text: str) -> int:
    if len(text) > 17:
        raise NotCanonical("a number is too large to be read the same way everywhere")
    return int(text)


def _not_a_number(text: str) -> NoReturn:
    raise NotCanonical(f"{text} is no JSON number")
