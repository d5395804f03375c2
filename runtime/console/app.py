"""The console: what waits, live cases with their decision path, handoffs, limits used, reviews, the stop button; on a loopback port.

A decision is bound to the action that the page showed. Every form carries a token of the session; the cookie is strict, the
Host and Origin must be our own; no script runs (CSP), and everything that came from outside is escaped. Who may do what:
access.py. Programs hand cases in with a token, without a session (`POST /cases`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from runtime.cases.approval import decide_in_person
from runtime.console import views
from runtime.console.access import Right, Session, Sessions, Visitor, prepare, same, visitor_of
from runtime.console.desk import Desk
from runtime.console.intake import intake
from runtime.console.posted import Sent
from runtime.engine.engine import Engine
from runtime.errors import CxreadyError
from runtime.guardrails.kill_switch import KillSwitch
from runtime.piloting import reviews

COOKIE = "cxready_console"
OPEN = ("/enter", "/sign-in", "/style.css")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer browsers send `Origin: null`, and no form would be ours
    "Cache-Control": "no-store",
}
VERDICTS: Mapping[str, reviews.Verdict] = {"right": "right", "wrong": "wrong"}
SAID = {
    "decided": "Your decision was recorded; the case goes on.",
    "stopped": "Every write is refused from now on.",
    "reviewed": "Your verdict stands in the case’s log.",
}


def console(engine: Engine, desk: Desk) -> FastAPI:
    """The application of one desk over a running engine."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    prepare(engine.pilot.connection)
    sessions = Sessions()
    _guard(app, engine, desk, sessions)
    _signing_in(app, engine, desk, sessions)
    intake(app, engine)
    _looking(app, engine)
    _acting(app, engine)
    return app


def _guard(app: FastAPI, engine: Engine, desk: Desk, sessions: Sessions) -> None:
    @app.middleware("http")
    async def guarded(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        request.state.session = sessions.of(request.cookies.get(COOKIE, ""), engine.pilot.connection)
        answer = _refused(request, desk) or await call_next(request)
        answer.headers.update(HEADERS)
        return answer


def _refused(request: Request, desk: Desk) -> Response | None:
    """Why a request is not ours; programs come with a token of their own, and links and styles without a session."""
    if request.headers.get("host") != desk.host:
        return PlainTextResponse("this console answers to its own address only", 403)
    if request.method == "POST" and request.headers.get("origin") not in (desk.origin, None):
        return PlainTextResponse("the form was sent from elsewhere", 403)
    by_token = request.headers.get("authorization", "").lower().startswith("bearer ")
    if request.url.path in OPEN or by_token or request.state.session is not None:
        return None
    if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
        return RedirectResponse("/sign-in", status_code=303)
    return PlainTextResponse("open the link that the command printed, or sign in with your token", 403)


def _signing_in(app: FastAPI, engine: Engine, desk: Desk, sessions: Sessions) -> None:
    def entered(cookie: str) -> Response:
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(COOKIE, cookie, httponly=True, samesite="strict", secure=desk.is_secure)
        return answer

    @app.get("/enter")
    def enter(key: str = "") -> Response:
        if not desk.key or not same(key, desk.key):
            raise HTTPException(403, "this link was used, or is none of ours")
        desk.key = ""
        return entered(sessions.begin(Visitor(desk.person, "owner")))

    @app.get("/sign-in")
    def ask() -> Response:
        return HTMLResponse(views.sign_in(engine))

    @app.post("/sign-in")
    def sign_in(sent: Sent) -> Response:
        token = sent.get("token", "").strip()
        visitor = visitor_of(engine.pilot.connection, token)
        if visitor is None or not visitor.may("see"):
            return HTMLResponse(views.sign_in(engine, "This token opens nothing here."), status_code=403)
        return entered(sessions.begin(visitor, token))

    @app.post("/sign-out")
    def sign_out(request: Request, sent: Sent) -> Response:
        _allowed(request, "see", sent)
        sessions.end(request.cookies.get(COOKIE, ""))
        answer = RedirectResponse("/sign-in", status_code=303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=desk.is_secure)
        return answer


def _looking(app: FastAPI, engine: Engine) -> None:
    """Pages; each `views` function gives one."""

    def shown(path: str, page: Callable[..., str]) -> None:
        def get(request: Request, said: str = "") -> HTMLResponse:
            session = _allowed(request, "see")
            return HTMLResponse(page(engine, session, SAID.get(said, "")))

        app.get(path)(get)

    for path, page in views.PAGES.items():
        shown(path, page)

    @app.get("/style.css")
    def style() -> Response:
        return Response(views.style(), media_type="text/css")

    @app.get("/cases/{run}")
    def case(request: Request, run: str) -> HTMLResponse:
        found = views.case(engine, _allowed(request, "see"), run)
        return HTMLResponse(found, status_code=200 if found else 404)


def _acting(app: FastAPI, engine: Engine) -> None:
    pilot = engine.pilot

    @app.post("/decide")
    def decide(request: Request, sent: Sent) -> Response:
        visitor = _allowed(request, "decide", sent).visitor
        run, option, digest = sent.get("case", ""), sent.get("option", ""), sent.get("digest", "-")
        _done(lambda: decide_in_person(pilot, run, option, visitor.person, digest=digest))
        engine.resume(run)
        return RedirectResponse("/?said=decided", status_code=303)

    @app.post("/stop")
    def stop(request: Request, sent: Sent) -> Response:
        visitor = _allowed(request, "stop", sent).visitor
        KillSwitch(pilot.home).turn_on(visitor.person, "stopped in the console")
        return RedirectResponse("/?said=stopped", status_code=303)

    @app.post("/review")
    def review(request: Request, sent: Sent) -> Response:
        visitor = _allowed(request, "review", sent).visitor
        verdict = VERDICTS.get(sent.get("verdict", ""))
        if verdict is None:
            raise HTTPException(400, "a verdict is right or wrong")
        run, note = sent.get("case", ""), sent.get("note", "")[:500]
        _done(lambda: reviews.record(pilot.connection, run, verdict, visitor.person, note))
        return RedirectResponse("/review?said=reviewed", status_code=303)


def _allowed(request: Request, right: Right, sent: Mapping[str, str] | None = None) -> Session:
    """The session, when its person may do this and the form is its own."""
    session: Session | None = request.state.session
    if session is None:
        raise HTTPException(403, "sign in first")
    if not session.visitor.may(right):
        raise HTTPException(403, f"a {session.visitor.role} may not do this")
    if sent is not None and not same(sent.get("csrf", ""), session.csrf):
        raise HTTPException(403, "the form is not from this session")
    return session


def _done(act: Callable[[], Any]) -> None:
    try:
        act()
    except CxreadyError as error:
        raise HTTPException(409, error.what) from None
