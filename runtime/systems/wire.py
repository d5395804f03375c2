"""One prepared request on the wire and what came back, in bounds of size and time; what broke, and by whose fault."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from requests import exceptions as broken
from urllib3.exceptions import HTTPError

from runtime.systems.between import breaks_tls_open
from runtime.systems.classify import Broken
from runtime.systems.deadline import Deadline
from runtime.systems.failures import said
from runtime.systems.network import proxies_for
from runtime.systems.outgoing import Bounds
from runtime.systems.settings import Network
from runtime.systems.sign_ins import Account


@dataclass(frozen=True)
class Answered:
    """`status` is None when no answer came; `kind` and `error` say what broke: `path` before the system was reached,
    `fault` afterwards. `through` names the proxy, or the product that breaks TLS open, on the way.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""
    kind: Broken = ""
    error: str = ""
    through: str = ""
    proxy_refused: bool = False


@dataclass(frozen=True)
class Proxy:
    """The proxy for one address. `account` is None where it asks for no password."""

    url: str
    shown: str
    account: Account | None


def proxy_for(url: str, network: Network, secrets: Mapping[str, str]) -> Proxy | None:
    """The proxy on the way to an address; None when it is reached directly."""
    found = next(iter(proxies_for(url, network, secrets).values()), "")
    if not found:
        return None
    parts = urlsplit(found if "//" in found else f"http://{found}")
    shown = parts.netloc.rpartition("@")[2]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Proxy(found, shown, Account(f"proxy {shown}", user, password, "the proxy's address") if user else None)


def exchange(
    session: requests.Session, prepared: requests.PreparedRequest, proxy: Proxy | None, bounds: Bounds
) -> Answered:
    """Sends it. `verify` is passed on each request: the environment's bundle would win otherwise."""
    with Deadline(bounds.whole_s) as end:
        came = _exchanged(session, prepared, proxy, bounds)
    return replace(came, kind=came.kind or "fault", error=_late(bounds)) if end.passed else came


def _exchanged(
    session: requests.Session, prepared: requests.PreparedRequest, proxy: Proxy | None, bounds: Bounds
) -> Answered:
    came = Answered(through=f"the proxy {proxy.shown}" if proxy else "")
    try:
        response = session.send(
            prepared,
            stream=True,
            verify=True,
            allow_redirects=False,
            timeout=(bounds.connect_s, bounds.read_s),
            proxies={"http": proxy.url, "https": proxy.url} if proxy else {},
        )
        came = replace(came, status=response.status_code, headers=dict(response.headers))
        came = replace(came, through=came.through or _product(response), proxy_refused=came.status == 407)
        with response:
            return replace(came, raw=_read(response, bounds))
    except _TooMuch as error:
        return replace(came, kind="fault", error=str(error))
    except (broken.RequestException, HTTPError, OSError, ValueError) as error:
        kind, says = said(error)
        refused = isinstance(error, broken.ProxyError) and "407" in says
        return replace(came, kind=kind, error=says, proxy_refused=refused)


def _read(response: requests.Response, bounds: Bounds) -> bytes:
    """The decoded body: a bomb or an endless body is given up, not swallowed."""
    parts: list[bytes] = []
    size, end = 0, time.monotonic() + bounds.whole_s
    while part := response.raw.read1(65_536, decode_content=True):  # what is there: `read` would wait for all of it
        size += len(part)
        if size > bounds.body:
            raise _TooMuch(f"the answer is larger than {bounds.body:,} bytes; reading was given up")
        if time.monotonic() > end:
            raise _TooMuch(_late(bounds))
        parts.append(part)
    if not size and response.raw.tell() and response.headers.get("Content-Encoding"):
        raise _TooMuch("the answer is compressed and was cut short")
    return b"".join(parts)


def _late(bounds: Bounds) -> str:
    return f"the answer did not end within {bounds.whole_s:g} s; reading was given up"


def _product(response: requests.Response) -> str:
    """Who breaks TLS open unasked: read off the certificate that we were shown."""
    connection: Any = getattr(response.raw, "_connection", None)
    with contextlib.suppress(Exception):
        shown = connection.sock.getpeercert() or {}
        issuer = " ".join(value for group in shown.get("issuer", ()) for _, value in group)
        product = breaks_tls_open(issuer)
        return f"{product} (it signed the certificate)" if product else ""
    return ""


class _TooMuch(Exception):
    """An answer beyond the bounds."""
