"""What goes wrong on the way to a system, when a call names a certain text: down, a maintenance page, a lost or a huge answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from assess.demo.rest_service import Request, Response
from assess.demo.use_cases.declared import Fault

Answer = Callable[[Request], Response]
PAGE = b"<!doctype html><html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>"
HTML = {"Content-Type": "text/html; charset=utf-8"}
SLOW_S, HUGE = 2.0, 12_000_000


def with_faults(answer: Answer, faults: Sequence[Fault]) -> Answer:
    """The system's answers, with these faults in front of them; safe between threads."""
    left, lock = [fault.times for fault in faults], threading.Lock()

    def meet(request: Request) -> Response:
        found = next((n for n, fault in enumerate(faults) if left[n] and _meets(fault, request)), None)
        if found is None:
            return answer(request)
        with lock:
            left[found] -= 1
        return _gone_wrong(faults[found], request, answer)

    return meet


def _meets(fault: Fault, request: Request) -> bool:
    said = " ".join((request.path, *request.query.values(), request.body.decode("utf-8", "replace")))
    return request.method == fault.method and fault.names in said


def _gone_wrong(fault: Fault, request: Request, answer: Answer) -> Response:
    if fault.does == "html":
        return Response(200, PAGE, HTML)
    if fault.does == "garbage":
        return Response(200, b'{"items": [{"order', {})
    if fault.does == "huge":
        return Response(200, b'{"items": "' + b"x" * HUGE + b'"}', {})
    if fault.does == "down":
        return Response(
            503, {"title": "Down for maintenance", "status": 503}, {"Content-Type": "application/problem+json"}
        )
    done = answer(request)
    if fault.does == "slow":
        time.sleep(SLOW_S)
        return done
    return Response(502, PAGE, HTML)  # lost: it was done, and nobody hears of it
