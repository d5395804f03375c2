"""One HTTP request with everything that holds for all of them: budget, time-outs, sizes, limits, classification, trace.

REST, SOAP and token requests all go through `Transport.send`, so that nothing reaches a system uncounted. A dead or
broken connection is an exchange like any other, with `seen` and `error` set.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import requests
from requests.auth import AuthBase

from runtime.errors import Refused
from runtime.systems.between import from_between, is_data
from runtime.systems.classify import classify
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.network import check_same_origin, user_agent
from runtime.systems.origins import origin
from runtime.systems.outgoing import READING, Bounds, Gate, Outgoing, digest_of, shown
from runtime.systems.parsed import as_declared
from runtime.systems.passage import Passage
from runtime.systems.rate_limits import retry_after, stated_limits
from runtime.systems.request_budget import RequestBudget
from runtime.systems.settings import Network, Window
from runtime.systems.sign_ins import Account
from runtime.systems.trace import Trace
from runtime.systems.windows import check_window
from runtime.systems.wire import Answered, Proxy, proxy_for
from runtime.systems.wire import exchange as on_the_wire

STOP_AT = 0.2
MAX_REDIRECTS = 3
CUT_OFF = "the run ended before an answer came"


@dataclass
class Transport:
    """The wire to one system for one holder. Thread-safe; connections are shared."""

    system: str
    holder: str
    base: str
    session: requests.Session
    network: Network
    secrets: Mapping[str, str]
    budget: RequestBudget
    trace: Trace
    run: str = ""
    contact: str = ""
    bounds: Bounds = field(default_factory=Bounds)
    windows: Sequence[Window] = ()
    gate: Gate = field(default_factory=Gate)
    passage: Passage = field(default_factory=Passage)
    marked: bool = True
    _blocked_until: float = 0.0
    _blocked_by: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, out: Outgoing, auth: AuthBase | None) -> Exchange:
        """Sends it, follows redirects on the same host for reads, and waits once when a read is throttled for a short
        time.

        Raises:
            Refused: the budget is spent, a stated limit has less than 20 % left, or the address is another host's.
        """
        exchange = self._once(out, auth)
        for _ in range(MAX_REDIRECTS):
            onward = self._onward(out, exchange)
            if onward is None or not self.gate.holds(self.system, onward):
                break
            out = onward
            exchange = self._once(out, auth)
        wait = retry_after(exchange.headers) if exchange.seen is Seen.THROTTLED and out.reading else None
        may = self.budget.left > 0 and self.gate.holds(self.system, out)
        if wait is not None and wait <= self.bounds.wait_s and may:
            time.sleep(wait)
            self._blocked_until = 0.0
            exchange = self._once(out.again(), auth)
        return exchange

    def _once(self, out: Outgoing, auth: AuthBase | None) -> Exchange:
        check_same_origin(out.url, self.base, self.system)
        check_window(self.windows, writing=not out.reading, system=self.system)
        if self.windows:
            self.passage.clocks.check(self.system)
        self._check_limits()
        proxy = proxy_for(out.url, self.network, self.secrets)
        accounts = self._accounts(out, auth, proxy)
        self.gate.take(self.system, out)
        request = requests.Request(
            out.method, out.url, headers=self._headers(out, proxy), data=out.data, auth=auth or _Anonymous()
        )
        prepared = self.session.prepare_request(request)  # may fetch a token: that request comes first
        self.budget.take()
        exchange = self._exchange(out, prepared, proxy, accounts)
        if exchange.seen is not Seen.PATH:
            self._note_limits(exchange.headers)
            self.passage.clocks.note(self.system, exchange.headers, exchange.at)
        self.trace.record(exchange)
        return exchange

    def _accounts(self, out: Outgoing, auth: AuthBase | None, proxy: Proxy | None) -> list[Account]:
        """The accounts that this request signs in with, the proxy's first.

        Raises:
            Refused: one of them failed twice already, or a person's session would write.
        """
        if getattr(auth, "interactive", False) and not out.reading:
            raise Refused(
                "a person's session is used for reading only",
                self.system,
                "give the agent a credential of its own for writes",
            )
        found = [proxy.account if proxy else None, getattr(auth, "account", None)]
        for account in filter(None, found):
            self.passage.sign_ins.check(account, self.system)
        return [account for account in found if account]

    def _exchange(
        self, out: Outgoing, prepared: requests.PreparedRequest, proxy: Proxy | None, accounts: list[Account]
    ) -> Exchange:
        number, at = self.trace.next_number(), datetime.now(UTC)
        leaving = Exchange(
            n=number, at=at, system=self.system, holder=self.holder, operation=out.operation, method=out.method,
            url=prepared.url or out.url, path_template=out.template, why=_stamped(out.why, self.run), status=None, seen=Seen.FAULT,
            elapsed_ms=0.0, sent=out.sent, sent_headers=shown(prepared.headers, out.headers), error=CUT_OFF,
            sent_digest=digest_of(prepared.body),
        )  # fmt: skip
        if not out.reading:
            self.gate.writing(number)
        self.trace.sending(leaving)
        began = time.perf_counter()
        came = on_the_wire(self.session, prepared, proxy, self.bounds)
        elapsed = (time.perf_counter() - began) * 1000
        content_type = next((v for k, v in came.headers.items() if k.lower() == "content-type"), "")
        seen, error = self._seen(out, came, content_type)
        known = seen in (Seen.OK, Seen.REFUSED, Seen.FAULT) and came.status is not None and not error
        parsed = (out.parse if out.parse and known else as_declared)(came.status or 0, came.raw, content_type)
        if known and parsed.seen is not None and (seen is Seen.OK or out.parse):
            seen, error = parsed.seen, parsed.error
        location = next((v for k, v in came.headers.items() if k.lower() == "location"), "")
        self._note_sign_ins(accounts, came, seen, proxy, parsed.not_signed_in)
        return replace(
            leaving, status=came.status, seen=seen, elapsed_ms=elapsed, headers=came.headers, body=parsed.body, error=error,
            location=location, through=came.through, body_digest=digest_of(came.raw),
        )  # fmt: skip

    def _seen(self, out: Outgoing, came: Answered, content_type: str) -> tuple[Seen, str]:
        """What the answer was, and by whom: on a way through a gateway its own pages are not the system's."""
        start = came.raw[:8192].decode("utf-8", "replace")
        seen = classify(came.status, came.headers, start, content_type, wants_json=out.wants_data, error=came.kind)
        if came.kind or came.status is None:
            return seen, came.error
        if came.status < 300 and is_data(content_type, start):
            self.passage.voices.learn(out.url, came.headers)
        between = came.through and from_between(
            out.url, came.status, came.headers, start, wants_data=out.wants_data, voices=self.passage.voices
        )
        if seen is Seen.PATH or (between and seen is not Seen.CHALLENGE):
            return Seen.PATH, f"{came.through or 'something on the way'} answered {came.status} in the system's place"
        return seen, ""

    def _note_sign_ins(
        self, accounts: list[Account], came: Answered, seen: Seen, proxy: Proxy | None, said_no: bool
    ) -> None:
        for account in accounts:
            if proxy and account == proxy.account:
                refused, heard = came.proxy_refused, came.status is not None
            else:
                refused, heard = (came.status == 401 or said_no) and seen is Seen.REFUSED, seen is Seen.OK
            if refused:
                self.passage.sign_ins.failed(account)
            elif heard:
                self.passage.sign_ins.passed(account)

    def _onward(self, out: Outgoing, exchange: Exchange) -> Outgoing | None:
        """Where a read goes on; None for writes, other hosts and other schemes: those stay in `Exchange.location`."""
        if (
            exchange.status not in (301, 302, 303, 307, 308)
            or not exchange.location
            or exchange.seen is Seen.LOGIN_PAGE
        ):
            return None
        target = urljoin(out.url, exchange.location)
        if out.method not in ("GET", "HEAD") or origin(target) != origin(self.base):
            return None
        return replace(out, url=target, data=None, sent=None)

    def _headers(self, out: Outgoing, proxy: Proxy | None) -> dict[str, str]:
        agent = user_agent(self.contact) if self.marked else requests.utils.default_user_agent()
        headers = {"User-Agent": agent, "Accept-Encoding": "gzip, deflate"}
        if self.run and self.marked:
            headers["X-Cxready-Run"] = self.run
        if proxy and out.method in READING:
            headers["Cache-Control"] = "no-cache"  # a proxy's old copy is not what the system says (RFC 9111, 5.2.1.4)
        return {**headers, **{name: _clean(value, name, self.system) for name, value in out.headers.items()}}

    def _check_limits(self) -> None:
        with self._lock:
            left = self._blocked_until - time.monotonic()
        if 0 < left <= self.bounds.wait_s:
            time.sleep(left)
        elif left > 0:
            raise Refused(
                f"{self._blocked_by}; cxready stops at {STOP_AT:.0%}",
                self.system,
                f"run the rest in {max(1, round(left))} s or later",
            )

    def _note_limits(self, headers: Mapping[str, str]) -> None:
        for limit in stated_limits(headers):
            if limit.limit > 0 and limit.share_left <= STOP_AT:
                with self._lock:
                    self._blocked_until = time.monotonic() + (60.0 if limit.reset_s is None else limit.reset_s)
                    self._blocked_by = f"{limit.remaining} of {limit.limit} requests are left ({limit.source})"


class _Anonymous(AuthBase):
    """No credential, and none from `.netrc` either."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _stamped(why: Why, run: str) -> Why:
    return why if why.run or not run else Why(why.purpose, why.probe, run)


def _clean(value: Any, name: str, system: str) -> str:
    text = str(value)
    if any(c in text for c in "\r\n\0"):
        raise Refused(f"the header {name} holds a line break", system, "write it on one line")
    return text
