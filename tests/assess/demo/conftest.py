"""The demo estate for its tests: flawed and flawless, and callers that hold one credential each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from assess.demo.estate import RunningEstate, start


@dataclass
class Caller:
    """Calls one system with one holder's token."""

    base: str
    token: str

    def __call__(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return requests.request(method, self.base + path, headers=headers, timeout=10, **more)


Calls = Callable[[str, str], Caller]


def caller(estate: RunningEstate, system: str, holder: str) -> Caller:
    secret = estate.environment()[f"{system.upper()}_{holder.upper()}_CLIENT_SECRET"]
    answer = requests.post(
        estate.urls["identity"] + "/token",
        data={"grant_type": "client_credentials"},
        auth=(f"{system}-{holder}", secret),
        timeout=10,
    )
    answer.raise_for_status()
    return Caller(estate.urls[system], answer.json()["access_token"])


@pytest.fixture
def estate() -> Iterator[RunningEstate]:
    with start() as running:
        yield running


@pytest.fixture
def flawless() -> Iterator[RunningEstate]:
    with start(flawless=True) as running:
        yield running


@pytest.fixture
def call(estate: RunningEstate) -> Calls:
    return lambda system, holder: caller(estate, system, holder)


@pytest.fixture
def flawless_call(flawless: RunningEstate) -> Calls:
    return lambda system, holder: caller(flawless, system, holder)
