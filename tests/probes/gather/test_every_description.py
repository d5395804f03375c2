"""Every description that others wrote loads or says why not; in a process that ends when anything looks for the network."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CORPUS = Path(os.environ.get("CXREADY_CORPUS", ROOT.parent / "shared" / "corpus"))
LINE = re.compile(
    r"(?P<name>.+?)\s+(?P<format>none|unreadable|openapi \S+|wsdl \S+)\s+(?P<count>\d+) operations\s+(?P<took>[\d.]+) s  (?P<said>.+)"
)


def declared(*arguments):
    command = [sys.executable, "-m", "benchmarks.declared", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real descriptions is not here (CXREADY_CORPUS)")
@pytest.mark.parametrize(("part", "documents", "usable"), [("openapi", 115, 97), ("wsdl", 166, 75)])
def test_every_real_description_can_be_used_or_says_why_not(part, documents, usable):
    done = declared("--all", CORPUS / part)
    assert done.returncode == 0, done.stderr[-2000:]
    found = [LINE.fullmatch(line) for line in done.stdout.splitlines()[:-1]]
    assert all(found) and len(found) >= documents
    assert not [m["name"] for m in found if "no reason" in m["said"] or float(m["took"]) > 20]
    assert sum(int(m["count"]) > 0 and " met, " in m["said"] for m in found) >= usable


def test_a_description_that_would_lead_to_the_network_does_not(tmp_path):
    (tmp_path / "a.wsdl").write_text(
        '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"><import namespace="x" location="http://127.0.0.1:9/b.wsdl"/></definitions>'
    )
    (tmp_path / "b.yaml").write_text("openapi: 3.1.0\npaths: {/a: {$ref: 'http://127.0.0.1:9/c.yaml'}}")
    done = declared("--all", tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "2 documents: 0 load" in done.stdout
