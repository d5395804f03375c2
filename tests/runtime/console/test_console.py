"""The console in a real server: sign in once, see what waits, decide what was shown, stop; and what it refuses."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from assess.demo.estate import RunningEstate
from assess.engagement import Folder
from assess.piloting import running
from runtime.console import access
from runtime.console.serve import serve
from runtime.engine.engine import Engine
from runtime.guardrails.kill_switch import KillSwitch
from runtime.understanding.encode import Encode
from tests.runtime.piloted import demo_cases


class Desk:
    """A browser that opened the printed link."""

    def __init__(self, link: str, engine: Engine) -> None:
        self.link, self.engine = link, engine
        self.base = link.split("/enter", maxsplit=1)[0]
        self.browser = requests.Session()
        self.home = self.browser.get(link)

    def post(self, path: str, headers: dict[str, str] | None = None, **sent: str) -> requests.Response:
        return self.browser.post(self.base + path, data=sent, headers=headers)

    def field(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.browser.get(self.base).text)
        assert found
        return found[1]


@pytest.fixture
def desk(folder: Folder, estate: RunningEstate, encode: Encode) -> Iterator[Desk]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    links: list[str] = []
    done = threading.Event()
    with running(folder, secrets=estate.environment(), encode=encode) as engine:
        case = {
            **demo_cases(folder)["demo-6-approval"],
            "case": "c-6",
            "message": "I paid my invoice twice <script>alert(1)</script>",
        }
        engine.start(case)
        assert engine.outcome("c-6")
        server = threading.Thread(
            target=serve, args=(engine, "person-11", port), kwargs={"ready": links.append, "done": done}, daemon=True
        )
        server.start()
        until = time.monotonic() + 15
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield Desk(links[0], engine)
        done.set()
        server.join(20)


def test_a_person_decides_what_was_shown_and_stops_the_pilot(desk: Desk, folder: Folder, estate: RunningEstate) -> None:
    assert desk.home.status_code == 200
    assert "Approve or refuse: issue refund, 24.99 EUR" in desk.home.text
    assert "<script>" not in desk.home.text, "a customer's words are escaped"
    assert "default-src &#39;none&#39;" in desk.home.headers["Content-Security-Policy"].replace("'", "&#39;")
    assert "billing.listInvoices" in desk.browser.get(desk.base + "/cases/c-6").text

    csrf, digest = desk.field("csrf"), desk.field("digest")
    assert requests.get(desk.link).status_code == 403, "the link opens once"
    assert requests.get(desk.base).status_code == 403
    assert requests.get(desk.base, headers={"Host": "evil.example"}).status_code == 403
    assert desk.post("/decide", case="c-6", option="approve", digest=digest).status_code == 403
    assert (
        desk.post(
            "/decide", {"Origin": "http://evil.example"}, case="c-6", option="approve", digest=digest, csrf=csrf
        ).status_code
        == 403
    )
    assert desk.post("/decide", case="c-6", option="approve", digest="sha256:other", csrf=csrf).status_code == 409
    assert estate.records["refunds"] == []

    assert (
        "Your decision was recorded"
        in desk.post("/decide", case="c-6", option="approve", digest=digest, csrf=csrf).text
    )
    line = desk.engine.outcome("c-6")
    assert line and line["outcome"] == "resolved"
    assert [refund["amount"] for refund in estate.records["refunds"]] == ["24.99"]
    assert desk.post("/decide", case="c-6", option="approve", digest=digest, csrf=csrf).status_code == 409

    assert "Every write is refused" in desk.post("/stop", csrf=csrf).text
    assert KillSwitch(folder.path / ".cxready").is_on()


def test_a_program_hands_cases_in_with_its_token_and_asks_what_came_of_them(
    desk: Desk, folder: Folder, estate: RunningEstate
) -> None:
    connection = desk.engine.pilot.connection
    own, viewer = access.grant(connection, "mail-gateway", "intake", 1), access.grant(connection, "p-1", "viewer", 1)
    case = {**demo_cases(folder)["demo-1-resolved"], "case": "from-mail"}

    def hand_in(token: str, **sent: Any) -> requests.Response:
        return requests.post(f"{desk.base}/cases", headers={"Authorization": f"Bearer {token}"}, timeout=20, **sent)

    assert hand_in("cxr_guessed", json=case).status_code == 401
    assert hand_in(viewer, json=case).status_code == 403
    assert requests.get(desk.base, headers={"Authorization": f"Bearer {own}"}, timeout=20).status_code == 403
    assert hand_in(own, data=b"x" * 4_100_000).status_code == 413
    assert hand_in(own, data=b"[" * 50_000).json()["title"] == "the body is no JSON object"
    named = hand_in(own, json={**case, "case": "c\x1b[2J"})
    assert named.status_code == 400 and "`case` is no text" in named.json()["title"]
    assert (
        hand_in(own, json={**case, "case": "big", "message": f"{case['message']} {'x' * 1_000_000}"}).status_code == 202
    )
    line = desk.engine.outcome("big")
    assert line and line["outcome"] in ("resolved", "handed_off", "asked"), "cut, read, and ended like any other"
    unknown = hand_in(own, json={**case, "autonomy": "act"})
    assert unknown.status_code == 400 and unknown.json()["title"] == "unknown field `autonomy`"
    assert hand_in(own, json=case).status_code == hand_in(own, json=case).status_code == 202
    line = desk.engine.outcome("from-mail")
    assert line and line["outcome"] == "resolved"
    told = requests.get(f"{desk.base}/cases/from-mail.json", headers={"Authorization": f"Bearer {own}"}, timeout=20)
    assert told.json()["outcome"] == "resolved" and len(estate.records["credits"]) == 1
    assert access.revoke(connection, "mail-gateway") == 1 and hand_in(own, json=case).status_code == 401
