"""Help centres of five vendors: servers on loopback that answer in the documented shapes, with paging; and exports as files."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kb_audit import live
from kb_audit.article import Article
from kb_audit.live import LiveSource
from kb_audit.sources import exports, folder
from runtime.errors import BadInput, Unreachable

WHEN = "2026-03-04T05:06:07Z"


def zendesk(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "title": f"Returns {number}", "body": f"<h2>Time</h2><p>Within {number} days.</p>", "draft": False, "locale": "en-us",
        "html_url": f"http://127.0.0.1/hc/en-us/articles/{number}", "section_id": 7, "author_id": 9, "user_segment_id": None,
        "created_at": WHEN, "updated_at": WHEN, "edited_at": "2026-01-02T00:00:00Z", **more,
    }  # fmt: skip


def intercom(number: int, **more: Any) -> dict[str, Any]:
    return {"type": "article", "id": str(number), "title": f"Fees {number}", "body": "<p>A return costs nothing.</p>", "author_id": 5,
            "state": "published", "created_at": 1772600767, "updated_at": 1772600767, "default_locale": "en", **more}  # fmt: skip


def confluence(number: int) -> dict[str, Any]:
    storage = (
        '<p>Within 14 days. <ac:link><ri:page ri:content-title="Fees 2"/></ac:link></p>'
        '<ac:structured-macro ac:name="code"><ac:parameter ac:name="language">sql</ac:parameter>'
        "<ac:plain-text-body><![CDATA[select 1 < 2]]></ac:plain-text-body></ac:structured-macro>"
        '<ac:image ac:alt="fee table"><ri:attachment ri:filename="fees.png"/></ac:image>'
    )
    return {"id": str(number), "title": f"Page {number}", "spaceId": "S", "ownerId": "ada", "createdAt": WHEN,
            "version": {"number": 4, "createdAt": WHEN}, "body": {"storage": {"value": storage}}, "_links": {"webui": f"/spaces/S/pages/{number}"}}  # fmt: skip


def freshdesk(number: int, status: int = 2) -> dict[str, Any]:
    return {"id": number, "folder_id": 4, "title": f"Article {number}", "description": "<p>Call us.</p>", "status": status, "hits": 12,
            "agent_id": 3, "created_at": WHEN, "updated_at": WHEN}  # fmt: skip


def salesforce(number: int) -> dict[str, Any]:
    return {"id": f"ka{number}", "articleNumber": f"00{number}", "title": f"Plan {number}", "urlName": f"plan-{number}", "viewCount": 44,
            "lastPublishedDate": WHEN, "versionNumber": 2, "visibleInPKB": False}  # fmt: skip


class _Vendors(BaseHTTPRequestHandler):
    """Two pages of each vendor's list."""

    seen: list[tuple[str, str]] = []  # noqa: RUF012

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {k: v[0] for k, v in parse_qs(parts.query).items()}
        self.seen.append((self.path, self.headers.get("Accept-Language", "")))
        answer = self.answer(parts.path, query)
        body = json.dumps(answer).encode()
        self.send_response(200 if answer is not None else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self, path: str, query: dict[str, str]) -> Any:
        here = f"http://{self.headers['Host']}"
        if path == "/api/v2/help_center/articles":
            second = "page[after]" in query
            found = [zendesk(3, draft=True)] if second else [zendesk(1), zendesk(2, user_segment_id=8)]
            return {
                "articles": found,
                "meta": {"has_more": not second},
                "links": {"next": f"{here}{path}?page[size]=100&page[after]=x"},
            }
        if path == "/articles":
            second = query.get("starting_after") == "c="
            pages = {"type": "pages", "next": None if second else {"starting_after": "c="}}
            return {"type": "list", "data": [intercom(2 if second else 1)], "pages": pages}
        if path == "/wiki/api/v2/pages":
            second = "cursor" in query
            links = {"base": "https://x.example/wiki"} | (
                {} if second else {"next": "/wiki/api/v2/pages?cursor=2&body-format=storage"}
            )
            return {"results": [confluence(2 if second else 1)], "_links": links}
        if path.startswith("/services/data/v62.0/support/knowledgeArticles"):
            if path.endswith("Articles"):
                return {"articles": [salesforce(1), salesforce(2)], "nextPageUrl": None}
            items = [
                {"label": "Answer", "type": "RICH_TEXT_AREA", "value": "<p>The plan costs 5 EUR.</p>"},
                {"label": "Id", "type": "ID", "value": "x"},
            ]
            return {"layoutItems": items, "lastModifiedBy": {"lastName": "Lovelace"}}
        if path == "/api/v2/solutions/categories":
            return [{"id": 1}]
        if path == "/api/v2/solutions/categories/1/folders":
            return [{"id": 4, "visibility": 3, "name": "Desk"}]
        if path == "/api/v2/solutions/folders/4/articles":
            return [freshdesk(1), freshdesk(2, status=1)]
        return None

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    _Vendors.seen.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Vendors)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def read(kind: str, address: str) -> tuple[dict[str, Article], list[str]]:
    reading = live.alone(LiveSource(kind, address), most=30, say=lambda says: None)
    return {a.id: a for a in reading.articles}, [f"{n.name}: {n.why}" for n in reading.not_read]


