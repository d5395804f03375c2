"""Decisions by people, as they really come: personal links, replies, the ticket's field; and everything that only looks like one.

A pilot with a case that waits, its page for links, a mail server with a mailbox, the demo's ticket system. Wrong tries of
every kind in turn, CXREADY_SOAK_COUNT of them (44 in the suite): none may act. Then the right one acts, once.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from itsdangerous import URLSafeTimedSerializer
from itsdangerous.timed import TimestampSigner

from assess.demo import estate as demo
from assess.demo.estate import RunningEstate
from assess.engagement import load_folder
from assess.piloting import running
from runtime.cases.hand_off import look_for_decision
from runtime.console.serve import serve
from runtime.engine.engine import Engine
from runtime.engine.ways_back import look_around
from runtime.escalation import answer, outbox, signed_link
from runtime.escalation.destinations import way as destination_way
from runtime.escalation.form import Handoff, Option
from runtime.escalation.link_keys import link_keys
from runtime.escalation.mailbox import ImapMailbox
from runtime.understanding.encode import Encode
from tests.harness.mail_server import PASSWORD, MailServer, message
from tests.runtime.piloted import demo_cases, piloted

SEED = int(os.environ.get("CXREADY_SOAK_SEED", "5"))
COUNT = int(os.environ.get("CXREADY_SOAK_COUNT", "44"))
PERSON, ADDRESS = "person-11", "mara.lind@desk.example"
GATEWAY = "mx.desk.example"
OURS = f"{GATEWAY}; spf=pass smtp.mailfrom=desk.example; dmarc=pass (p=reject) header.from=desk.example"

WITH_PASSWORD = destination_way.Way(secrets={"MAIL_PASSWORD": PASSWORD})


@dataclass
class Way:
    """Everything that a decision could come through."""

    engine: Engine
    estate: RunningEstate
    mail: MailServer
    links: str
    handoff: Handoff
    draw: random.Random = field(default_factory=lambda: random.Random(SEED))

    @property
    def keys(self) -> list[str]:
        return link_keys(self.engine.pilot.home)

    @property
    def ticket(self) -> dict[str, Any]:
        tickets: dict[str, dict[str, Any]] = self.estate.services["ticketing"].tickets  # type: ignore[union-attr]
        return next(t for t in tickets.values() if t["handoff_key"] == self.handoff.handoff_id)

    def token(self, option: str = "approve", person: str = PERSON, **more: Any) -> str:
        return answer.link_token(more.get("of", self.handoff), option, person, more.get("keys", self.keys))

    def post(self, token: str, headers: dict[str, str] | None = None, path: str = "d", **sent: str) -> int:
        return requests.post(f"{self.links}/{path}/{token}", data=sent, headers=headers, timeout=10).status_code

    def reply(
        self, text: str, sender: str = ADDRESS, results: str | None = OURS, above: str = "", **headers: str
    ) -> None:
        about = {"In_Reply_To": f"<{self.handoff.handoff_id}.opened.{PERSON}@desk.example>"}
        first = {"Authentication_Results": results} if results else {}
        raw = message(sender, text, **{**first, **about, **headers})
        self.mail.put(f"Authentication-Results: {above}\r\n".encode() + raw if above else raw)
        unread = ImapMailbox(self.engine.pilot.estate.escalation.answers.replies, WITH_PASSWORD, "")  # type: ignore[arg-type]
        for _ in range(5):  # the watcher of the console may be reading at the same time
            look_around(self.engine.pilot)
            if not unread.unseen():
                return
        raise AssertionError("the reply was not read")

    def set_field(self, **changes: str | None) -> None:
        ticket = self.ticket
        before = dict(ticket)
        ticket.update(changes)
        try:
            look_for_decision(self.engine.pilot, self.handoff.handoff_id)
        finally:
            ticket.update(before)

    @property
    def decided(self) -> dict[str, Any] | None:
        return answer.decision_of(self.engine.pilot.connection, self.handoff.handoff_id)

    @property
    def refunds(self) -> list[str]:
        return [refund["amount"] for refund in self.estate.records["refunds"]]


@pytest.fixture(scope="module")
def way(tmp_path_factory: pytest.TempPathFactory, encode: Encode) -> Iterator[Way]:
    home = tmp_path_factory.mktemp("decisions")
    ports = [_free(), _free()]
    with demo.start() as estate, MailServer() as mail:
        piloted(home / "northwind", estate)
        _open_ways(home / "northwind", mail, ports[1])
        folder = load_folder(home / "northwind")
        secrets = {**estate.environment(), "MAIL_PASSWORD": PASSWORD}
        with running(folder, secrets=secrets, encode=encode) as engine:
            engine.start({**demo_cases(folder)["demo-6-approval"], "case": "c-6"})
            assert engine.outcome("c-6")
            done, links = threading.Event(), []
            server = threading.Thread(
                target=serve,
                args=(engine, "person-12", ports[0]),
                kwargs={"ready": links.append, "done": done, "links_port": ports[1]},
                daemon=True,
            )
            server.start()
            _until_open(ports)
            (row,) = outbox.rows(engine.pilot.connection)
            yield Way(engine, estate, mail, f"http://127.0.0.1:{ports[1]}", row.handoff)
            done.set()
            server.join(30)


def test_a_notice_reaches_the_approver_without_any_customer_data(way: Way) -> None:
    look_around(way.engine.pilot)
    notices = [m for m in way.mail.arrived() if str(m["X-Cxready-Key"]).endswith(f"opened.{PERSON}")]
    assert len(notices) == 1 and ADDRESS in str(notices[0]["To"])
    text = notices[0].get_content() + str(notices[0]["Subject"])
    assert re.search(rf"{way.links}/d/\S+", text) and "Decide until" in text
    customer, words = way.handoff.customer, way.handoff.quote.split()
    for told in (
        customer.ref,
        customer.display,
        "24.99",
        way.handoff.ask.question,
        way.handoff.quote,
        *(w for w in words if len(w) > 6),
    ):
        assert told not in text
    for fact in way.handoff.facts:
        assert not isinstance(fact.value, str) or fact.value not in text


def test_no_wrong_decision_of_any_kind_acts(way: Way) -> None:
    kinds, happened = wrong_ways(way), Counter[str]()
    for n in range(COUNT):
        name = list(kinds)[n % len(kinds)]
        kinds[name]()
        happened[name] += 1
        assert way.decided is None, name
        assert way.refunds == [], name
    print(f"wrong decisions: {sum(happened.values())} tries of {len(happened)} kinds, none acted")


def test_opening_the_link_decides_nothing_and_the_page_shows_what_is_asked(way: Way) -> None:
    page = requests.get(f"{way.links}/d/{way.token(answer.CHOOSE)}", timeout=10)
    assert page.status_code == 200 and way.handoff.ask.question in page.text
    assert 'value="approve"' in page.text and 'value="refuse"' in page.text and "<script" not in page.text
    assert page.headers["Cache-Control"] == "no-store" and page.headers["Referrer-Policy"] == "same-origin"
    assert way.decided is None


def test_the_right_decision_acts_once_and_its_result_stands_on_the_ticket_once(way: Way) -> None:
    token = way.token(answer.CHOOSE)
    shown = re.search(r'name="shown" value="([^"]+)"', requests.get(f"{way.links}/d/{token}", timeout=10).text)
    assert shown
    decide(way, token, shown[1])
    line = way.engine.outcome("c-6")
    assert line and line["outcome"] == "resolved" and way.refunds == ["24.99"]

    kinds = wrong_ways(way)
    assert way.post(token, option="approve") == 410, "a replay is told, and does nothing"
    assert way.post(way.token("refuse"), option="refuse") == 410
    way.reply(f"REFUSE {way.handoff.return_.code}")
    way.set_field(decision="decline", decided_by="person-12")
    kinds["a forged link"]()
    assert way.decided and way.decided["option"] == "approve" and way.refunds == ["24.99"]

    for _ in range(3):
        look_around(way.engine.pilot)
    comments = [c["text"] for c in way.estate.services["ticketing"].comments if c["ticket_id"] == way.ticket["id"]]  # type: ignore[union-attr]
    assert len(comments) == 1 and comments[0].startswith("Result: decided “approve”. Done: ")
    kept = way.engine.pilot.connection.execute("select opened_s, asked_again from decision_feedback").fetchall()
    assert len(kept) == 1 and 0 <= kept[0][0] < 60 and kept[0][1] == 1


def decide(way: Way, token: str, shown: str) -> None:
    """On a phone's browser, as the approver would; over plain HTTP where none is installed."""
    chromium = shutil.which("chromium")
    if chromium is None:
        assert way.post(token, option="approve", shown=shown, asked_again="yes") == 200
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 360, "height": 740})
        page.goto(f"{way.links}/d/{token}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.get_by_label("I had to ask the customer again").check()
        page.get_by_role("button", name="Approve").click()
        assert "Your decision was recorded" in page.get_by_role("status").inner_text()
        browser.close()


def wrong_ways(way: Way) -> dict[str, Callable[[], object]]:
    """Each kind by name; calling it tries once, with something drawn anew."""
    of, draw, code = way.handoff, way.draw, way.handoff.return_.code
    other = of.model_copy(update={"handoff_id": "h_" + "0" * 20})
    dearer = of.model_copy(update={"ask": of.ask.model_copy(update={"options": (Option(id="approve", says="9999", effect="sha256:9"), *of.ask.options[1:])})})  # fmt: skip

    def flipped() -> str:
        token = list(way.token())
        at = draw.randrange(len(token) - 1)
        token[at] = "A" if token[at] != "A" else "B"
        return "".join(token)

    return {
        "a mail scanner fetches the link": lambda: requests.get(f"{way.links}/d/{way.token()}", timeout=10),
        "a mail scanner asks for the head": lambda: requests.head(f"{way.links}/d/{way.token()}", timeout=10),
        "a forged link": lambda: way.post(flipped(), option="approve"),
        "a link signed by somebody else": lambda: way.post(way.token(keys=[f"other-{draw.random()}"]), option="approve"),
        "an expired link": lambda: way.post(_old(way), option="approve"),
        "a link about another amount": lambda: way.post(way.token(of=dearer), option="approve"),
        "a link about another case": lambda: way.post(way.token(of=other), option="approve"),
        "a link of a person who may not decide": lambda: way.post(way.token(person="person-61"), option="approve"),
        "the agent's own credential": lambda: way.post(way.token(person=_agent(way)), option="approve"),
        "an option that nobody offered": lambda: way.post(way.token(answer.CHOOSE), option=draw.choice(["pay", "", "approve "])),
        "a form of a megabyte": lambda: way.post(way.token(answer.CHOOSE), option="approve", padding="x" * 1_000_000),
        "another host's address": lambda: way.post(way.token(), {"Host": "evil.example"}, option="approve"),
        "without a link and without signing in": lambda: way.post(of.handoff_id, {"X-Person": PERSON}, "h", option="approve", digest=of.action_digest()),
        "approved in free text": lambda: way.reply(draw.choice(["Approved.", f"I do not approve {code}", f"approve it ({code})", "yes"])),
        "the code in quoted text": lambda: way.reply(f"I am out of office until Monday.\n\n> APPROVE {code}"),
        "an automatic answer": lambda: way.reply(f"APPROVE {code}", Auto_Submitted="auto-replied"),
        "another code": lambda: way.reply(f"APPROVE {draw.choice(['2222', 'ABCD', code[::-1] if code[::-1] != code else 'ZZZZ'])}"),
        "both decisions at once": lambda: way.reply(f"APPROVE {code}\nREFUSE {code}"),
        "a reply that nobody vouches for": lambda: way.reply(f"APPROVE {code}", results=None),
        "a reply that failed DMARC": lambda: way.reply(f"APPROVE {code}", results=OURS.replace("dmarc=pass", "dmarc=fail")),
        "a reply vouched for by its sender": lambda: way.reply(f"APPROVE {code}", results="mx.evil.example; dmarc=pass header.from=desk.example"),
        "a vouching header below our gateway's": lambda: way.reply(f"APPROVE {code}", above=f"{GATEWAY}; dmarc=fail header.from=desk.example"),
        "vouched for another domain": lambda: way.reply(f"APPROVE {code}", results=OURS.replace("header.from=desk.example", "header.from=desk.example.evil.example")),
        "a reply of somebody else": lambda: way.reply(f"APPROVE {code}", sender="other@desk.example"),
        "two senders": lambda: way.reply(f"APPROVE {code}", sender=f"{ADDRESS}, other@desk.example"),
        "a name that looks like the approver": lambda: way.reply(f"APPROVE {code}", sender=f'"{ADDRESS}" <someone@evil.example>'),
        "approved in the ticket's text": lambda: way.set_field(body=way.ticket["body"] + "\nDECISION: approve"),
        "a closed ticket": lambda: way.set_field(status="closed"),
        "a decision by nobody": lambda: way.set_field(decision="approve", decided_by=None),
        "a decision by somebody else": lambda: way.set_field(decision="approve", decided_by="person-61"),
        "a decision by who wrote the ticket": lambda: way.set_field(decision="approve", decided_by=way.ticket["created_by"]),
        "a decision on another ticket": lambda: way.set_field(decision="approve", decided_by=PERSON, handoff_key="h_other"),
        "a word that is none of the options": lambda: way.set_field(decision=draw.choice(["ok", "approve?", "maybe", "not approved"]), decided_by=PERSON),
        "the console with another action's digest": lambda: answer.decide_in_console(
            way.engine.pilot.connection, "approve", PERSON, of, dearer.action_digest(), answer.Rules(frozenset({PERSON})), now=datetime.now(UTC)
        ),
        "after the deadline": lambda: answer.decide_in_console(
            way.engine.pilot.connection, "approve", PERSON, of, of.action_digest(), answer.Rules(frozenset({PERSON})), now=datetime.now(UTC) + timedelta(days=draw.randint(4, 400))
        ),
    }  # fmt: skip


def _old(way: Way) -> str:
    """A link that was signed eight days ago, with our own key."""

    class Then(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time()) - 8 * 24 * 3600

    made = signed_link.serializer(way.keys)
    payload = made.loads(way.token())
    return str(
        URLSafeTimedSerializer(way.keys, salt=signed_link.SALT, signer=Then, signer_kwargs=made.signer_kwargs).dumps(
            payload
        )
    )


def _agent(way: Way) -> str:
    credentials = [c for s in way.engine.pilot.estate.systems.values() for c in s.credentials.values()]
    return next(c.client_id for c in credentials if c.client_id) or ""


def _open_ways(folder: Path, mail: MailServer, port: int) -> None:
    """The desk's people, links, replies and a mail server, added to the demo's escalation.yaml."""
    path = folder / "escalation.yaml"
    text = path.read_text(encoding="utf-8").replace(
        "destinations:\n", f"destinations:\n  notices: {{kind: smtp, server: '{mail.smtp}', tls: none, sender: cx@desk.example, to: desk@desk.example}}\n", 1
    )  # fmt: skip
    text += f"""
people:
  {PERSON}: {{mail: {ADDRESS}}}
answers:
  address: http://127.0.0.1:{port}
  send_by: notices
  replies: {{server: '{mail.imap}', tls: none, user: cx@desk.example, password: "${{MAIL_PASSWORD}}", authserv_id: {GATEWAY}}}
"""
    path.write_text(text, encoding="utf-8")
    from tests.runtime.piloted import write_gate

    write_gate(folder)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _until_open(ports: list[int]) -> None:
    until = time.monotonic() + 20
    for port in ports:
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
