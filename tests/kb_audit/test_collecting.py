"""Live sources in a collection: planned, fetched with the system's own credential, kept, and audited from what was kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assess.engagement import load_folder
from kb_audit.artifact import KnowledgeAudit
from kb_audit.collecting import ARTIFACTS, DERIVER, GATHERER, planned
from probes.gather.planning import plan
from probes.gather.run import CollectResult, collect
from runtime.understanding.encode import Encode

ENGAGEMENT = """format: 1
organisation: Northwind
systems:
  help:
    role: knowledge
    environments: {{staging: {{url: "{address}"}}}}
    credentials: {{audit: {{scheme: bearer, token: "${{HELP_TOKEN}}"}}}}
knowledge:
  sources: [pages/, "zendesk:help", "sitemap:{address}/help/a"]
  retired: [ReturnPoint]
  review_days: {{policy: 30}}
"""


class _Help(BaseHTTPRequestHandler):
    tokens: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        if self.path.startswith("/api/v2/help_center/articles"):
            self.tokens.append(self.headers.get("Authorization", ""))
            body = "<p>A return is free. Open ReturnPoint to print the label.</p>"
            article = {
                "id": 7,
                "title": "Returns",
                "body": body,
                "section_id": 1,
                "user_segment_id": None,
                "updated_at": "2026-01-02T00:00:00Z",
            }
            return self.give("application/json", json.dumps({"articles": [article], "meta": {"has_more": False}}))
        if self.path == "/help/a":
            self.tokens.append(self.headers.get("Authorization", ""))
            return self.give("text/html", "<h1>Shops</h1><p>Our shops open at nine.</p>")
        self.send_error(404)

    def give(self, kind: str, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(_Help, "tokens", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Help)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "engagement.yaml").write_text(
        ENGAGEMENT.format(address=f"http://127.0.0.1:{server.server_port}"), encoding="utf-8"
    )
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "fees.md").write_text("# Fees\n\nA new card costs 5 EUR.\n", encoding="utf-8")
    yield tmp_path
    server.shutdown()


def run(folder: Path, encode: Encode) -> CollectResult:
    estate = load_folder(folder).estate
    return collect(
        estate, folder=folder, kinds={kind.kind: kind for kind in ARTIFACTS}, gatherers=[GATHERER], derivers=[DERIVER], encode=encode,
        secrets={"HELP_TOKEN": "s3cret-token"}, plan=plan(estate, [GATHERER]),
    )  # fmt: skip


def test_the_plan_names_each_source_with_its_most_requests(folder: Path) -> None:
    lines = planned(load_folder(folder).estate)
    assert [(line.system, line.path, line.count) for line in lines] == [
        ("help", "/api/v2/help_center/articles", 60), ("knowledge", "/{page}", 90),
    ]  # fmt: skip


def test_live_sources_are_read_once_and_audited_from_what_was_kept(folder: Path, encode: Encode) -> None:
    done = run(folder, encode)
    kept = {p.name: p.read_text("utf-8") for p in (done.bundle_path / "artifacts").rglob("*.json")}
    found = KnowledgeAudit.model_validate_json(
        next(text for text in kept.values() if '"knowledge_audit"' in text or '"mend_first"' in text)
    )
    assert {a.id for a in found.articles} == {"fees.md", "zendesk/7", "help/a"}, found.not_read
    assert [f.sides[0].article for f in found.findings if f.verdict == "gone_reference"] == ["zendesk/7"], (
        "listed as retired"
    )
    assert _Help.tokens == ["Bearer s3cret-token", ""], "the system's credential for its articles, none for the site"
    assert not any("s3cret-token" in text for text in kept.values())
    assert sum("wiki_pages" in str(p) for p in (done.bundle_path / "artifacts").rglob("*.json")) == 2


def test_a_system_that_is_not_there_is_named(folder: Path, encode: Encode) -> None:
    text = (folder / "engagement.yaml").read_text("utf-8").replace("zendesk:help", "zendesk:desk")
    (folder / "engagement.yaml").write_text(text, encoding="utf-8")
    done = run(folder, encode)
    told = " ".join(path.read_text("utf-8") for path in done.bundle_path.rglob("*.json"))
    assert "there is no system desk" in told
