"""Values of systems against articles: read once from a real server, compared with every sentence that speaks of them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assess.engagement import load_folder
from kb_audit.artifact import KnowledgeAudit
from kb_audit.claims import claims
from kb_audit.collecting import ARTIFACTS, DERIVER
from kb_audit.probes.agrees_with_systems import AgreesWithSystems
from kb_audit.sources import markdown
from kb_audit.system_agreement import HeldValue, claim_of_value, spoken_of
from kb_audit.system_readings import GATHERER, SystemValues
from probes.bundle import Bundle
from probes.finding import EVERYWHERE, State, Subject
from probes.gather.planning import plan
from probes.gather.run import collect
from runtime.errors import BadInput
from runtime.system_values import SystemValue
from runtime.understanding.encode import Encode

POLICY = {"return_days": 14, "sim_fee": "12.00", "agent": "Marta Keller", "open": True}
DESCRIPTION = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/policies/{kind}": {
            "get": {
                "operationId": "getPolicy",
                "parameters": [{"name": "kind", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"200": {"description": "the policy"}},
            },
            "delete": {"operationId": "dropPolicy", "responses": {"204": {"description": "gone"}}},
        }
    },
}
ENGAGEMENT = """format: 1
organisation: Northwind
systems:
  shop:
    role: other
    protocol: rest
    description: descriptions/shop.json
    environments: {{staging: {{url: "{address}"}}}}
    credentials: {{agent: {{scheme: bearer, token: "${{SHOP_TOKEN}}"}}}}
knowledge:
  sources: [pages/]
  system_values:
    - says: "You can return a device within {{}} of delivery."
      read: shop.getPolicy
      with: {{kind: phones}}
      at: /return_days
      unit: days
    - {{says: "A new SIM card costs {{}}.", read: shop.getPolicy, with: {{kind: phones}}, at: /sim_fee, unit: EUR}}
{more}"""
GOALS = """format: 1
device-return:
  category: returns
  utterances: ["how many days do I have to return a device"]
  slots: {kind: {from: utterance}}
  steps: [{call: shop.getPolicy, with: {kind: kind}}]
"""
PAGE = "# Return a device\n\n## Return period\n\nA device can be returned within {} after it was delivered. A new SIM card costs 12 EUR.\n"


class _Shop(BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.asked.append(self.path)
        text = json.dumps(POLICY).encode()
        self.send_response(200 if self.path == "/policies/phones" else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(_Shop, "asked", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def write(folder: Path, address: str, period: str, more: str = "") -> Path:
    for name, text in {
        "engagement.yaml": ENGAGEMENT.format(address=address, more=more),
        "goals.yaml": GOALS,
        "descriptions/shop.json": json.dumps(DESCRIPTION),
        "pages/return.md": PAGE.format(period),
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def collected(folder: Path, encode: Encode) -> Bundle:
    estate = load_folder(folder).estate
    kinds = {kind.kind: kind for kind in ARTIFACTS}
    done = collect(
        estate, folder=folder, kinds=kinds, gatherers=[GATHERER], derivers=[DERIVER], encode=encode, secrets={"SHOP_TOKEN": "s3cret"},
        plan=plan(estate, [GATHERER]),
    )  # fmt: skip
    return Bundle.open(done.bundle_path)


def outcome(bundle: Bundle) -> tuple[State, str]:
    audit = bundle.get(KnowledgeAudit, Subject(unit=EVERYWHERE))
    assert isinstance(audit, KnowledgeAudit), audit
    said = AgreesWithSystems().judge(audit.of_workflow("device-return"))
    return said.state, said.title + " ".join(f" {e.says} {e.facts}" for e in said.evidence)


@pytest.mark.parametrize(
    ("period", "state", "says"),
    [
        (
            "30 days",
            State.NOT_MET,
            "the article says ≤ 30 days; shop.getPolicy(kind=phones) /return_days holds ≤ 14 days",
        ),
        ("two weeks", State.MET, "2 values"),
    ],
)
def test_an_article_is_compared_with_what_the_system_answers(
    tmp_path: Path, address: str, encode: Encode, period: str, state: State, says: str
) -> None:
    found, said = outcome(collected(write(tmp_path, address, period), encode))
    assert found is state and says in said, said
    assert _Shop.asked == ["/policies/phones"], "two values of one answer are one request"


def test_only_values_are_kept_and_only_reads_are_sent(tmp_path: Path, address: str, encode: Encode) -> None:
    more = """    - {says: "Ask {} for help.", read: shop.getPolicy, with: {kind: phones}, at: /agent}
    - {says: "We are open for {}.", read: shop.getPolicy, with: {kind: phones}, at: /open, unit: days}
    - {says: "It takes {}.", read: shop.getPolicy, with: {kind: phones}, at: /nowhere, unit: days}
    - {says: "It takes {} then.", read: shop.getPolicy, with: {kind: gone}, at: /days, unit: days}
    - {says: "It goes in {}.", read: shop.dropPolicy, with: {kind: phones}, at: /days, unit: days}
