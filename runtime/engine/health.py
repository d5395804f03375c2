"""`/healthz` and `/readyz` of a worker, on a loopback port, for a supervisor: status and reason, nothing of any customer.

Health: the rounds go on. Readiness: it takes cases, its name is its own, its database answers. https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from runtime.engine.rounds import Rounds
from runtime.errors import BadInput

SILENT_S = 180.0  # a round may wait for a destination that hangs

Says = Callable[[], str]
"""Why not; empty when all is well."""


def unhealthy(rounds: Rounds) -> str:
    silent = time.monotonic() - rounds.at
    return f"no round for {silent:.0f} s" if silent > SILENT_S else ""


def unready(rounds: Rounds, ending: threading.Event) -> str:
    if ending.is_set():
        return "it is ending and takes no case"
    if not rounds.engine.pilot.executor.is_held():
        return "the database does not answer, or its session was ended"
    return unhealthy(rounds)


@contextmanager
def serving(port: int, answers: dict[str, Says]) -> Iterator[int]:
    """Answers on 127.0.0.1 while the block runs; gives the port (0 takes a free one).

    Raises:
        BadInput: the port is taken.
    """

    class Handler(BaseHTTPRequestHandler):
        server_version, sys_version = "cxready", ""

        def do_GET(self) -> None:
            says = answers.get(self.path)
            why = says() if says else "there is no such page"
            body = json.dumps({"ok": not why, "why": why}).encode() + b"\n"
            self.send_response(404 if says is None else 503 if why else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """A probe a second is no news."""

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise BadInput(
            f"the port cannot be used ({error.strerror})", f"127.0.0.1:{port}", "name another --health-port"
        ) from None
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
