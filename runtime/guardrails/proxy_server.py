"""Where the proxy listens: a socket of its own, TLS beyond this machine, and the names by which callers may reach it."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.errors import BadInput, Refused

if TYPE_CHECKING:
    import uvicorn

STARTS_S = 10.0


@dataclass(frozen=True)
class Place:
    """`names`: further `host:port` that callers may write; `tls`: certificate chain and key, PEM."""

    host: str = "127.0.0.1"
    port: int = 0
    names: tuple[str, ...] = ()
    tls: tuple[Path, Path] | None = None


@dataclass
class Listening:
    """A bound socket; `start` serves an application on it in a thread."""

    place: Place
    held: socket.socket
    server: uvicorn.Server | None = None
    thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        return int(self.held.getsockname()[1])

    @property
    def url(self) -> str:
        return f"{'https' if self.place.tls else 'http'}://{self._host}:{self.port}"

    @property
    def names(self) -> frozenset[str]:
        """Every `host:port` that a call may name, in lower case."""
        own = {f"{self._host}:{self.port}"} | ({f"localhost:{self.port}"} if is_here(self.place.host) else set())
        return frozenset(name.lower() for name in {*own, *self.place.names})

    @property
    def _host(self) -> str:
        return f"[{self.place.host}]" if ":" in self.place.host else self.place.host

    def start(self, app: Any, *, lifespan: bool) -> None:
        """Listens before it returns.

        Raises:
            BadInput: certificate and key cannot be used.
        """
        import uvicorn

        from runtime.guardrails.proxy_app import LONGEST_HEAD, StrictHead

        certificate, key = self.place.tls or (None, None)
        config = uvicorn.Config(
            app,
            http=StrictHead,
            ws="none",
            lifespan="on" if lifespan else "off",
            loop="asyncio",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=20,
            h11_max_incomplete_event_size=LONGEST_HEAD,
            backlog=256,
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )
        try:
            config.load()
        except OSError as error:
            self.held.close()
            raise BadInput(
                f"certificate and key cannot be used ({error})", str(certificate), "give both as PEM"
            ) from None
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self.held]}, name="enforcing proxy", daemon=True
        )
        self.thread.start()
        waiting = threading.Event()
        for _ in range(int(STARTS_S / 0.005)):
            if self.server.started or not self.thread.is_alive():
                break
            waiting.wait(0.005)
        if not self.server.started:
            raise BadInput("the proxy did not start", self.url, "see the log (`-v`)")

    def close(self) -> None:
        """Waits for calls under way, then stops listening."""
        if self.server is not None and self.thread is not None:
            self.server.should_exit = True
            self.thread.join()


def bound(place: Place) -> Listening:
    """The socket, before anything is served.

    Raises:
        BadInput: the port is taken, or the address is not this machine's.
        Refused: tokens would travel in clear beyond this machine.
    """
    if not is_here(place.host) and place.tls is None:
        raise Refused(
            "beyond this machine tokens would travel in clear", place.host, "give --tls-certificate and --tls-key"
        )
    held = socket.socket(socket.AF_INET6 if ":" in place.host else socket.AF_INET)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((place.host, place.port))
    except OSError as error:
        held.close()
        said = f"the proxy cannot listen there ({error.strerror})"
        raise BadInput(said, f"{place.host}:{place.port}", "choose another port") from None
    return Listening(place, held)


def is_here(host: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
