"""Personal data and secrets go, what an engineer needs stays."""

import logging

import pytest

from runtime.redaction import RedactingFilter, Redactor

GONE = [
    ("write to Ann.Smith+x@mail.example.org now", "Ann.Smith", "e-mail"),
    ("IBAN DE89 3704 0044 0532 0130 00 please", "3704", "iban"),
    ("card 4111 1111 1111 1111 declined", "4111", "card"),
    ("card 5500-0055-5555-5559", "5500", "card"),
    ("ring +49 30 901820 today", "901820", "phone"),
    ("my phone is 030 901820", "901820", "phone"),
    ("call me at (650) 253-0000", "253-0000", "phone"),
]
KEPT = [
    "order 2026112300017 of 2026-11-23T09:15:00Z",
    "A-90017 and INV-2026-10-0042",
    "amount 1234567.89 EUR",
    "4111 1111 1111 1112",
    "uuid 123e4567-e89b-12d3-a456-426614174000",
    "GB00 WEST 1234",
    "the price is 12.40 on 01.11.2026",
    "/invoices/I-20261001?page=2",
]


@pytest.mark.parametrize(("text", "part", "kind"), GONE)
def test_personal_data_in_text_goes(text, part, kind):
    found = Redactor().text(text)
    assert part not in found and f"‹{kind} " in found


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_personal_data_stays(text):
    assert Redactor().text(text) == text


@pytest.mark.parametrize(
    "name", ["name", "firstName", "last_name", "date_of_birth", "phoneNumber", "street", "iban", "Geburtsdatum"]
)
def test_personal_fields_go_by_their_name(name):
    found = Redactor().redact({"customer": {name: "Miller 7"}})
    assert "Miller" not in str(found) and found["customer"][name].startswith("‹")


@pytest.mark.parametrize(
    "name", ["password", "access_token", "clientSecret", "X-API-Key", "Authorization", "Set-Cookie", "cvv", "pin"]
)
def test_secret_fields_go_whole(name):
    assert Redactor().redact({name: "abc"}) == {name: "‹secret›"}


def test_ordinary_fields_stay_as_they_are():
    record = {
        "account_id": "A-1",
        "amount": "12.40",
        "n": 3,
        "ok": True,
        "none": None,
        "list": [1.5],
        "next_page_token": "p2",
        "token_type": "Bearer",
    }
    assert Redactor().redact(record) == record


def test_equal_values_keep_an_equal_mark_and_other_runs_another():
    one, other = Redactor(), Redactor()
    record = one.redact({"email": "Ann@example.org", "text": "by ann@example.org", "other": "bob@example.org"})
    assert record["email"] in record["text"] and record["other"] != record["email"]
    assert {Redactor().text("ann@example.org") for _ in range(5)} != {other.text("ann@example.org")}


def test_redacting_twice_changes_nothing_more():
    redactor = Redactor(["very-secret"])
    once = redactor.redact(
        {"name": "Ann", "email": "ann@example.org", "text": "very-secret ann@example.org +49 30 901820"}
    )
    assert redactor.redact(once) == once


def test_a_known_secret_goes_in_every_spelling():
    redactor = Redactor(["s3cr/et+x"])
    for text in ("a s3cr/et+x b", "a=s3cr%2Fet%2Bx", "Basic czNjci9ldCt4"):
        assert "s3cr" not in redactor.text(text) and "czNj" not in redactor.text(text)


@pytest.mark.parametrize(
    "text", ["Bearer abcdef123456", "eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2ln", "https://me:pw@host/x", "sk_live_abcdefgh12"]
)
def test_credentials_that_nobody_named_go_too(text):
    assert "‹secret›" in Redactor().text(text)


def test_a_log_line_and_its_traceback_are_redacted(caplog):
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "token %s for %s", ("canary-1", "ann@example.org"), None)
    try:
        raise ValueError("canary-1")
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    assert RedactingFilter(Redactor(["canary-1"])).filter(record)
    assert "canary" not in logging.Formatter().format(record) and "ann@" not in logging.Formatter().format(record)


def test_deep_and_odd_values_do_not_break_it():
    deep = value = {}
    for _ in range(500):
        value["a"] = {}
        value = value["a"]
    assert "too deep" in str(Redactor().redact(deep))
    assert Redactor().redact({"b": b"ann@example.org", 3: {"x"}})["b"].startswith("‹e-mail")
