"""How a token ends is seen on a real server: waited out where its life is short, else on a spoilt one."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from probes.api.machine_auth import MachineAuth as Question
from probes.api.questions import GATHERERS
from probes.artifact import Missing
from probes.bundle import Bundle
from probes.finding import Outcome, State, Subject
from probes.gather.run import collect
from probes.gather.sign_in import MachineAuth
from probes.gather.token_end import TokenEnd, spoilt
from probes.gather.write_evidence import WriteRoundTrip
from runtime.estate import Estate
from runtime.systems.settings import Credential
from tests.probes.gather.collecting import KINDS
from tests.probes.gather.odd_shop import Shop, shop

SECRETS = {"SHOP_SECRET": "s3cret-of-the-agent"}
PAGE = {"Content-Type": "text/html"}


class SignedShop(Shop):
    """Takes tokens of its own that live `life_s`. Switches: unchecked (any token does), forbids (403), login_page, lives_on
    (a token outlives what was declared), renews_in_vain (a second token is refused once a first one ended).
    """

    life_s = 900.0

    def __init__(self, *switches: str) -> None:
        super().__init__(*switches)
        self.given: dict[str, float] = {}
        self.ended = 0

    def answer(
        self, method: str, path: str, query: dict[str, str], headers: Any, body: Any
    ) -> tuple[int, Any, dict[str, str]]:
        if path == "/token":
            token = f"tok.{secrets.token_urlsafe(24)}"
            self.given[token] = time.monotonic() + (self.life_s if "lives_on" not in self.on else 900.0)
            return 200, {"access_token": token, "token_type": "Bearer", "expires_in": self.life_s}, {}
        kind, _, token = headers.get("Authorization", "").partition(" ")
        alive = time.monotonic() < self.given.get(token, 0.0) or ("unchecked" in self.on and bool(token))
        if kind == "Bearer" and not alive:
            self.ended += 1
        if alive and not ("renews_in_vain" in self.on and self.ended):
            headers.replace_header("Authorization", "Bearer token-of-the-agent")
            return super().answer(method, path, query, headers, body)
        if kind == "Bearer" and "login_page" in self.on:
            return 200, "<html><title>Sign in</title><form><input type=password name=password></form></html>", PAGE
        return (403 if kind == "Bearer" and "forbids" in self.on else 401), {"title": "invalid_token"}, {}


class ShortLived(SignedShop):
    """Tokens end after two seconds."""

    life_s = 2.0


def _asked(folder: Path, kept_as: type[Shop], *switches: str) -> tuple[Outcome, MachineAuth, int]:
    with shop(folder, *switches, kept_as=kept_as) as (_, estate):
        gatherers = [one for one in GATHERERS if "machine_auth" in one.probes]
        result = collect(
            _signing_in(estate), folder=folder, kinds=KINDS, gatherers=gatherers, derivers=(), secrets=SECRETS
        )
        found = Bundle.open(result.bundle_path).get(MachineAuth, Subject(unit="shop"))
    assert isinstance(found, MachineAuth) and not isinstance(found, Missing)
    return Question().judge(found), found, result.requests["shop"]


def _signing_in(estate: Estate) -> Estate:
    signs_in = {"scheme": "oauth2", "token_url": "/token", "client_id": "agent", "client_secret": "${SHOP_SECRET}"}
    agent = {"agent": Credential.model_validate(signs_in)}
    return replace(estate, systems={"shop": estate.systems["shop"].model_copy(update={"credentials": agent})})


def _end(found: MachineAuth) -> TokenEnd:
    assert found.end is not None
    return found.end


def test_a_short_life_is_waited_out_and_the_end_told_with_401(tmp_path: Path) -> None:
    began = time.monotonic()
    outcome, found, sent = _asked(tmp_path, ShortLived)
    assert time.monotonic() - began >= ShortLived.life_s
    assert (_end(found).how, _end(found).answered, _end(found).recovered) == ("waited", "unauthorized", True)
    assert outcome.cause == "token too short"  # that it is renewed does not make two seconds enough
    assert found.token_lifetime_s == ShortLived.life_s and sent <= 100


def test_a_long_life_is_declared_and_a_spoilt_token_stands_in(tmp_path: Path) -> None:
    outcome, found, _ = _asked(tmp_path, SignedShop)
    assert (_end(found).how, _end(found).answered, _end(found).recovered) == ("spoilt", "unauthorized", True)
    assert outcome.state is State.MET and "not waited for" in outcome.title
    assert found.token_lifetime_s == SignedShop.life_s  # a spoilt token says nothing about lives


@pytest.mark.parametrize(
    ("kept_as", "switch", "cause"),
    [
        (SignedShop, "unchecked", "token not checked"),
        (SignedShop, "forbids", "end not told"),
        (SignedShop, "login_page", "end not told"),
        (ShortLived, "login_page", "end not told"),
        (ShortLived, "forbids", "end not told"),
        (SignedShop, "renews_in_vain", "end not survived"),
    ],
)
def test_an_end_that_no_client_gets_over_is_named(tmp_path: Path, kept_as: type[Shop], switch: str, cause: str) -> None:
    outcome, _, _ = _asked(tmp_path, kept_as, switch)
    assert outcome.state is State.NOT_MET and outcome.cause == cause, outcome.title


def test_a_token_that_outlives_its_word_is_no_defect(tmp_path: Path) -> None:
    _, found, _ = _asked(tmp_path, ShortLived, "lives_on")
    assert _end(found).answered == "accepted" and found.token_lifetime_s == ShortLived.life_s


def test_a_spoilt_token_is_another_one_of_the_same_length() -> None:
    for token in ("tok.AbCdEfGhIjKlMnOpQrStUv", "0123456789012345678901234567"):
        assert spoilt(token) != token and len(spoilt(token)) == len(token)


def test_writes_that_meet_the_end_of_their_tokens_are_done_once_and_taken_back(tmp_path: Path) -> None:
    """Tokens end all the time during this collection; every record that came to be is in the ledger, and gone."""
    with shop(tmp_path, kept_as=ShortLived) as (state, estate):
        result = collect(
            _signing_in(estate), folder=tmp_path, kinds=KINDS, gatherers=GATHERERS, derivers=(), secrets=SECRETS
        )
        trip = Bundle.open(result.bundle_path).get(WriteRoundTrip, Subject(unit="shop", item="createOrder"))
    assert isinstance(state, SignedShop) and state.ended >= 1 and len(state.given) > 4
    assert isinstance(trip, WriteRoundTrip) and trip.found and trip.undone == "removed"
    assert not state.own() and not result.left_behind and result.requests["shop"] <= 100