def test_zendesk_is_read_over_its_cursor_with_audience_and_date_of_the_last_edit(address: str) -> None:
    found, missing = read("zendesk", address)
    assert set(found) == {"zendesk/1", "zendesk/2"} and "zendesk/3: “Returns 3” is a draft" in missing
    first = found["zendesk/1"]
    assert (first.title, first.audience, first.updated, first.language) == (
        "Returns 1",
        "public",
        date(2026, 1, 2),
        "en-us",
    )
    assert first.sections[0].path == ("Returns 1", "Time") and found["zendesk/2"].audience == "user segment 8"


def test_intercom_is_read_over_its_cursor(address: str) -> None:
    found, _ = read("intercom", address)
    assert set(found) == {"intercom/1", "intercom/2"} and found["intercom/1"].updated == date(2026, 3, 4)


def test_confluence_pages_keep_links_code_and_pictures_and_lose_settings_of_macros(address: str) -> None:
    found, _ = read("confluence", address)
    page = found["confluence/1"]
    assert set(found) == {"confluence/1", "confluence/2"} and (page.version, page.owner) == ("4", "ada")
    assert page.url == "https://x.example/wiki/spaces/S/pages/1" and [link.target for link in page.links] == ["Fees_2"]
    assert (
        "select 1 < 2" in page.body and "sql" not in page.body and page.images[0].alt == "fee table" and not page.hidden
    )


def test_salesforce_fields_become_sections_and_view_counts_stay_as_they_were(address: str) -> None:
    found, _ = read("salesforce", address)
    page = found["salesforce/001"]
    assert (page.audience, page.views, page.owner, page.sections[0].heading) == ("internal", 44, "Lovelace", "Answer")
    asked = [path for path, _ in _Vendors.seen if "/ka" in path]
    assert asked and all("updateViewStat=false" in path for path in asked)
    assert all(language == "en-US" for _, language in _Vendors.seen)


def test_freshdesk_is_walked_over_categories_and_folders(address: str) -> None:
    found, missing = read("freshdesk", address)
    assert (
        set(found) == {"freshdesk/1"}
        and found["freshdesk/1"].audience == "internal"
        and found["freshdesk/1"].views == 12
    )
    assert missing == ["freshdesk/2: “Article 2” is a draft"]


def test_a_spent_budget_is_named_and_what_came_is_kept(address: str) -> None:
    reading = live.alone(LiveSource("intercom", address), most=1, say=lambda says: None)
    assert [a.id for a in reading.articles] == ["intercom/1"] and "not all articles" in reading.not_read[0].why


def test_another_service_is_said_to_be_another(address: str) -> None:
    with pytest.raises(Unreachable, match="404"):
        read("confluence-dc", address)
    with pytest.raises(BadInput, match="no address"):
        read("zendesk", "not an address")


def test_kept_answers_give_the_same_articles_without_a_network(address: str) -> None:
    from runtime.systems.exchange import Why

    kept: live.Answers = []
    source = LiveSource("freshdesk", address)
    first = live.read(source, live.asking(source, _system(address), kept, Why("read"), lambda says: None))
    assert live.replay(source, json.loads(json.dumps(kept))) == first and first.articles


def _system(address: str) -> Any:
    from runtime.systems.connect import connect
    from runtime.systems.request_budget import RequestBudget
    from runtime.systems.settings import Network, SystemSettings
    from runtime.systems.trace import Trace

    settings = SystemSettings.model_validate({"role": "knowledge", "environments": {"staging": {"url": address}}})
    return connect("k", settings, holder="agent", network=Network(), folder=Path(), budget=RequestBudget(9), trace=Trace.memory(),
                   secrets={}, anonymous=True)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("z.json", {"articles": [zendesk(1)]}),
        ("i.json", {"type": "list", "data": [intercom(1)]}),
        ("c.json", {"results": [confluence(1)]}),
        ("f.json", [freshdesk(1)]),
        (
            "s.json",
            [{**salesforce(1), "layoutItems": [{"label": "A", "type": "TEXT_AREA", "value": "The plan costs 5 EUR."}]}],
        ),
        ("pages.json", [{"articles": [zendesk(1)]}, {"articles": [zendesk(2)]}]),
    ],
)
def test_an_export_is_recognised_by_its_shape(tmp_path: Path, name: str, data: Any) -> None:
    (tmp_path / name).write_text(json.dumps(data), encoding="utf-8")
    (tmp_path / "settings.json").write_text('{"articles": 5}', encoding="utf-8")
    reading = folder.read(tmp_path)
    assert reading.articles and not reading.not_read


def test_a_salesforce_csv_is_an_export_and_another_table_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "kav.csv").write_text(
        'Title,UrlName,ArticleNumber,LastPublishedDate,IsVisibleInPkb,Answer__c\nPlans,plans,0001,2026-03-04,true,"<p>It costs 5 EUR.</p>"\n',
        encoding="utf-8",
    )
    (tmp_path / "prices.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    reading = folder.read(tmp_path)
    assert [(a.id, a.audience) for a in reading.articles] == [("salesforce/0001", "public")] and not reading.not_read
    assert exports.UNKNOWN in folder.read(tmp_path / "prices.csv").not_read[0].why
