"""What the enforcing proxy adds to a write: the same call straight to a system, through a proxy that only passes it on, and through ours.

    python -m benchmarks.proxy_latency [--calls N]

The system is a stand-in on loopback that answers at once, so that everything beyond is the way. All three are measured in
turn, call by call, in one run. Ours parses strictly, verifies the signed context, decides, reserves durably before the call
and commits after it, and writes two rows of the decision log, each of them durable on disk: four disk writes a call. A
denial writes one row and sends nothing. Prints; asserts only that every call did what it should.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from probes.derive.stand_in import SECRETS, estate_at, stand_in
from runtime.guardrails.case_context import CaseContext
from runtime.guardrails.proxy import RunningProxy, serve
from tests.runtime.guardrails.described import described_estate

Call = Callable[[int], float]


def main() -> None:
    parser = argparse.ArgumentParser(description="Latency that the enforcing proxy adds.")
    parser.add_argument("--calls", type=int, default=300)
    calls = parser.parse_args().calls
    with TemporaryDirectory(prefix="cxready-") as place, stand_in() as system, passing_on(system.url) as plain:
        estate = estate_at(described_estate(Path(place)), system.url)
        proxy = serve(estate, folder=Path(place) / "state", secrets=SECRETS)
        try:
            ways = {
                "straight to the system": straight(f"{system.url}/credits"),
                "through a proxy that only passes on": straight(f"{plain}/credits"),
                "through the enforcing proxy, permitted": enforced(proxy, over=False),
                "through the enforcing proxy, denied": enforced(proxy, over=True),
            }
            report({name: [] for name in ways}, ways, calls)
        finally:
            proxy.close()


def report(took: dict[str, list[float]], ways: dict[str, Call], calls: int) -> None:
    for n in range(calls + 10):
        for name, way in ways.items():
            seconds = way(n)
            if n >= 10:
                took[name].append(seconds * 1000)
    base = middle(took["straight to the system"])
    print(f"{calls} calls each, in turn")
    for name, times in took.items():
        ordered = sorted(times)
        tail = ordered[int(len(ordered) * 0.99)]
        added = f"+{middle(times) - base:5.1f} ms" if name != "straight to the system" else "        "
        print(
            f"  {name:<42} p50 {middle(times):6.1f} ms   p99 {tail:6.1f} ms   {added}   {middle(times) / base:4.1f} ×"
        )


def middle(times: Sequence[float]) -> float:
    return sorted(times)[len(times) // 2]


def straight(url: str) -> Call:
    def call(n: int) -> float:
        begun = time.perf_counter()
        answer = requests.post(url, json=credit(n), timeout=20)
        assert answer.status_code == 201
        return time.perf_counter() - begun

    return call


def enforced(proxy: RunningProxy, *, over: bool) -> Call:
    """Each call for a customer of its own, so that totals stand in nobody's way; signing is the runtime's work and not timed."""

    def call(n: int) -> float:
        body = credit(n, "50.01" if over else "0.01")
        headers = proxy.headers(CaseContext(workflow="dispute", case=f"case-{n}-{over}", customer=body["account_id"]))
        begun = time.perf_counter()
        answer = requests.post(f"{proxy.url}/billing/credits", json=body, headers=headers, timeout=20)
        assert answer.status_code == (403 if over else 201), answer.text
        return time.perf_counter() - begun

    return call


def credit(n: int, amount: str = "0.01") -> dict[str, str]:
    return {"account_id": f"A-{n}", "amount": amount, "currency": "EUR"}


@contextmanager
def passing_on(url: str) -> Iterator[str]:
    """The same server without any decision: reads a body, sends it on, gives the answer back."""
    import uvicorn
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body = json.loads(await Request(scope, receive).body())
        answer = await asyncio.to_thread(requests.post, url + scope["path"], json=body, timeout=20)
        await Response(answer.content, answer.status_code, {"Connection": "close"})(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(app, port=0, http="h11", lifespan="off", log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


if __name__ == "__main__":
    main()
