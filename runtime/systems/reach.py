"""The way to one address, step by step: name, connection, proxy, certificate. Nothing but a greeting is sent.

Each step says what it saw, also when it failed, so that the right people can mend it.
"""

from __future__ import annotations

import base64
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NoReturn
from urllib.parse import urlsplit

from runtime.errors import CxreadyError
from runtime.systems.addresses import Addresses, MovedAway
from runtime.systems.between import breaks_tls_open
from runtime.systems.settings import Network
from runtime.systems.trust import tls_context
from runtime.systems.wire import Proxy, proxy_for

TIMEOUT_S = 5.0
SOON_DAYS = 30
State = Literal["ok", "failed", "note", "skipped"]


@dataclass(frozen=True)
class Step:
    """One step of the way. `do` is what to do when it failed."""

    name: str
    state: State
    says: str
    do: str = ""


@dataclass
class Reach:
    """The way to `host:port`. `from_address` is this machine's own address on that way, as far as it is known."""

    host: str
    port: int
    scheme: str
    through: str = ""
    from_address: str = ""
    steps: list[Step] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not any(step.state == "failed" for step in self.steps)


def reach(url: str, network: Network, folder: Path, secrets: Mapping[str, str]) -> Reach:
    """Goes the way as far as it leads."""
    parts = urlsplit(url)
    proxy = proxy_for(url, network, secrets)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    found = Reach(parts.hostname or "", port, parts.scheme, proxy.shown if proxy else "")
    with suppress(_Ends), _connected(found, proxy) as connection:
        if parts.scheme == "https":
            if proxy:
                _through(found, connection, proxy)
            _certificate(found, connection, network, folder, secrets)
    return found


class _Ends(Exception):
    """The way leads no further."""


@contextmanager
def _connected(found: Reach, proxy: Proxy | None) -> Iterator[socket.socket]:
    place = urlsplit(proxy.url if proxy and "//" in proxy.url else f"//{proxy.url}" if proxy else "")
    host, port = (place.hostname or "", place.port or 8080) if proxy else (found.host, found.port)
    addresses = _named(found, host, port, proxy)
    began = time.perf_counter()
    try:
        connection = socket.create_connection((addresses[0], port), timeout=TIMEOUT_S)
    except OSError as error:
        why = "no answer within 5 s: a firewall drops it" if isinstance(error, TimeoutError) else str(error)
        do = f"have {host} ({', '.join(addresses)}) port {port} opened for this machine"
        _fail(found, "connection", f"{host}:{port}: {why}", do)
    with connection:
        found.from_address = str(connection.getsockname()[0])
        taken = (time.perf_counter() - began) * 1000
        says = f"{host}:{port} in {taken:.0f} ms, from {found.from_address}"
        found.steps.append(Step("connection", "ok", says))
        yield connection


def _named(found: Reach, host: str, port: int, proxy: Proxy | None) -> list[str]:
    try:
        addresses = Addresses().checked(host, port)
    except (OSError, UnicodeError) as error:
        what = "the proxy's name" if proxy else "the name"
        _fail(found, "name", f"{what} {host} is not known here ({error})", "correct it, or ask for a DNS entry")
    except MovedAway as error:
        _fail(found, "name", str(error), "correct the name's address")
    shown = f"{host} is {', '.join(addresses[:4])}"
    found.steps.append(Step("name", "ok", f"{found.host} is left to the proxy; {shown}" if proxy else shown))
    return addresses


def _through(found: Reach, connection: socket.socket, proxy: Proxy) -> None:
    """Asks the proxy for a tunnel (RFC 9110, 9.3.6)."""
    target = f"{found.host}:{found.port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if proxy.account:
        pair = base64.b64encode(f"{proxy.account.user}:{proxy.account.secret}".encode()).decode()
        lines.append(f"Proxy-Authorization: Basic {pair}")
    answer = b""
    try:
        connection.sendall(("\r\n".join([*lines, "", ""])).encode())
        while b"\r\n\r\n" not in answer and len(answer) < 65_536:
            part = connection.recv(4096)
            if not part:
                break
            answer += part
    except OSError as error:
        _fail(found, "proxy", f"{proxy.shown} broke off ({error})", "ask who runs the proxy")
    status = answer.split(b"\r\n", 1)[0].decode("latin-1", "replace")
    code = status.split(" ")[1:2]
    if code == ["407"]:
        do = "put user and password into the proxy's address (${HTTPS_PROXY}), or have this host let through without"
        _fail(found, "proxy", f"{proxy.shown} asks for a password (407)", do)
    if code != ["200"]:
        do = f"have CONNECT {target} allowed, or run from a host that reaches it without the proxy"
        _fail(found, "proxy", f"{proxy.shown} answered `{status[:80]}` to CONNECT {target}", do)
    found.steps.append(Step("proxy", "ok", f"{proxy.shown} lets CONNECT {target} through"))


def _certificate(
    found: Reach, connection: socket.socket, network: Network, folder: Path, secrets: Mapping[str, str]
) -> None:
    try:
        context = tls_context(network, folder, secrets)
        with context.wrap_socket(connection, server_hostname=found.host) as secure:
            _is_let_in(secure)
            shown = secure.getpeercert() or {}
            found.steps += _told(found, secure.version() or "TLS", dict(shown))
    except ssl.SSLCertVerificationError as error:
        _fail(found, "certificate", f"not accepted: {error.verify_message}", _whom_to_trust(network))
    except (ssl.SSLError, OSError) as error:
        do = "see whether the system wants a client certificate (network.client_certificate), or another TLS version"
        _fail(found, "certificate", f"no TLS: {getattr(error, 'reason', None) or error}", do)
    except CxreadyError as error:
        _fail(found, "certificate", f"{error.where}: {error.what}", error.do)


def _is_let_in(secure: ssl.SSLSocket) -> None:
    """A server that asks for a client certificate says so after the greeting (TLS 1.3: RFC 8446, 6.2)."""
    secure.settimeout(0.2)
    with suppress(TimeoutError):
        if not secure.recv(1):
            raise ssl.SSLError("the server hung up after the greeting")


def _told(found: Reach, version: str, shown: Mapping[str, object]) -> Iterator[Step]:
    issuer = _name(shown.get("issuer", ()))
    ends = str(shown.get("notAfter", ""))
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC) if ends else None
    says = f"{version}, signed by {issuer or 'an authority that the system trusts'}"
    says += f", until {until:%Y-%m-%d}" if until else ""
    product = breaks_tls_open(issuer)
    if product:
        yield Step(
            "certificate",
            "note",
            f"{says}: {product} breaks TLS open, so what is measured passes through it",
            f"have {found.host} left out of TLS inspection for this machine",
        )
    elif until and (until - datetime.now(UTC)).days < SOON_DAYS:
        yield Step("certificate", "note", f"{says}: it ends soon", "have it renewed")
    else:
        yield Step("certificate", "ok", says)


def _whom_to_trust(network: Network) -> str:
    if network.ca == "system":
        return "put the company's CA into the system's store, or name its PEM file under network.ca"
    return f"see whether {network.ca} is the CA that signs here (a proxy that breaks TLS open has its own), or use ca: system"


def _name(parts: object) -> str:
    """`commonName, organizationName` of a certificate's subject or issuer."""
    pairs = [pair for group in parts for pair in group] if isinstance(parts, tuple) else []
    return ", ".join(value for key, value in pairs if key in ("commonName", "organizationName"))


def _fail(found: Reach, name: str, says: str, do: str) -> NoReturn:
    found.steps.append(Step(name, "failed", says, do))
    raise _Ends
