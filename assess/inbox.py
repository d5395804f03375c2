"""What lies in an inbox, told by content, never by name alone: descriptions, recordings, articles, ticket exports; and of
everything else why it is of no use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["openapi", "wsdl", "graphql", "openrpc", "postman", "har", "article", "tickets", "unknown"]
DESCRIPTIONS: tuple[Kind, ...] = ("openapi", "wsdl", "graphql", "openrpc", "postman", "har")
START = 64_000
MOST_JSON = 60_000_000
_SDL = re.compile(r"(?m)^\s*(?:extend\s+)?type\s+(?:Query|Mutation)\b|^\s*schema\s*\{")
_OPENAPI = re.compile(r"(?m)^\s*[\"']?openapi[\"']?\s*:\s*[\"']?3\.[012]")
_SWAGGER = re.compile(r"(?m)^\s*[\"']?swagger[\"']?\s*:\s*[\"']?2\.")
_WSDL = re.compile(r"<(?:\w+:)?(?:definitions|description)\b[^>]*(?:schemas\.xmlsoap\.org/wsdl|www\.w3\.org/ns/wsdl)")
_BINARY = {b"%PDF": "a PDF: export its text as Markdown or HTML", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture",
           b"\x1f\x8b": "an archive: unpack it", b"7z\xbc\xaf": "an archive: unpack it"}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """One file. `says`: what it was taken for and by what, or why not."""

    file: Path
    kind: Kind
    says: str


def recognise(file: Path) -> Found:
    """What a file is, from its first 64,000 bytes, or the whole of it where only that tells."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(START)
    except OSError as error:
        return Found(file, "unknown", f"cannot be read ({error.strerror})")
    if not raw.strip(b"\0 \r\n\t"):
        return Found(file, "unknown", "empty")
    if mark := next((says for start, says in _BINARY.items() if raw.startswith(start)), None):
        return Found(file, "unknown", mark)
    text = raw.decode("utf-8", "replace")
    for look in LOOKS:
        if found := look(file, text):
            return found
    return Found(file, "unknown", _why_not(file, text))


def _xml(file: Path, text: str) -> Found | None:
    if not text.lstrip("\ufeff \r\n\t").startswith("<"):
        return None
    if _WSDL.search(text) or re.search(r"<(?:\w+:)?definitions\b", text):
        return Found(file, "wsdl", "WSDL: root element `definitions`")
    if re.search(r"<(?:\w+:)?schema\b[^>]*XMLSchema", text):
        return Found(file, "unknown", "an XML Schema: put the WSDL that imports it here too")
    return None


def _json(file: Path, text: str) -> Found | None:
    if not text.lstrip("\ufeff \r\n\t").startswith("{") or file.stat().st_size > MOST_JSON:
        return None
    loaded = _loaded(file)
    if loaded is None:
        return None
    if str(loaded.get("openapi", "")).startswith("3."):
        return Found(file, "openapi", f"OpenAPI {loaded['openapi']}: member `openapi`")
    if "openrpc" in loaded:
        return Found(file, "openrpc", f"OpenRPC {loaded['openrpc']}: member `openrpc`")
    if str(loaded.get("swagger", "")).startswith("2."):
        return Found(file, "openapi", "OpenAPI 2.0: member `swagger`; it is read as 3.0")
    if isinstance(loaded.get("info"), dict) and "getpostman.com" in str(loaded["info"].get("schema", "")):
        return Found(file, "postman", "Postman collection: `info.schema`")
    if isinstance(loaded.get("log"), dict) and isinstance(loaded["log"].get("entries"), list):
        return Found(file, "har", f"HAR: `log.entries`, {len(loaded['log']['entries'])} requests")
    if "__schema" in (loaded.get("data") or loaded):
        return Found(file, "unknown", "a GraphQL introspection answer: save the schema as SDL (.graphql)")
    return None


def _loaded(file: Path) -> dict[str, Any] | None:
    try:
        loaded = json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError, OSError):
        return None
    return loaded if isinstance(loaded, dict) else None


def _yaml(file: Path, text: str) -> Found | None:
    if _OPENAPI.search(text) and re.search(r"(?m)^\s*[\"']?(?:paths|webhooks|info)[\"']?\s*:", text):
        return Found(file, "openapi", "OpenAPI 3: key `openapi`")
    if _SWAGGER.search(text):
        return Found(file, "openapi", "OpenAPI 2.0: key `swagger`; it is read as 3.0")
    return None


def _graphql(file: Path, text: str) -> Found | None:
    plain = re.sub(r'"""[\s\S]*?"""|#[^\n]*', "", text)
    return Found(file, "graphql", "GraphQL SDL: type Query or Mutation") if _SDL.search(plain) else None


def _article(file: Path, text: str) -> Found | None:
    """Prose under headings: Markdown, HTML, wiki text. A page of a programme, a log or a table is none."""
    start = text.lstrip("\ufeff \r\n\t").lower()
    if start.startswith(("<!doctype html", "<html")):
        words = re.sub(r"<script[\s\S]*?</script>|<style[\s\S]*?</style>|<[^>]+>", " ", text)
        enough = len(re.findall(r"\w+", words)) >= 20
        return Found(file, "article", "an article: HTML page with text") if enough else None
    if start.startswith(("{", "[", "<?xml")) or file.suffix.lower() not in ("", ".md", ".markdown", ".txt", ".wiki"):
        return None
    lines = [line for line in text.splitlines() if line.strip()]
    headed = any(re.match(r"#{1,3} \S|=+ .+ =+$", line) for line in lines[:40]) or text.startswith("---")
    prose = sum(len(line.split()) >= 6 for line in lines)
    return Found(file, "article", "an article: headings and sentences") if headed and prose >= 1 else None


def _tickets(file: Path, text: str) -> Found | None:
    from probes.derive.ticket_file import TicketFile
    from runtime.errors import BadInput

    if "\n" not in text and not text.startswith("PK"):
        return None
    try:
        header = TicketFile(file).header
    except BadInput as error:
        if "tell day and month apart" in error.what:
            return Found(file, "tickets", f"a ticket export; {error.what}: {error.do}")
        return None
    return Found(file, "tickets", f"a ticket export: {header.layout}")


def _why_not(file: Path, text: str) -> str:
    if text.startswith("PK"):
        return "a workbook or an archive without a sheet that names a subject and a date of creation"
    if file.suffix.lower() in (".csv", ".tsv", ".xlsx"):
        return "a table without columns for a subject and a date of creation"
    if text.lstrip().startswith(("{", "[")):
        return "JSON, but no OpenAPI 3, OpenRPC, Postman collection, HAR or ticket export"
    return "no description, recording, article or ticket export"


LOOKS: tuple[Callable[[Path, str], Found | None], ...] = (_xml, _json, _yaml, _graphql, _tickets, _article)
