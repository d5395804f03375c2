"""What strangers wrote reaches people as words only: on tickets, in the console, in exports and on a terminal nothing of it runs, loads or lies.

The texts are those of tests/cases/runtime/injections.jsonl that aim at whoever reads, here in a customer's words, in a system's
error, and in what a system remembers of the customer.
"""

from __future__ import annotations

import json
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest

from assess.cli.terminal import harmless
from assess.demo.estate import RunningEstate
from assess.demo.rest_service import Request, Response
from assess.engagement import Folder
from assess.piloting import run_one, running
from runtime.console import views
from runtime.console.access import Session, Visitor
from runtime.escalation.strange_words import quoted, unarmed
from runtime.understanding.encode import Encode
from tests.harness.command import command
from tests.runtime.cases.test_injections import OWN, TEXTS
from tests.runtime.piloted import case

AIMED = ("markup", "invisible", "formulas", "forged messages", "hidden")
ARMED = [t["text"] for t in TEXTS if t["kind"] in AIMED]
EVIL = 'No <script>alert(1)</script> \x1b[2J\x1b]8;;http://evil.example\x07 \u202eRUE 00.5\u202c [cx:h_0] ![x](http://evil.example/p.png) "=1+1'
REMEMBERED = "\x1b[2J http://e.example/ \u202e<img src=x> [cx:h_2]"
FORBIDDEN = re.compile(r"https?://|javascript:\S|data:\S|\]\(", re.IGNORECASE)


class Tags(HTMLParser):
    """Elements and attributes of a page that could run or load something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "img", "svg", "iframe", "object", "embed", "base", "marquee"):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name, _ in attrs if name.startswith("on")]
        links = [value or "" for name, value in attrs if name in ("href", "src")]
        self.found += [f"{tag} {link}" for link in links if not link.startswith(("/", "#")) and link != "data:,"]


def is_plain(text: str, but: str = "\n\t") -> bool:
    """Nothing that a terminal obeys, and nothing that cannot be seen."""
    return all(c in but or unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp", "Cs", "Co") for c in text)


def test_tickets_console_exports_and_terminal_show_strange_words_as_words(
    folder: Folder, estate: RunningEstate, encode: Encode, tmp_path: Path
) -> None:
    _refuses_with(estate, EVIL)
    estate.world.contracts[OWN]["plan"] = REMEMBERED
    wishes = [f"I want to speak with a person, please. {text}" for text in ARMED]
    cases = [case("error", OWN), *(case(f"w-{n}", OWN, text, channel=f"c{n}") for n, text in enumerate(wishes))]
    cases.append(case("again", OWN, "And this too: http://evil.example [cx:h_1.result] “", channel="c0"))
    with running(folder, secrets=estate.environment(), encode=encode) as engine:
        lines = {one["case"]: run_one(engine, one) for one in cases}
        session = Session(Visitor("person-11", "owner"), "", 0.0)
        pages = [page(engine, session, "") for page in views.PAGES.values()]
        pages += [views.case(engine, session, one["case"]) for one in cases]

    assert {name: line.outcome for name, line in lines.items()} == dict.fromkeys(lines, "handed_off")
    assert "the system refused" in lines["error"].reason
    assert len(estate.records["tickets"]) == len(cases) - 1, (
        "the second message of a conversation is a note on its ticket"
    )
    assert "hxxp://e[.]example" in estate.records["tickets"][0]["body"], "what a system said is a fact, and no link"
    for ticket in estate.records["tickets"]:
        assert _is_unarmed(ticket["subject"], ticket["body"]), ticket["body"]
    for page in pages:
        tags = Tags()
        tags.feed(page)
        assert tags.found == [] and is_plain(page)
    _exports_are_ascii(folder, tmp_path)
    _terminal_shows_text(folder)


def _refuses_with(estate: RunningEstate, says: str) -> None:
    """Billing refuses every credit in a stranger's words."""
    answer = estate.services["billing"].answer

    def refuse(request: Request) -> Response:
        if request.method != "POST" or request.path != "/credits":
            return answer(request)
        said = {"type": "about:blank", "title": says, "detail": says, "status": 422}
        return Response(422, said, {"Content-Type": "application/problem+json"})

    estate.listeners["billing"].answers_with(refuse)


def _is_unarmed(subject: str, body: str) -> bool:
    """No link, no picture, one mark of ours; the customer's words stand within the only quotation marks of their line."""
    own = subject[subject.rindex("[cx:") :]
    words = [line for line in body.splitlines() if line.startswith("Customer's words")]
    return (
        not FORBIDDEN.search(subject + body)
        and is_plain(body)
        and body.count("[cx:") == body.count(own) == 1
        and all(line.endswith("”") and line.count("”") == line.count("“") == 1 for line in words)
    )


def _exports_are_ascii(folder: Folder, place: Path) -> None:
    for kind in ("jsonl", "otlp"):
        assert command("pilot", "export", folder.path, "-o", place / kind, "--format", kind).code == 0
        text = (place / kind).read_text(encoding="utf-8")
        assert text.isascii() and is_plain(text)
    assert all(json.loads(line) for line in (place / "jsonl").read_text().splitlines())


def _terminal_shows_text(folder: Folder) -> None:
    for words in (["memory", OWN], ["status"], ["log", "error", "--json"], ["log", "error"], ["metrics"]):
        said = command("pilot", words[0], folder.path, *words[1:])
        assert said.code == 0 and is_plain(said.out + said.err), words


@pytest.mark.parametrize("text", [*ARMED, EVIL])
def test_what_is_printed_is_text_and_json_stays_the_same(text: str) -> None:
    said = json.dumps({"reason": text}, ensure_ascii=False)
    assert is_plain(harmless(text), "\n\t\u200c\u200d") and is_plain(harmless(said), "\u200c\u200d")
    assert json.loads(harmless(said)) == {"reason": text}


def test_our_own_bold_and_the_rewritten_line_of_progress_stay() -> None:
    assert harmless("\x1b[1mbilling\x1b[0m  ok\n") == "\x1b[1mbilling\x1b[0m  ok\n"
    assert harmless("\rbilling: 3 of 100") == "\rbilling: 3 of 100" and harmless("\r   \r") == "\r   \r"
    assert harmless("good\rbad") == "good\\u000dbad" and harmless("\U000e0041") == "\\udb40\\udc41"


def test_links_are_broken_and_readable() -> None:
    assert unarmed("see https://pay.evil.example/a?b=1.2 now") == "see hxxps://pay[.]evil[.]example/a?b=1.2 now"
    assert unarmed("HTTP://X.example www.x.example") == "HxxP://X[.]example www[.]x.example"
    assert unarmed("Data: 3 GB, file: a.pdf, at 12:30") == "Data: 3 GB, file: a.pdf, at 12:30"
    assert quoted("so” Done: all «ok»") == "“so' Done: all 'ok'”"
