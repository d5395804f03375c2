"""Bodies that two parsers could read differently are refused; what passes has one written form."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from runtime.guardrails.canonical import NotCanonical, canonical, digest, parse

NAMES = st.text("abcxyz_", min_size=1, max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text('aé€𝄞\n"\\', max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b'"text"',
        b'{"a": 1, "a": 2}',
        b'{"amount": 1, "\\u0061mount": 2}',
        b'{"Amount": 1, "amount": 2}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": 9007199254740992}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b'{"a": "\xff"}',
        b'{"a": 1}{"a": 2}',
        b'{"a": 1} // x',
        b"{" + b'"a":{' * 40 + b"}" * 41,
        b"[" * 100_000,
        b'{"a": "' + b"x" * 70_000 + b'"}',
        '{"amоunt": 1}'.encode(),
        b'{"a": "x\\u0000y"}',
        b'{"a": "\\ud800"}',
        b'{"__proto__ ": 1}',
    ],
)
def test_ambiguous_bodies_are_refused(raw: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse(raw)


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_the_written_form_is_a_fixed_point(value: dict[str, object]) -> None:
    try:
        plain = parse(json.dumps(value).encode())
    except NotCanonical:
        return
    assert plain == value
    assert canonical(parse(canonical(plain))) == canonical(plain)


def test_the_order_of_keys_does_not_change_the_digest() -> None:
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1}) != digest({"a": 1, "b": [3]})


@given(
    st.dictionaries(
        NAMES, st.one_of(st.text(), st.integers(-(2**53) + 1, 2**53 - 1), st.booleans(), st.none()), max_size=5
    )
)
def test_plain_values_have_the_bytes_of_the_standard(value: dict[str, object]) -> None:
    try:
        expected = rfc8785.dumps(value)
    except UnicodeEncodeError:
        return
    assert canonical(value) == expected


def test_every_control_character_is_written_as_the_standard_writes_it() -> None:
    text = {"a": "".join(map(chr, range(0x20))) + '"\\/\x7f\u2028é'}
    assert canonical(text) == rfc8785.dumps(text)
