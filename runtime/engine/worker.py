"""A process that takes cases from the queue until it is told to end: any number of them share a PostgreSQL database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

from runtime.engine.engine import Engine
from runtime.engine.health import serving, unhealthy, unready
from runtime.engine.rounds import LOOK_S, Rounds

HEARTBEAT_S = 2.0


def work(
    engine: Engine,
    done: threading.Event,
    *,
    ready: Callable[[str], None] = lambda said: None,
    health_port: int | None = None,
    look_s: float = LOOK_S,
) -> bool:
    """Blocks until `done` is set; cases under way then come to their end (engine.py). False: it ended because its name was lost.

    Args:
        ready: called with a sentence once cases are taken.
        health_port: loopback port of `/healthz` and `/readyz`.
    """
    rounds = Rounds(engine)
    answers = {"/healthz": lambda: unhealthy(rounds), "/readyz": lambda: unready(rounds, done)}
    with ExitStack() as open_until_done:
        port = open_until_done.enter_context(serving(health_port, answers)) if health_port is not None else None
        ready(f"{engine.pilot.executor.name} takes cases" + (f"; health on http://127.0.0.1:{port}" if port else ""))
        since = look_s  # the first round comes at once
        while not done.is_set():
            if since >= look_s:
                since = 0.0
                if not rounds.once():
                    return False
            elif not engine.pilot.executor.is_held():
                return False
            done.wait(min(HEARTBEAT_S, look_s))
            since += min(HEARTBEAT_S, look_s)
    return True
