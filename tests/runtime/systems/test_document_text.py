"""A description's text becomes plain values as JSON knows them, whatever YAML can do besides."""

import pytest
import yaml

from runtime.systems.document_text import Unreadable, parse_document


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("200: ok\ntrue: a\n~: b\n1.5: c", {"200": "ok", "true": "a", "null": "b", "1.5": "c"}),
        ("a: yes\nb: on\nc: true\nd: 2026-01-01\ne: ~\nf: 0x10", {"a": "yes", "b": "on", "c": True, "d": "2026-01-01", "e": None, "f": 16}),
        ("a: &x {200: 1}\nb: {<<: *x, c: [*x]}", {"a": {"200": 1}, "b": {"200": 1, "c": [{"200": 1}]}}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("? [1, 2]\n: q", {"[1, 2]": "q"}),
        ("a: 1\na: 2", {"a": 2}),
        ('{"a": [1, {"b": null}]}', {"a": [1, {"b": None}]}),
        ("a: &a {<<: *a, b: 1}", {"a": {"b": 1}}),
        ("", None),
    ],
)  # fmt: skip
def test_values_are_plain(text, value):
    assert parse_document(text.encode()) == value


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &a [*a]", "leads back to itself"),
        ("a: &a {b: *a}", "leads back to itself"),
        ("a: !!python/object/apply:os.system [id]", "could not determine a constructor"),
        ("a: !mine b", "could not determine a constructor"),
        ("[" * 5000, "nested too deeply"),
        ("a: [", "not YAML in line 2"),
        ("a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{c}: &{c} [{','.join(['*' + chr(ord(c) - 1)] * 9)}]\n" for c in "bcdefghi"), "aliases expand"),
    ],
)  # fmt: skip
def test_what_is_none_or_explodes_is_unreadable_in_words(text, says):
    with pytest.raises(Unreadable, match=says):
        parse_document(text.encode())


def test_it_reads_what_the_library_reads(tmp_path):
    text = "a:\n  - b: |\n      long\n      text\n    c: >-\n      folded\n      text\n  - 'x: y'\nd: {e: 1e3, f: -7, g: .5}\n"
    assert parse_document(text.encode()) == yaml.safe_load(text)
