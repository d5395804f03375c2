"""Defects of an interface, as a proxy in front of a sound one shows them: what the probes must name, and nothing else.

    with FaultProxy(url, defect=PaginationSkips()) as proxy: ...

Each changes requests or answers and leaves the rest alone; the probes know nothing of it.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.harness.faults import Answer, Challenge, LoginPage, Throttled, page


@dataclass
class Request:
    """One request on its way: `n` counts from 1; headers and body may be changed."""

    n: int
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Defect:
    """Does nothing: the sound interface. Subclasses override one of the two."""

    def asked(self, request: Request) -> Answer | None:
        """An answer in the upstream's place, or None to ask it."""
        return None

    def told(self, request: Request, answer: Answer) -> Answer:
        return answer


@dataclass
class HonoursKeys(Defect):
    """A gateway that remembers Idempotency-Key: the sound case for a system that knows no key itself. A repetition that
    overtakes the first answer waits for it.
    """

    kept: dict[str, Answer] = field(default_factory=dict)
    under_way: dict[str, threading.Event] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.Lock)

    def asked(self, request: Request) -> Answer | None:
        key = self._key(request)
        with self.lock:
            first = self.under_way.get(key)
            if key and first is None:
                self.under_way[key] = threading.Event()
        if first is None:
            return None
        first.wait(60)
        return self.kept.get(key)

    def told(self, request: Request, answer: Answer) -> Answer:
        key = self._key(request)
        with self.lock:
            if key and 200 <= answer.status < 300:
                self.kept[key] = answer
            elif key and key not in self.kept:  # nothing came of it: the next one is a first one
                self.under_way.pop(key, threading.Event()).set()
            if key in self.under_way:
                self.under_way[key].set()
        return answer

    @staticmethod
    def _key(request: Request) -> str:
        return next((v for k, v in request.headers.items() if k.lower() == "idempotency-key"), "")


@dataclass
class Behind(Defect):
    """A defect in front of a gateway: what the inner one answers or changes goes through the outer one."""

    outer: Defect
    inner: Defect

    def asked(self, request: Request) -> Answer | None:
        return self.outer.asked(request) or self.inner.asked(request)

    def told(self, request: Request, answer: Answer) -> Answer:
        return self.outer.told(request, self.inner.told(request, answer))


@dataclass
class PaginationSkips(Defect):
    """The first record of every later page is lost. `pages`: what the address of a later page holds."""

    pages: str = r"[?&]page=(?:[2-9]|\d\d)"

    def told(self, request: Request, answer: Answer) -> Answer:
        later = re.search(self.pages, request.path)

        def cut(body: Any) -> Any:
            for name in ("items", "results", "data", "issues"):
                if later and isinstance(body.get(name), list):
                    body[name] = body[name][1:]
            return body

        return _edited(answer, cut) if later else answer


class SchemaDrift(Defect):
    """A required field changes its type, another is gone."""

    def __init__(self, path: str, retyped: str, lost: str, inside: str = "") -> None:
        self.path, self.retyped, self.lost, self.inside = path, retyped, lost, inside

    def told(self, request: Request, answer: Answer) -> Answer:
        def drift(answered: Any) -> Any:
            body = answered[self.inside] if self.inside else answered
            if self.retyped in body:
                body[self.retyped] = {"value": body[self.retyped]}
            body.pop(self.lost, None)
            return answered

        fits = request.method == "GET" and re.search(self.path, request.path) and answer.status == 200
        return _edited(answer, drift) if fits else answer


@dataclass
class _Loses(Defect):
    """A header of requests is lost on the way."""

    name: str

    def asked(self, request: Request) -> Answer | None:
        request.headers = {k: v for k, v in request.headers.items() if k.lower() != self.name}
        return None


class IgnoresIfMatch(_Loses):
    """A change that rests on an old state is taken."""

    def __init__(self) -> None:
        super().__init__("if-match")


class IgnoresKeys(_Loses):
    """The same idempotency key is done twice."""

    def __init__(self) -> None:
        super().__init__("idempotency-key")


@dataclass
class Drops(Defect):
    """A write is answered with success and never happens."""

    method: str
    status: int
    body: bytes = b'["done"]'

    def asked(self, request: Request) -> Answer | None:
        if request.method != self.method:
            return None
        return Answer(self.status, [("Content-Type", "application/json")], self.body)


@dataclass
class Pages(Defect):
    """From the n-th request on, answers to the chosen requests are a page: a wall, a login, a throttle."""

    answer: Any
    chosen: Callable[[Request], bool]

    def asked(self, request: Request) -> Answer | None:
        return self.answer if self.chosen(request) else None


@dataclass
class SunsetPassed(Defect):
    """Answers carry an end that lies in the past (RFC 8594, RFC 9745)."""

    def told(self, request: Request, answer: Answer) -> Answer:
        ended = [("Deprecation", "@1735689600"), ("Sunset", "Wed, 31 Dec 2025 23:59:59 GMT")]
        return Answer(answer.status, [*answer.headers, *ended], answer.body)


@dataclass
class SlowTail(Defect):
    """Every sixth read takes some seconds."""

    seconds: float = 3.5
    reads: int = 0
    lock: Any = field(default_factory=threading.Lock)

    def asked(self, request: Request) -> Answer | None:
        with self.lock:
            self.reads += request.method == "GET"
            late = request.method == "GET" and self.reads % 6 == 0
        if late:
            time.sleep(self.seconds)
        return None


def throttled_page() -> Any:
    return page(Throttled())


def wall(vendor: Any) -> Any:
    return page(Challenge(vendor))


def login() -> Any:
    return page(LoginPage())


def _edited(answer: Answer, edit: Callable[[Any], Any]) -> Answer:
    try:
        body = json.loads(answer.body)
    except ValueError:
        return answer
    if not isinstance(body, dict):
        return answer
    headers = [(k, v) for k, v in answer.headers if k.lower() != "content-length"]
    return Answer(answer.status, headers, json.dumps(edit(body)).encode())
