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
from requests import exceptions as broken
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from runtime.errors import Refused
from runtime.systems.classify import Broken, classify
from runtime.systems.exchange import Exchange, Seen, Why
from runtime.systems.failures import said
from runtime.systems.network import check_same_origin, origin, proxies_for, user_agent
from runtime.systems.outgoing import Bounds, Outgoing, shown
from runtime.systems.parsed import as_declared
from runtime.systems.rate_limits import retry_after, stated_limits
from runtime.systems.request_budget import RequestBudget
from runtime.systems.settings import Network, Window
from runtime.systems.trace import Trace
from runtime.systems.windows import check_window

STOP_AT = 0.2
MAX_REDIRECTS = 3


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
            if onward is None:
                break
            out = onward
            exchange = self._once(out, auth)
        wait = retry_after(exchange.headers) if exchange.seen is Seen.THROTTLED and out.reading else None
        if wait is not None and wait <= self.bounds.wait_s and self.budget.left > 0:
            time.sleep(wait)
            self._blocked_until = 0.0
            exchange = self._once(out, auth)
        return exchange

    def _once(self, out: Outgoing, auth: AuthBase | None) -> Exchange:
        check_same_origin(out.url, self.base, self.system)
        check_window(self.windows, writing=not out.reading, system=self.system)
        self._check_limits()
        request = requests.Request(
            out.method, out.url, headers=self._headers(out), data=out.data, auth=auth or _Anonymous()
        )
        prepared = self.session.prepare_request(request)  # may fetch a token: that request comes first
        self.budget.take()
        exchange = self._exchange(out, prepared)
        self._note_limits(exchange.headers)
        self.trace.record(exchange)
        return exchange

    def _exchange(self, out: Outgoing, prepared: requests.PreparedRequest) -> Exchange:
        number, at, began = self.trace.next_number(), datetime.now(UTC), time.perf_counter()
        status, headers, raw, kind, error = self._answer(prepared)
        elapsed = (time.perf_counter() - began) * 1000
        content_type = next((v for k, v in headers.items() if k.lower() == "content-type"), "")
        start = raw[:8192].decode("utf-8", "replace")
        seen = classify(status, headers, start, content_type, wants_json=out.wants_data, error=kind)
        known = seen in (Seen.OK, Seen.REFUSED, Seen.FAULT) and status is not None and not error
        parsed = (out.parse if out.parse and known else as_declared)(status or 0, raw, content_type)
        if known and parsed.seen is not None and (seen is Seen.OK or out.parse):
            seen, error = parsed.seen, parsed.error
        return Exchange(
            n=number, at=at, system=self.system, holder=self.holder, operation=out.operation, method=out.method,
            url=prepared.url or out.url, path_template=out.template, why=_stamped(out.why, self.run), status=status, seen=seen,
            elapsed_ms=elapsed, headers=headers, body=parsed.body, sent=out.sent, sent_headers=shown(prepared.headers, out.headers), error=error,
            location=next((v for k, v in headers.items() if k.lower() == "location"), ""),
        )  # fmt: skip

    def _answer(self, prepared: requests.PreparedRequest) -> tuple[int | None, dict[str, str], bytes, Broken, str]:
        """Status, headers, body, and what broke: `path` before the system was reached, `fault` afterwards."""
        status: int | None = None
        headers: dict[str, str] = {}
        try:
            response = self.session.send(
                prepared,
                stream=True,
                verify=True,
                allow_redirects=False,
                timeout=(self.bounds.connect_s, self.bounds.read_s),
                proxies=proxies_for(prepared.url or "", self.network, self.secrets),
            )
            status, headers = response.status_code, dict(response.headers)
            with response:
                return status, headers, self._read(response), "", ""
        except _TooMuch as error:
            return status, headers, b"", "fault", str(error)
        except (broken.RequestException, HTTPError, OSError, ValueError) as error:
            return status, headers, b"", *said(error)

    def _read(self, response: requests.Response) -> bytes:
        """The decoded body, in bounds of size and time: a bomb or an endless body is given up, not swallowed."""
        parts: list[bytes] = []
        size, end = 0, time.monotonic() + self.bounds.whole_s
        for part in response.iter_content(65_536):
            size += len(part)
            if size > self.bounds.body:
                raise _TooMuch(f"the answer is larger than {self.bounds.body:,} bytes; reading was given up")
            if time.monotonic() > end:
                raise _TooMuch(f"the answer did not end within {self.bounds.whole_s:g} s; reading was given up")
            parts.append(part)
        return b"".join(parts)

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

    def _headers(self, out: Outgoing) -> dict[str, str]:
        headers = {"User-Agent": user_agent(self.contact), "Accept-Encoding": "gzip, deflate"}
        if self.run:
            headers["X-Cxready-Run"] = self.run
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


class _TooMuch(Exception):
    """An answer beyond the bounds."""


def _stamped(why: Why, run: str) -> Why:
    return why if why.run or not run else Why(why.purpose, why.probe, run)


def _clean(value: Any, name: str, system: str) -> str:
    text = str(value)
    if any(c in text for c in "\r\n\0"):
        raise Refused(f"the header {name} holds a line break", system, "write it on one line")
    return text
