"""One engagement from request to bundle: packed for IT, collected with its plan behind a company's proxy, handed back.

The proxy has its own CA, asks for a password, writes down every request, and plants canaries in every answer: secrets
that a system should not tell, and the caller's own credential.
"""

from __future__ import annotations

import json
import pickle
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import trustme
from filelock import FileLock

from assess.demo.estate import RunningEstate, start
from assess.demo.folder import write_folder
from assess.demo.tokens import demo_environment
from tests.harness.command import Said, command
from tests.harness.corporate_proxy import CorporateProxy
from tests.harness.faults import Answer

PROXY_USER, PROXY_PASSWORD = "scout", "canary-proxy-7f31c0de"
PLANTED = {
    "password": "canary-password-51aa90",
    "api_key": "canary-api-key-c4402b",
    "session_id": "canary-session-9d07e1",
}
COOKIE = "canary-cookie-2288fe"


@dataclass(frozen=True)
class Arrived:
    """A request as the proxy saw it, in the order of arrival."""

    method: str
    host: str
    path: str
    run: str


@dataclass(frozen=True)
class BoundRun:
    """`folder`: the consultant's; `it`: the unpacked package; `counts`: requests that the systems themselves counted."""

    folder: Path
    archive: Path
    it: Path
    asked: Said
    planned: Said
    collected: Said
    arrived: list[Arrived]
    counts: dict[str, int]
    sent_before: int
    tokens: list[str] = field(repr=False)

    @property
    def engagement(self) -> Path:
        return self.it / "engagement"

    @property
    def plan(self) -> Path:
        return self.it / "plan.json"

    @property
    def bundle(self) -> Path:
        return max((self.engagement / "bundles").glob("*.zip"))

    @property
    def secrets(self) -> list[str]:
        """Every value that must stand nowhere: what was set, what was issued, what answers told."""
        own = [value for name, value in demo_environment().items() if name.endswith(("_SECRET", "_PASSWORD"))]
        return [*own, *self.tokens, *PLANTED.values(), COOKIE, PROXY_PASSWORD]

    def lines(self) -> list[dict]:  # type: ignore[type-arg]
        return json.loads(self.plan.read_text(encoding="utf-8"))["lines"]  # type: ignore[no-any-return]

    def log(self) -> list[dict]:  # type: ignore[type-arg]
        said = command("evidence", "log", self.engagement, "--json")
        assert said.code == 0, said
        return [json.loads(line) for line in said.out.splitlines()]

    def manifest(self) -> dict:  # type: ignore[type-arg]
        place = max((self.engagement / "bundles").glob("*/manifest.json"))
        return json.loads(place.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def made_once(factory: pytest.TempPathFactory, worker: str) -> BoundRun:
    """Made by whichever test process comes first; the others read it."""
    shared = factory.getbasetemp() if worker == "master" else factory.getbasetemp().parent
    done = shared / "bound-run.pickle"
    with FileLock(shared / "bound-run.lock"):
        if not done.is_file():
            done.write_bytes(pickle.dumps(_made(shared / "bound-run")))
    found = pickle.loads(done.read_bytes())
    assert isinstance(found, BoundRun)
    return found


def _made(place: Path) -> BoundRun:
    authority = trustme.CA(organization_name="Acme Web Gateway")
    with start() as estate:
        hosts = {f"{name}.corp.example": url for name, url in estate.urls.items()}
        way = (PROXY_USER, PROXY_PASSWORD)
        with CorporateProxy(hosts, authority, password=way, tells=_planted) as proxy:
            folder = place / "consultant"
            write_folder(folder, estate)
            proxy.trust(folder / "company-ca.pem")
            _behind(folder, estate)
            archive = place / "northwind-request.zip"
            asked = command("request", folder, "-o", archive)
            assert asked.code == 0, asked
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(place / "it")
            it = next((place / "it").iterdir())
            env = estate.environment() | {"HTTPS_PROXY": proxy.url_with(*way)}
            planned = command("collect", it / "engagement", "--dry-run", env=env)
            before = len(proxy.log)
            named = ("--plan", it / "plan.json", "--approved-by", "Ada Change")
            collected = command("-vv", "collect", it / "engagement", *named, env=env)
            assert collected.code == 0, collected.err[-3000:]
            issued = list(estate.services["identity"].tokens._grants)  # type: ignore[union-attr]
            arrived = [Arrived(p.method, p.host, p.path, p.run) for p in proxy.log]
            return BoundRun(
                folder, archive, it, asked, planned, collected, arrived, dict(estate.counts), before, issued
            )


def _behind(folder: Path, estate: RunningEstate) -> None:
    """The engagement as a company behind a proxy writes it: names instead of addresses, its own CA."""
    path = folder / "engagement.yaml"
    text = path.read_text(encoding="utf-8")
    for name, url in estate.urls.items():
        text = text.replace(url, f"https://{name}.corp.example")
    text = re.sub(r"^network:.*\n", "", text, flags=re.MULTILINE)
    path.write_text(text + '\nnetwork: {proxy: "${HTTPS_PROXY}", ca: company-ca.pem}\n', encoding="utf-8")


def _planted(answer: Answer, asked: Mapping[str, str]) -> Answer:
    """The answer with canaries in its body, a cookie, and the caller's own credential told back."""
    echo = next((v for k, v in asked.items() if k.lower() == "authorization"), "nobody")
    headers = [*answer.headers, ("Set-Cookie", f"sid={COOKIE}; Path=/"), ("X-Echo", echo)]
    try:
        body = json.loads(answer.body)
    except ValueError:
        return replace(answer, headers=headers)
    if isinstance(body, dict) and "access_token" not in body:
        body |= {**PLANTED, "asked_by": f"the caller said {echo}"}
        headers = [(k, v) for k, v in headers if k.lower() != "content-length"]
        return replace(answer, headers=headers, body=json.dumps(body).encode())
    return replace(answer, headers=headers)
