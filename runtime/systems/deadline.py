"""An end for one exchange, whatever the other side does: time-outs of sockets only bound the silence between two bytes.

A server that sends a byte every few seconds, in its headers, in a compressed body or through a proxy's tunnel, could keep
a run for days. When the time is over, the socket in use is shut; whoever waits on it wakes up.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any

_active = threading.local()


class Deadline:
    """For the exchange of this thread: `with Deadline(60) as end: …; end.passed` says afterwards why it broke off."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._connection: Any = None
        self._socket: Any = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._over)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._before = getattr(_active, "now", None)  # a token may be fetched in between
        _active.now = self
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        _active.now = self._before
        with self._lock:
            self._timer.cancel()
            self._connection = self._socket = None

    def _over(self) -> None:
        with self._lock:
            self.passed = True
            self._shut()

    def watch(self, connection: Any) -> None:
        with self._lock:
            self._connection, self._socket = connection, getattr(connection, "sock", None)
            if self.passed:
                self._shut()

    def _shut(self) -> None:
        """The socket itself is kept: a connection forgets it while its last answer is still being read."""
        found = self._socket or getattr(self._connection, "sock", None)
        while found is not None and not isinstance(found, socket.socket):
            found = getattr(found, "socket", None)  # TLS inside TLS, through a proxy
        if found is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(found, socket.SHUT_RDWR)


def watched(connection: Any) -> None:
    """Called by a connection before it uses its socket: the exchange of this thread may shut it."""
    deadline = getattr(_active, "now", None)
    if isinstance(deadline, Deadline):
        deadline.watch(connection)
