"""`POST /cases`: whatever receives messages hands them in here, and `GET /cases/<name>.json` tells what came of one.

With `Authorization: Bearer <token>` of role intake or owner. The same name again is the same case and starts nothing, so a
sender may repeat itself. What comes in is data: its fields are checked, its size is bounded.
"""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from runtime.cases.incoming import case_of
from runtime.console.access import visitor_of
from runtime.console.posted import body_of
from runtime.engine.engine import Engine
from runtime.errors import BadInput

MOST_BYTES = 4_000_000  # of a message the first 20,000 characters are read
WHERE = "POST /cases"


def intake(app: FastAPI, engine: Engine) -> None:
    """Adds both routes."""

    @app.post("/cases")
    async def hand_in(request: Request) -> JSONResponse:
        refusal = _refusal(request, engine)
        if refusal is not None:
            return refusal
        body = await body_of(request, MOST_BYTES)
        if body is None:
            return _problem(413, f"a case has at most {MOST_BYTES:,} bytes")
        try:
            case = case_of(json.loads(body), WHERE)
        except BadInput as error:
            return _problem(400, error.what, error.do)
        except (ValueError, RecursionError):
            return _problem(400, "the body is no JSON object")
        name = str(case.get("answers") or case["case"])
        if not case.get("answers"):
            await run_in_threadpool(engine.start, case)
        elif not await run_in_threadpool(engine.answer, name, case["message"], str(case.get("customer") or "")):
            return _problem(409, "this case waits for no answer of this customer")
        return JSONResponse({"case": name, "at": f"/cases/{name}.json"}, status_code=202)

    @app.get("/cases/{run}.json")
    def told(request: Request, run: str) -> JSONResponse:
        refusal = _refusal(request, engine)
        if refusal is not None:
            return refusal
        line = engine.line(run)
        return JSONResponse(line) if line else _problem(404, "the case is under way, or there is none of this name")


def _refusal(request: Request, engine: Engine) -> JSONResponse | None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    visitor = visitor_of(engine.pilot.connection, token.strip()) if kind.lower() == "bearer" else None
    if visitor is None:
        return _problem(
            401, "a token of role intake or owner is needed", "`cxready pilot token DIR --for … --role intake`"
        )
    return None if visitor.may("hand_in") else _problem(403, f"a {visitor.role} hands in no cases")


def _problem(status: int, what: str, do: str = "") -> JSONResponse:
    """RFC 9457."""
    said: dict[str, Any] = {"type": "about:blank", "title": what, "status": status, **({"detail": do} if do else {})}
    return JSONResponse(said, status_code=status, media_type="application/problem+json")
