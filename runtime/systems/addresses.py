"""Where a host name points, held fast for a run: a name that suddenly leads elsewhere is not followed.

Names are looked up once a connection, checked, and connected to as checked. A private or loopback address may belong to
any host that the engagement names; it must not change during the run. Public ones may rotate, as those of large
services do: their certificate is checked anyway. Link-local addresses (169.254.0.0/16, fe80::/10: RFC 3927, RFC 4291;
the metadata of clouds) are nobody's system.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from typing import Any, Literal

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from runtime.systems.deadline import watched

Kind = Literal["public", "private", "loopback", "link-local"]


class Addresses:
    """What each name pointed to at its first use in this run; safe between threads.

    Args:
        hold: False for whoever runs for days, like the pilot: there a name may follow its system to another place.
    """

    def __init__(self, hold: bool = True) -> None:
        self._hold = hold
        self._known: dict[str, set[str]] = {}
        self._lock = threading.Lock()
        self.moved: dict[str, str] = {}

    def checked(self, host: str, port: int) -> list[str]:
        """The addresses of a host that may be connected to, in the resolver's order.

        Raises:
            MovedAway: link-local, or another address than at the start of the run.
            OSError: the name cannot be looked up.
        """
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)]
        if any(kind_of(address) == "link-local" for address in found):
            raise MovedAway(f"{host} points to the link-local address {', '.join(found)}; nothing was sent there")
        if not self._hold:
            return list(dict.fromkeys(found))
        with self._lock:
            known = self._known.setdefault(host, set(found))
            allowed = [a for a in found if a in known or _rotates(known, a)]
            if not allowed:
                says = f"{host} pointed to {', '.join(sorted(known))} and now points to {', '.join(found)}; nothing was sent there"
                self.moved[host] = says
                raise MovedAway(says)
            known.update(allowed)
        return list(dict.fromkeys(allowed))


class MovedAway(Exception):
    """A name leads where it did not lead when the run began."""


def kind_of(address: str) -> Kind:
    """What sort of address it is, by the registries of RFC 6890."""
    found = ipaddress.ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    if found.is_loopback:
        return "loopback"
    if found.is_link_local:
        return "link-local"
    return "private" if found.is_private else "public"


def pools(addresses: Addresses) -> dict[str, Any]:
    """Connection pools for urllib3 that connect to checked addresses only."""

    class Plain(_Checked, HTTPConnection):
        places = addresses

    class Secure(_Checked, HTTPSConnection):
        places = addresses

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Checked:
    """Looks a name up, has it checked, and connects to the first of its addresses that answers."""

    places: Addresses

    def request(self, *args: Any, **kwargs: Any) -> None:
        watched(self)
        super().request(*args, **kwargs)  # type: ignore[misc]

    def getresponse(self) -> Any:
        watched(self)
        return super().getresponse()  # type: ignore[misc]

    def _new_conn(self) -> socket.socket:
        me: Any = self
        watched(self)
        try:
            found = self.places.checked(me._dns_host.rstrip("."), me.port)
        except MovedAway as error:
            raise NewConnectionError(me, str(error)) from None
        except socket.gaierror as error:
            raise NameResolutionError(me.host, me, error) from None
        except UnicodeError:
            raise NewConnectionError(me, f"{me.host} is no host name") from None
        return self._first(found)

    def _first(self, found: list[str]) -> socket.socket:
        me: Any = self
        problem: OSError = OSError("no address")
        for address in found:
            try:
                return create_connection(
                    (address, me.port), me.timeout, source_address=me.source_address, socket_options=me.socket_options
                )
            except OSError as error:
                problem = error
        if isinstance(problem, TimeoutError):
            raise ConnectTimeoutError(me, f"no connection to {me.host} within {me.timeout} s") from problem
        raise NewConnectionError(me, f"{me.host}: {problem}") from problem


def _rotates(known: set[str], address: str) -> bool:
    return kind_of(address) == "public" and all(kind_of(one) == "public" for one in known)
