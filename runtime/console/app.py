"""The console: approvals, a case's decision path, the stop button; for one signed-in person, on a loopback port.

A decision is bound to the action that the page showed. Every form carries a token of the session; the cookie is strict, the
Host and Origin must be our own; no script runs (CSP), and everything that came from outside is escaped.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from jinja2 import Environment, FunctionLoader

from runtime import decision_log
from runtime.approval import decide_in_person, waiting
from runtime.engine import Engine
from runtime.errors import CxreadyError
from runtime.guardrails.kill_switch import KillSwitch
from runtime.pilot_state import state_of

COOKIE = "cxready_console"
MOST_BYTES = 10_000
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass
class Desk:
    """Who sits at this console. `key` opens it once; `session` and `csrf` hold until it ends."""

    person: str
    host: str
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def link(self) -> str:
        """The address that signs the person in, once."""
        return f"http://{self.host}/enter?key={self.key}"


async def _form(request: Request) -> dict[str, str]:
    """Fields of a URL-encoded form of at most 10,000 bytes."""
    body = await request.body()
    return dict(parse_qsl(body.decode("utf-8", "replace"))) if len(body) <= MOST_BYTES else {}


Sent = Annotated[dict[str, str], Depends(_form)]


def console(engine: Engine, desk: Desk) -> FastAPI:
    """The application of one desk over a running engine."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    pages = Environment(loader=FunctionLoader(_template), autoescape=True)
    pilot = engine.pilot

    def shown(name: str, said: str = "", **more: Any) -> HTMLResponse:
        stopped = KillSwitch(pilot.home).is_on()
        text = pages.get_template(name).render(
            organisation=pilot.estate.organisation,
            person=desk.person,
            csrf=desk.csrf,
            stopped=stopped,
            said=said,
            **more,
        )
        return HTMLResponse(text)

    @app.middleware("http")
    async def guarded(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        refusal = _refusal(request, desk)
        answer = PlainTextResponse(refusal, status_code=403) if refusal else await call_next(request)
        answer.headers.update(HEADERS)
        return answer

    @app.get("/enter")
    def enter(key: str = "") -> Response:
        if not desk.key or not hmac.compare_digest(key.encode(), desk.key.encode()):
            raise HTTPException(403, "this link was used, or is none of ours")
        desk.key = ""
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(COOKIE, desk.session, httponly=True, samesite="strict")
        return answer

    @app.get("/style.css")
    def style() -> Response:
        return Response(_template("style.css"), media_type="text/css")

    @app.get("/")
    def home(said: str = "") -> Response:
        state = state_of(pilot.estate, pilot.gate, pilot.settings, pilot.home, today=datetime.now(UTC).date())
        return shown("home.html", _SAID.get(said, ""), waiting=waiting(pilot), state=state)

    @app.get("/cases/{run}")
    def case(run: str) -> Response:
        return shown("case.html", run=run, rows=decision_log.rows(pilot.connection, run))

    @app.post("/decide")
    def decide(sent: Sent) -> Response:
        _same(sent, desk)
        try:
            decide_in_person(
                pilot, sent.get("case", ""), sent.get("option", ""), desk.person, digest=sent.get("digest", "-")
            )
        except CxreadyError as error:
            raise HTTPException(409, error.what) from None
        engine.resume(sent["case"])
        return RedirectResponse("/?said=decided", status_code=303)

    @app.post("/stop")
    def stop(sent: Sent) -> Response:
        _same(sent, desk)
        KillSwitch(pilot.home).turn_on(desk.person, "stopped in the console")
        return RedirectResponse("/?said=stopped", status_code=303)

    return app


_SAID = {"decided": "Your decision was recorded; the case goes on.", "stopped": "Every write is refused from now on."}


def _refusal(request: Request, desk: Desk) -> str:
    """Why a request is not ours, or empty. Only the sign-in link works without the session."""
    if request.headers.get("host") != desk.host:
        return "this console answers to its own address only"
    if request.method == "POST" and request.headers.get("origin") not in (f"http://{desk.host}", None):
        return "the form was sent from elsewhere"
    if request.url.path in ("/enter", "/style.css"):
        return ""
    known = hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), desk.session.encode())
    return "" if known else "open the link that the command printed"


def _same(sent: Mapping[str, str], desk: Desk) -> None:
    if not hmac.compare_digest(sent.get("csrf", "").encode(), desk.csrf.encode()):
        raise HTTPException(403, "the form is not from this session")


def _template(name: str) -> str:
    return (files("templates") / "console" / name).read_text(encoding="utf-8")
