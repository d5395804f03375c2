"""Each size of the installation in a virtual environment that holds only it, from the wheel, outside the repository.

Run by `make sizes`: it builds the wheel and installs up to 2 GB a size.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assess.demo.estate import RunningEstate, start
from assess.demo.folder import write_folder

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"assess", "runtime", "probes", "kb_audit", "templates"}
Cxready = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(place), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return next(place.glob("*.whl"))


@pytest.fixture(scope="module")
def estate() -> Iterator[RunningEstate]:
    with start() as running:
        yield running


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, estate: RunningEstate) -> Path:
    """A bundle as IT hands it over, measured with the environment that runs the tests."""
    folder = tmp_path_factory.mktemp("measured") / "northwind"
    write_folder(folder, estate)
    command = [sys.executable, "-c", "from assess.cli import main; main()", "collect", str(folder)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **estate.environment()}, cwd=ROOT)
    return next((folder / "bundles").glob("*.zip"))


@pytest.fixture(scope="module", params=["", "[collect]", "[pilot]", "[all]"], ids=["base", "collect", "pilot", "all"])
def size(
    request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Cxready]]:
    """The size's name and its `cxready`, run in an empty folder without anything of this environment."""
    home = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    begun = time.monotonic()
    pip = [
        str(home / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "-q",
        "-c",
        str(ROOT / "constraints.txt"),
        f"{wheel}{request.param}",
    ]
    subprocess.run(pip, check=True, capture_output=True, text=True)
    print(f"cxready{request.param}: installed in {time.monotonic() - begun:.0f} s")

    def cxready(
        *arguments: object, cwd: Path, env: dict[str, str] | None = None, timeout: float = 400
    ) -> subprocess.CompletedProcess[str]:
        bare = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
        began = time.monotonic()
        whole = [str(home / "bin" / "cxready"), *map(str, arguments)]
        done = subprocess.run(
            whole, cwd=cwd, env={**bare, **(env or {})}, capture_output=True, text=True, check=False, timeout=timeout
        )
        print(f"cxready{request.param} {arguments[0]}: exit {done.returncode}, {time.monotonic() - began:.1f} s")
        return done

    yield request.param, cxready
    shutil.rmtree(home, ignore_errors=True)


def test_the_wheel_holds_the_five_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES


def test_every_size_can_start_judge_report_and_explain(size: tuple[str, Cxready], bundle: Path, tmp_path: Path) -> None:
    _, cxready = size
    shutil.copy(bundle, tmp_path / "evidence.zip")
    _works(cxready("init", "new", cwd=tmp_path))
    _works(cxready("assess", "evidence.zip", cwd=tmp_path))
    _works(cxready("explain", "evidence.zip", "api.repeat_safe", cwd=tmp_path))
    _works(cxready("probes", "list", cwd=tmp_path))
    _works(cxready("report", "evidence.zip", "-f", "pdf,html,json,md", "-o", "out", cwd=tmp_path))
    assert (tmp_path / "out/report.pdf").read_bytes().startswith(b"%PDF-")
    levels = json.loads((tmp_path / "out/assessment.json").read_text(encoding="utf-8"))["levels"]
    assert set(levels) == {"crm", "api", "knowledge", "guardrails", "escalation"}


def test_every_size_hands_over_takes_in_and_shows_what_leaves(
    size: tuple[str, Cxready], estate: RunningEstate, bundle: Path, tmp_path: Path
) -> None:
    _, cxready = size
    shutil.copy(bundle, tmp_path / "evidence.zip")
    write_folder(tmp_path / "northwind", estate)
    _works(cxready("request", "northwind", "-o", "request.zip", cwd=tmp_path))
    _works(cxready("take", "evidence.zip", "--into", "northwind", "--accept-differences", cwd=tmp_path))
    _works(cxready("evidence", "review", "evidence.zip", cwd=tmp_path))
    _works(
        cxready("evidence", "strike", "evidence.zip", "manifest.json#/missing/0/detail", "--reason", "x", cwd=tmp_path)
    )


def test_each_size_measures_or_says_which_size_does(
    size: tuple[str, Cxready], estate: RunningEstate, tmp_path: Path
) -> None:
    name, cxready = size
    write_folder(tmp_path / "northwind", estate)
    done = cxready("collect", "northwind", "--json", cwd=tmp_path, env=estate.environment())
    if name in ("[collect]", "[all]"):
        _works(done)
        assert json.loads(done.stdout)["left_behind"] == []
        manifest = json.loads(
            next((tmp_path / "northwind/bundles").glob("*/manifest.json")).read_text(encoding="utf-8")
        )
        assert not [m for m in manifest["missing"] if "No module named" in m["detail"]]
    else:
        assert done.returncode == 2 and "pip install 'cxready[collect]'" in done.stderr, done.stderr
        assert not (tmp_path / "northwind/bundles").exists()


def test_the_wheel_alone_runs_the_demo(size: tuple[str, Cxready], tmp_path: Path) -> None:
    name, cxready = size
    if name != "[all]":
        pytest.skip("the whole journey needs [all]")
    done = cxready("demo", "demo", cwd=tmp_path)
    _works(done)
    assert "billing-dispute" in done.stdout
    assert next((tmp_path / "demo/assessments").glob("*/report.pdf")).stat().st_size > 50_000


def _works(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, f"{done.args}\n{done.stdout[-800:]}\n{done.stderr[-1500:]}"
    assert "Traceback" not in done.stderr
