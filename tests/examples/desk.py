"""The example's Request Tracker as its users see it, and where the example lies."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
import yaml

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "request-tracker"
TRIAL = {
    "Queue": "cxready-test",
    "Subject": "[cxready test] facts",
    "Requestor": "cxready.trial@customer.example",
    "Content": "hello",
    "ContentType": "text/plain",
}


def description(name: str) -> dict[str, Any]:
    text = (EXAMPLE / "descriptions" / f"{name}.openapi.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


class Desk:
    """Request Tracker as its users see it: `desk("audit", "GET", "/ticket/1")`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment

    def __call__(
        self, who: str, method: str, path: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> requests.Response:
        sent = dict(headers or {})
        if who:
            sent["Authorization"] = self.environment[f"RT_{who.upper()}_AUTHORIZATION"]
        return requests.request(method, self.environment["RT_URL"] + path, headers=sent, timeout=30, **more)

    def ticket(self) -> str:
        made = self("enforcer", "POST", "/ticket", json=TRIAL)
        assert made.status_code == 201, made.text
        number: str = made.json()["id"]
        return number

    def read(self, number: str) -> dict[str, Any]:
        told: dict[str, Any] = self("audit", "GET", f"/ticket/{number}").json()
        return told

    def left_behind(self) -> list[str]:
        """Numbers of tickets in the test queue that are not deleted; number 1 was there from the start."""
        asked = {"query": "Queue='cxready-test' AND id > 1", "per_page": 100}
        found = self("root", "GET", "/tickets", params=asked).json()
        assert found["total"] <= 100
        return [item["id"] for item in found["items"]]


def cxready(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line as its own process."""
    return subprocess.run(
        [sys.executable, "-c", "from assess.cli import main; main()", *arguments],
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
    )
