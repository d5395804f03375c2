"""The package: nobody else owns our top-level names, every pin is exact, `--help` imports nothing heavy."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = {"assess", "runtime", "probes", "kb_audit", "templates"}


def test_no_dependency_owns_our_top_level_names() -> None:
    owners = importlib.metadata.packages_distributions()
    for name in OURS:
        assert set(owners.get(name, [])) <= {"cxready"}, f"{name} is also in {owners[name]}"


def test_every_constraint_is_one_exact_version() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!]+", line) for line in lines), [
        x for x in lines if "==" not in x
    ]


def test_every_dependency_is_pinned_and_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [*project["dependencies"], *(d for group in project["optional-dependencies"].values() for d in group)]
    names = {re.split(r"[\[<>=;! ]", d)[0].lower() for d in named} - {"cxready"}
    pinned = {
        line.split("==")[0].lower().replace("_", "-") for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    explained = (ROOT / "docs" / "dependencies.md").read_text().lower()
    assert names <= pinned, names - pinned
    assert all(f"`{name}`" in explained for name in names), [n for n in names if f"`{n}`" not in explained]


def test_help_and_version_import_nothing_heavy() -> None:
    code = (
        "import sys\nfrom assess.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'pydantic', 'torch', 'requests', 'numpy', 'weasyprint', 'dbos', 'jinja2', 'lxml'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Run the whole journey" in done.stdout


def test_the_ground_floor_and_the_judge_load_without_what_a_laptop_lacks() -> None:
    """Base holds no torch, DBOS, Z3, Cedar or requests: importing the judge must not need them."""
    code = (
        "import sys\n"
        "for name in ('torch', 'dbos', 'z3', 'cedarpy', 'requests', 'zeep', 'sklearn', 'sentence_transformers', 'pydantic_ai', 'fastapi'):\n"
        "    sys.modules[name] = None\n"
        "import assess.opening, assess.explain, assess.summary, assess.starting, assess.outputs.html, assess.cli.report, assess.catalogue\n"
        "assess.catalogue.catalogue()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
