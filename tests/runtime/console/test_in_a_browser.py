"""The console in a real browser, at a desk and on a phone: nothing runs that the policy forbids, nothing is cut off, a thumb can stop it."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assess.demo.estate import RunningEstate
from assess.engagement import Folder
from assess.piloting import running
from runtime.console import access
from runtime.console.serve import serve
from runtime.engine.engine import Engine
from runtime.guardrails.kill_switch import KillSwitch
from runtime.understanding.encode import Encode
from tests.runtime.piloted import demo_cases

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")
PAGES = ("/", "/cases", "/cases/c-6", "/handoffs", "/limits", "/review")
SIZES = {"desk": (1280, 900), "phone": (360, 740)}


@dataclass
class Console:
    """A served console and a browser that remembers what went wrong in it."""

    engine: Engine
    link: str
    browser: Any
    wrong: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        return self.link.split("/enter", maxsplit=1)[0]

    def page(self, size: str) -> Any:
        width, height = SIZES[size]
        page = self.browser.new_page(viewport={"width": width, "height": height})
        page.on("console", lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        return page

    def outcome(self, run: str) -> Any:
        """Asked in another thread: the browser's own has an event loop."""
        with ThreadPoolExecutor(1) as other:
            return other.submit(self.engine.outcome, run).result(60)

    def token(self, role: access.Role) -> str:
        return access.grant(self.engine.pilot.connection, f"person-{role}", role, 1)


@pytest.fixture
def console(folder: Folder, estate: RunningEstate, encode: Encode) -> Iterator[Console]:
    from playwright.sync_api import sync_playwright

    port = free_port()
    links: list[str] = []
    done = threading.Event()
    with running(folder, secrets=estate.environment(), encode=encode) as engine:
        for name in ("demo-1-resolved", "demo-2-over-limit"):
            engine.start(demo_cases(folder)[name])
            assert engine.outcome(name)
        hostile = {
            "case": "c-6",
            "message": "I paid my invoice twice <script>alert(1)</script><img src=x onerror=alert(2)>",
        }
        engine.start({**demo_cases(folder)["demo-6-approval"], **hostile})
        assert engine.outcome("c-6")
        told = {"ready": links.append, "done": done}
        server = threading.Thread(target=serve, args=(engine, "person-11", port), kwargs=told, daemon=True)
        server.start()
        wait_for(port)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            yield Console(engine, links[0], browser)
            browser.close()
        done.set()
        server.join(20)


def test_every_page_fits_a_desk_and_a_phone_and_a_person_decides(
    console: Console, folder: Folder, estate: RunningEstate
) -> None:
    page = console.page("desk")
    page.goto(console.link)
    assert page.locator("article h2").inner_text().startswith("Approve or refuse: issue refund, 24.99 EUR")
    assert "<script>alert(1)</script>" in page.locator("blockquote").inner_text(), "shown as text"
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for path in PAGES:
            page.goto(console.base + path)
            fits(page, width)
            if shots := os.environ.get("CXREADY_SCREENSHOTS"):
                name = f"{size}{path.replace('/', '-')}.png"
                page.screenshot(path=str(Path(shots) / name), full_page=True)

    page.goto(console.base + "/review")
    page.get_by_label("What was wrong").first.fill("nothing <b>bold</b>")
    page.get_by_role("button", name="Right").first.click()
    assert "Your verdict stands" in page.get_by_role("status").inner_text()

    page.goto(console.base)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip", "the keyboard can pass the menu"
    page.get_by_role("button", name="Approve").click()
    assert "Your decision was recorded" in page.get_by_role("status").inner_text()
    line = console.outcome("c-6")
    assert line and line["outcome"] == "resolved"
    assert [refund["amount"] for refund in estate.records["refunds"]] == ["24.99"]
    assert console.wrong == []


def test_each_role_sees_what_it_may_do_and_every_one_can_stop(console: Console, folder: Folder) -> None:
    page = console.page("phone")
    page.goto(console.base)
    assert page.url.endswith("/sign-in")
    page.get_by_label("Your token").fill("cxr_guessed")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("alert").inner_text() == "This token opens nothing here."
    fits(page, 360)
    assert any("403" in said for said in console.wrong) and not console.wrong.clear()

    page.get_by_label("Your token").fill(console.token("viewer"))
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_text("person-viewer, viewer").is_visible()
    assert page.get_by_role("button", name="Approve").count() == 0
    assert page.get_by_role("link", name="Reviews").count() == 0
    access.revoke(console.engine.pilot.connection, "person-viewer")
    page.goto(console.base + "/cases")
    assert page.url.endswith("/sign-in"), "a token that is taken back ends its sessions"

    page.get_by_label("Your token").fill(console.token("approver"))
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("button", name="Approve").is_visible()
    stop = page.get_by_role("button", name="Stop every write now")
    box = stop.bounding_box()
    assert box and box["width"] > 200 and box["height"] >= 44 and box["y"] + box["height"] < 740, "in reach of a thumb"
    stop.click()
    assert "Every write is refused" in page.get_by_role("main").inner_text()
    assert KillSwitch(folder.path / ".cxready").is_on()
    assert console.wrong == []


def fits(page: Any, width: int) -> None:
    """Nothing is wider than the window, and nothing that can be pressed is too small to be."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    small = page.evaluate(
        "[...document.querySelectorAll('button:not(.plain)')].filter(b => b.getBoundingClientRect().height < 44).length"
    )
    assert small == 0, page.url


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the console did not start")
