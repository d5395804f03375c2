"""Serves the console, and the page that decision links lead to, until Ctrl-C; meanwhile handoffs, notices and answers go their ways."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from runtime.console.app import console
from runtime.console.decision_page import decision_page
from runtime.console.desk import Desk
from runtime.engine.engine import Engine
from runtime.engine.rounds import LOOK_S, Rounds
from runtime.escalation.link_keys import link_keys

log = logging.getLogger(__name__)


def serve(
    engine: Engine,
    person: str,
    port: int,
    *,
    ready: Callable[[str], None],
    done: threading.Event | None = None,
    links_port: int | None = None,
    address: str = "",
) -> None:
    """Blocks until the server ends.

    Args:
        person: who sits there; the decisions are theirs.
        links_port: loopback port of the page for decision links, behind the reverse proxy of `answers.address`.
        address: what browsers reach the console under, where a reverse proxy stands in front of it.
        ready: called with the sign-in link.
        done: ends the server when set.
    """
    import uvicorn

    over = done or threading.Event()
    desk = Desk(person, address or f"http://127.0.0.1:{port}")
    server = uvicorn.Server(
        uvicorn.Config(console(engine, desk), host="127.0.0.1", port=port, log_level="warning", server_header=False)
    )
    threads = [threading.Thread(target=_watch, args=(engine, server, over), daemon=True)]
    if links_port is not None:
        threads.append(threading.Thread(target=_links, args=(engine, links_port, over), daemon=True))
    for thread in threads:
        thread.start()
    ready(desk.link)
    try:
        server.run()
    finally:
        over.set()
        for thread in threads:
            thread.join(LOOK_S)


def _watch(engine: Engine, server: object, over: threading.Event) -> None:
    """Every ten seconds: what is due goes out, what was answered goes on. One failing round does not end the watch."""
    rounds = Rounds(engine)
    while not over.wait(LOOK_S) and rounds.once():
        pass
    server.should_exit = True  # type: ignore[attr-defined]


def _links(engine: Engine, port: int, over: threading.Event) -> None:
    import uvicorn

    app = decision_page(engine.pilot, link_keys(engine.pilot.home), decided=lambda h: engine.resume(h.case), port=port)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", access_log=False, server_header=False)
    )
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    threading.Thread(target=_end, args=(server, over), daemon=True).start()
    server.run()


def _end(server: object, over: threading.Event) -> None:
    over.wait()
    server.should_exit = True  # type: ignore[attr-defined]
