"""Serves the console until Ctrl-C; meanwhile delivers handoffs and takes up cases that were answered in their ticket."""

from __future__ import annotations

import threading
from collections.abc import Callable

from runtime.approval import waiting
from runtime.console.app import Desk, console
from runtime.engine import Engine
from runtime.hand_off import look_for_decision

LOOK_S = 10.0


def serve(
    engine: Engine, person: str, port: int, *, ready: Callable[[str], None], done: threading.Event | None = None
) -> None:
    """Blocks until the server ends.

    Args:
        person: who sits there; the decisions are theirs.
        ready: called with the sign-in link.
        done: ends the server when set.
    """
    import uvicorn

    over = done or threading.Event()
    desk = Desk(person, f"127.0.0.1:{port}")
    server = uvicorn.Server(
        uvicorn.Config(console(engine, desk), host="127.0.0.1", port=port, log_level="warning", server_header=False)
    )
    watcher = threading.Thread(target=_watch, args=(engine, server, over), daemon=True)
    watcher.start()
    ready(desk.link)
    try:
        server.run()
    finally:
        over.set()
        watcher.join(LOOK_S)


def _watch(engine: Engine, server: object, over: threading.Event) -> None:
    """Every ten seconds: what is due is delivered, what was answered goes on."""
    while not over.wait(LOOK_S):
        engine.pilot.deliver()
        for handoff in waiting(engine.pilot):
            if look_for_decision(engine.pilot, handoff.handoff_id):
                engine.resume(handoff.case)
    server.should_exit = True  # type: ignore[attr-defined]
