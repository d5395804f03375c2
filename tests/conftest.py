"""Nothing of the developer's machine reaches a test: no proxy, no netrc, an own cache unless one is named."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.bound_run import BoundRun

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
for name in (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
):
    os.environ.pop(name, None)


@pytest.fixture(scope="session")
def bound(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> BoundRun:
    """One engagement from request to bundle, behind a company's proxy; made once for all test processes."""
    from tests.bound_run import made_once

    worker = str(getattr(request.config, "workerinput", {}).get("workerid", "master"))
    return made_once(tmp_path_factory, worker)
