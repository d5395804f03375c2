"""An end for one exchange, whatever the other side does: time-outs of sockets only bound the silence between two bytes.

A server that sends a byte every few seconds, in its headers, in a compressed body or through a proxy's tunnel, could keep
a run for days. When the time is over, the socket in use is shut; whoever waits on it wakes up. One thread watches for the
whole process.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import socket
import threading
import time
from typing import Any

_active = threading.local()


class Deadline:
    """For the exchange of this thread: `with Deadline(60) as end: …; end.passed` says afterwards why it broke off."""

    def __init__(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds
        self.passed = self.done = False
        self._connection: Any = None
        self._socket: Any = None
        self._lock = threading.Lock()

    def __enter__(self) -> Deadline:
        self._before = getattr(_active, "now", None)  # a token may be fetched in between
        _active.now = self
        _watch.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        _active.now = self._before
        with self._lock:
            self.done, self._connection, self._socket = True, None, None

    def over(self) -> None:
        """The time has come; nothing happens where the exchange has ended."""
        with self._lock:
            if not self.done:
                self.passed = True
                self._shut()

    def uses(self, connection: Any) -> None:
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
        deadline.uses(connection)


class _Watch:
    """Wakes for the earliest deadline only: most end long before, and cost an entry in a heap."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Deadline]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, deadline: Deadline) -> None:
        with self._changed:
            heapq.heappush(self._waiting, (deadline.at, next(self._numbers), deadline))
            while self._waiting[0][2].done:
                heapq.heappop(self._waiting)
            if self._thread is None or not self._thread.is_alive():  # also in a process that was forked
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif self._waiting[0][2] is deadline:
                self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting or self._waiting[0][0] > time.monotonic():
                    self._changed.wait(self._waiting[0][0] - time.monotonic() if self._waiting else None)
                _, _, deadline = heapq.heappop(self._waiting)
            deadline.over()


_watch = _Watch()
