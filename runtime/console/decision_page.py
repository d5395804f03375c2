"""Where a decision link leads: GET shows what is asked and changes nothing, POST decides; once, by the person it was sent to.

Mail scanners and previews fetch links, so a fetch never decides. With a single sign-on in front (`answers.signed_in_header`)
a link works only for its own person, and `/h/<handoff>` opens without one. No script runs, nothing is kept by the browser.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from jinja2 import Environment, FunctionLoader

from runtime.cases.hand_off import rules_of
from runtime.console.posted import Sent
from runtime.escalation import answer, feedback, outbox
from runtime.escalation.form import Handoff, Option
from runtime.escalation.signed_link import seconds_since, stamp
from runtime.escalation.strange_words import plainly
from runtime.piloting.pilot import Pilot

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "same-origin",  # with no-referrer browsers send `Origin: null` and no decision would be accepted
    "Cache-Control": "no-store",
}
DECIDED = "Your decision was recorded; the case goes on. You can close this page."


@dataclass(frozen=True)
class Seen:
    """What a visitor may see: the handoff and who would decide, or in a sentence why nothing."""

    handoff: Handoff | None = None
    person: str = ""
    options: tuple[Option, ...] = ()
    why: str = ""


def decision_page(pilot: Pilot, keys: Sequence[str], *, decided: Callable[[Handoff], None], port: int) -> FastAPI:
    """The application.

    Args:
        keys: that sign the links, the newest last.
        decided: called after a decision that counts; the case goes on.
        port: of this machine, where the reverse proxy finds it.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    pages = Environment(loader=FunctionLoader(_template), autoescape=True, finalize=plainly)
    settings = pilot.estate.escalation.answers
    hosts = {f"127.0.0.1:{port}", urlsplit(settings.address or "").netloc} - {""}

    def shown(status: int, **more: Any) -> HTMLResponse:
        return HTMLResponse(pages.get_template("decision.html").render(title="Decision", **more), status_code=status)

    def page(seen: Seen) -> HTMLResponse:
        if seen.handoff is None:
            return shown(410, said=seen.why)
        shown_at = stamp(keys, seen.handoff.handoff_id)
        return shown(200, h=seen.handoff, options=seen.options, person=seen.person, shown=shown_at)

    def finish(handoff: Handoff, verdict: answer.Verdict, sent: Mapping[str, str]) -> HTMLResponse:
        if not verdict.accepted:
            return shown(409, said=f"Nothing was done: {verdict.why}.")
        opened = seconds_since(sent.get("shown", ""), keys, handoff.handoff_id, datetime.now(UTC))
        again = sent.get("asked_again") == "yes"
        feedback.note(pilot.connection, handoff.handoff_id, opened_s=opened, asked_again=again)
        decided(handoff)
        return shown(200, said=DECIDED)

    @app.middleware("http")
    async def guarded(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        known = request.headers.get("host") in hosts
        refused = PlainTextResponse("this page answers to its own address only", status_code=403)
        found = await call_next(request) if known else refused
        found.headers.update(HEADERS)
        return found

    def signed_in(request: Request) -> str:
        return request.headers.get(settings.signed_in_header, "") if settings.signed_in_header else ""

    @app.get("/style.css")
    def style() -> Response:
        return Response(_template("style.css"), media_type="text/css")

    @app.api_route("/d/{token}", methods=["GET", "HEAD"])
    def look(request: Request, token: str) -> Response:
        return page(_by_token(pilot, keys, token, signed_in(request)))

    @app.post("/d/{token}")
    def decide(request: Request, token: str, sent: Sent) -> Response:
        person = signed_in(request)
        seen = _by_token(pilot, keys, token, person)
        if seen.handoff is None:
            return page(seen)
        rules = rules_of(pilot, seen.handoff.workflow, seen.handoff.route.id)
        verdict = answer.decide_by_link(
            pilot.connection, token, seen.handoff, keys, rules, now=datetime.now(UTC), signed_in=person, option=sent.get("option", "")
        )  # fmt: skip
        return finish(seen.handoff, verdict, sent)

    @app.api_route("/h/{handoff_id}", methods=["GET", "HEAD"])
    def look_signed_in(request: Request, handoff_id: str) -> Response:
        return page(_by_person(pilot, handoff_id, signed_in(request)))

    @app.post("/h/{handoff_id}")
    def decide_signed_in(request: Request, handoff_id: str, sent: Sent) -> Response:
        person = signed_in(request)
        seen = _by_person(pilot, handoff_id, person)
        if seen.handoff is None or not _own_form(request, hosts):
            return page(seen) if seen.handoff is None else shown(403, said="The form was sent from elsewhere.")
        rules = rules_of(pilot, seen.handoff.workflow, seen.handoff.route.id)
        verdict = answer.decide_in_console(
            pilot.connection, sent.get("option", ""), person, seen.handoff, sent.get("digest", ""), rules, now=datetime.now(UTC)
        )  # fmt: skip
        return finish(seen.handoff, verdict, sent)

    return app


def _by_token(pilot: Pilot, keys: Sequence[str], token: str, person: str) -> Seen:
    """By a personal link. Where people sign in, only its own person sees anything."""
    settings = pilot.estate.escalation.answers
    handoff = _handoff(pilot, answer.handoff_of_link(token, keys, now=datetime.now(UTC)))
    if handoff is None:
        return Seen(why="This link is not one of ours, or it has expired. Nothing was done.")
    looked = answer.look(token, handoff, keys, now=datetime.now(UTC))
    if not looked.accepted:
        return Seen(why=f"Nothing was done: {looked.why}.")
    if settings.signed_in_header and person != looked.person:
        return Seen(why="This link is for another person. Nothing was done.")
    options = (
        handoff.ask.options
        if looked.option == answer.CHOOSE
        else tuple(o for o in handoff.ask.options if o.id == looked.option)
    )
    return _open(pilot, handoff, looked.person, options)


def _by_person(pilot: Pilot, handoff_id: str, person: str) -> Seen:
    """Signed in by the company's own single sign-on; without it only a personal link opens anything."""
    if not person:
        return Seen(why="Open the personal link that was sent to you, or sign in. Nothing was done.")
    handoff = _handoff(pilot, handoff_id)
    if handoff is None or person not in rules_of(pilot, handoff.workflow, handoff.route.id).approvers:
        return Seen(why="There is nothing for you to decide here.")
    return _open(pilot, handoff, person, handoff.ask.options)


def _open(pilot: Pilot, handoff: Handoff, person: str, options: tuple[Option, ...]) -> Seen:
    if answer.decision_of(pilot.connection, handoff.handoff_id):
        return Seen(why="It has been decided already.")
    if handoff.ask.decide_by and datetime.now(UTC) > handoff.ask.decide_by:
        return Seen(why="The deadline has passed; nothing was done.")
    return Seen(handoff, person, options)


def _handoff(pilot: Pilot, handoff_id: str) -> Handoff | None:
    row = outbox.row(pilot.connection, handoff_id) if handoff_id else None
    return row.handoff if row else None


def _own_form(request: Request, hosts: set[str]) -> bool:
    """A cookie of the single sign-on goes along with forms from anywhere: only our own page's counts."""
    origin = request.headers.get("origin")
    return request.headers.get("sec-fetch-site", "same-origin") == "same-origin" and (
        origin is None or urlsplit(origin).netloc in hosts
    )


def _template(name: str) -> str:
    return (files("templates") / "console" / name).read_text(encoding="utf-8")