"""
    bundle = collected(write(tmp_path, address, "14 days", more), encode)
    read = bundle.get(SystemValues, Subject(unit="shop"))
    assert isinstance(read, SystemValues)
    assert [each.value for each in read.values] == ["14", "12.00", "", "", "", "", ""]
    assert [word in each.why for word, each in zip(("makes no", "makes no", "nothing at /nowhere", "404", "no read"), read.values[2:], strict=True)] == [True] * 5  # fmt: skip
    assert "Marta" not in read.model_dump_json(), "what is no value may be a person"
    assert outcome(bundle)[0] is State.NOT_MEASURED
    assert sorted(_Shop.asked) == ["/policies/gone", "/policies/phones"]


def test_the_plan_names_one_request_for_each_read(tmp_path: Path, address: str) -> None:
    lines = GATHERER.plan(load_folder(write(tmp_path, address, "14 days")).estate)
    assert [(line.system, line.method, line.path, line.count, line.access) for line in lines] == [
        ("shop", "GET", "/policies/{kind}", 1, "read")
    ]


def test_a_system_that_does_not_answer_makes_the_question_unmeasured(tmp_path: Path, encode: Encode) -> None:
    state, said = outcome(collected(write(tmp_path, "http://127.0.0.1:9", "30 days"), encode))
    assert state is State.NOT_MEASURED and "2 values" in said, said


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('    - {says: "It takes {}.", read: stock.getPolicy, at: /days}', "`stock` is no system"),
        ('    - {says: "It takes days.", read: shop.getPolicy, at: /days}', "{} once"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(tmp_path: Path, address: str, line: str, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        load_folder(write(tmp_path, address, "14 days", line + "\n"))
    assert says in str(refused.value) and "engagement.yaml:19" in str(refused.value)


SAID = """# Devices

A device can be returned within {days} after it was delivered. Repairs take 5 days.
Business customers can return a device within 60 days of delivery. The hotline answers within 30 minutes.
"""


@pytest.mark.parametrize(("days", "differs"), [("30 days", True), ("14 days", False), ("2 weeks", False)])
def test_sentences_about_other_things_or_other_customers_are_left_alone(
    encode: Encode, days: str, differs: bool
) -> None:
    value = SystemValue(
        says="You can return a device within {} of delivery.", read="shop.getPolicy", at="/d", unit="days"
    )
    stated = list(claims(markdown.parse("a.md", SAID.format(days=days))))
    spoken = spoken_of(stated, [HeldValue(value, "14"), HeldValue(value, why="404")], encode)
    assert [(stated[each.claim].text.split()[1], bool(each.says)) for each in spoken[0]] == [("device", differs)]
    assert spoken[1] == [], "what is not known contradicts nothing"


@pytest.mark.parametrize(
    ("unit", "held", "stated"),
    [("days", "14", "≤ 14 days"), ("EUR", "9.90", "≤ 9.9 EUR"), ("%", "5", "≤ 5 %"), ("", "2 weeks", "≤ 14 days"), ("", "soon", None), ("days", "x" * 50, None)],
)  # fmt: skip
def test_a_value_is_read_with_its_unit(unit: str, held: str, stated: str | None) -> None:
    value = SystemValue(says="The customer gets this within {}.", read="shop.getPolicy", at="/d", unit=unit)
    claim = claim_of_value(value, held)
    assert (claim.stated() if claim else None) == stated
