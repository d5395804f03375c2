"""docs/ci.md: its pipelines are YAML, and every command in them does what the page says."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from assess.cli import cxready
from assess.cli.report import FILES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ci.md"
PIPELINES = [
    yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
]


def commands() -> list[str]:
    """Every `cxready …` line of both pipelines."""
    github, gitlab = PIPELINES
    lines = [line for step in github["jobs"]["readiness"]["steps"] for line in step.get("run", "").splitlines()]
    lines += [line for job in ("readiness", "measure") for line in gitlab[job]["script"]]
    return list(dict.fromkeys(line.strip() for line in lines if line.strip().startswith("cxready ")))


def test_there_is_one_pipeline_for_each_server() -> None:
    github, gitlab = PIPELINES
    assert github["permissions"]["security-events"] == "write"
    assert gitlab["readiness"]["artifacts"]["reports"]["junit"] == f"readiness/{FILES['junit']}"
    uploads = [
        step["with"]["sarif_file"] for step in github["jobs"]["readiness"]["steps"] if "sarif" in str(step.get("uses"))
    ]
    assert uploads == [f"readiness/{FILES['sarif']}"]


@pytest.mark.parametrize("line", commands())
def test_every_option_of_the_page_exists(line: str) -> None:
    _, name, *arguments = shlex.split(line)
    command = cxready.get_command(click.Context(cxready), name)
    assert command is not None
    known = {option for parameter in command.params for option in parameter.opts}
    assert {a for a in arguments if a.startswith("-")} <= known


@pytest.mark.xdist_group("northwind")
def test_the_commands_that_judge_run_and_give_the_codes_that_the_page_names(
    northwind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("northwind", "base/northwind", "before"):
        shutil.copytree(northwind.folder, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    judging = [line for line in commands() if not line.startswith("cxready collect")]
    codes = {line: CliRunner().invoke(cxready, shlex.split(line)[1:]).exit_code for line in judging}
    expected = {line: 1 if line.startswith("cxready assess") else 0 for line in judging}
    assert codes == expected, "the demo does not confirm level 3; nothing in it became worse"
    assert {p.name for p in Path("readiness").iterdir()} == {FILES[f] for f in ("sarif", "junit", "md", "xlsx", "csv")}
    assert '"uri": "northwind/engagement.yaml"' in Path("readiness/report.sarif").read_text(encoding="utf-8")
