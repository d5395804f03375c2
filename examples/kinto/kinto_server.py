"""Kinto on a loopback port, in memory: `VENV/bin/python kinto_server.py DIR PORT`.

Prints one JSON line with the address and the passwords once it listens, writes the description that Kinto serves of itself
to DIR/kinto.openapi.json, and serves until it is ended.
"""

from __future__ import annotations

import base64
import json
import secrets
import sys
import threading
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kinto import main
from waitress.server import create_server

CASES = 14  # more than a page of each size that a walk asks for
BUCKET = "/buckets/desk"
RECORDS = f"{BUCKET}/collections/cases/records"
MEMORY = {f"kinto.{part}_backend": f"kinto.core.{part}.memory" for part in ("storage", "cache", "permission")}
SETTINGS = {
    **MEMORY,
    "kinto.includes": "kinto.plugins.accounts",
    "kinto.userid_hmac_secret": secrets.token_hex(16),
    "multiauth.policies": "account",
    "multiauth.policy.account.use": "kinto.plugins.accounts.AccountsPolicy",
    "kinto.account_create_principals": "system.Everyone",
    "kinto.account_write_principals": "account:admin",
    "kinto.bucket_create_principals": "account:admin",
}


def serve(folder: Path, port: int) -> None:
    """Makes accounts and records, and serves."""
    server = create_server(main({}, **SETTINGS), host="127.0.0.1", port=port, threads=8)
    address = f"http://127.0.0.1:{server.effective_port}/v1"
    threading.Thread(target=server.run, daemon=True).start()
    told = {"KINTO_URL": address, **content(address)}
    described = _asked(address, "GET", "/__api__", None, "")
    (folder / "kinto.openapi.json").write_text(json.dumps(described, indent=1), encoding="utf-8")
    print(json.dumps(told), flush=True)
    threading.Event().wait()


def content(address: str) -> dict[str, str]:
    """Three accounts, a collection and records; returns the passwords of two accounts by variable."""
    words = {name: secrets.token_hex(12) for name in ("admin", "audit", "agent")}
    admin = _basic("admin", words["admin"])
    for name, word in words.items():
        _asked(address, "PUT", f"/accounts/{name}", {"data": {"password": word}}, "" if name == "admin" else admin)
    may = {"read": ["account:agent"], "write": ["account:audit"]}
    _asked(address, "PUT", BUCKET, {"permissions": may}, admin)
    may = {"write": ["account:audit", "account:agent"]}
    _asked(address, "PUT", RECORDS.rpartition("/")[0], {"permissions": may}, admin)
    for number in range(1, CASES + 1):
        case = {"subject": f"[cxready test] case {number}", "email": "cxready.trial@customer.example"}
        _asked(address, "POST", RECORDS, {"data": case}, admin)
    return {f"KINTO_{name.upper()}": words[name] for name in ("audit", "agent")}


def _asked(address: str, method: str, path: str, body: Mapping[str, Any] | None, authorization: str) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    headers = {"Content-Type": "application/json"} | ({"Authorization": authorization} if authorization else {})
    asked = urllib.request.Request(address + path, data, headers, method=method)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return json.load(answer)


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
