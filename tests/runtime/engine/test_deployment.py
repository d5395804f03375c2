"""The units and the container file name commands that are there, hand secrets over as files, and take rights away."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from assess.cli import cxready

DEPLOY = Path(str(files("templates"))) / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
DOCS = Path(__file__).resolve().parents[3] / "docs" / "deployment.md"


def commands() -> list[list[str]]:
    """Every `cxready …` command of the units and the page, in words."""
    lines = [line for unit in UNITS for line in unit.read_text().splitlines() if line.startswith("ExecStart=")]
    lines += [line for line in DOCS.read_text().splitlines() if line.startswith("cxready ")]
    return [shlex.split(line.partition("cxready ")[2], comments=True) for line in lines]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_and_option_is_there(words: list[str]) -> None:
    said = CliRunner().invoke(cxready, [*words[:2], "--help"])
    assert said.exit_code == 0, said.output
    for option in (word for word in words if word.startswith("-")):
        assert re.search(rf"(?<![\w-]){option}(?![\w-])", said.output), option


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: str(unit.name))
def test_a_unit_takes_rights_away_and_holds_no_secret(unit: Path) -> None:
    text = unit.read_text()
    for line in (
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "CapabilityBoundingSet=",
        "PrivateDevices=yes",
        "UMask=0077",
    ):
        assert line in text.splitlines()
    assert re.search(r"^LoadCredential=CXREADY_DATABASE:", text, re.MULTILINE)
    assert not re.search(r"^Environment=.*(TOKEN|PASSWORD|DATABASE)", text, re.MULTILINE)
    stop = re.search(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)
    assert stop and int(stop[1]) > 120  # cases under way may end (case.wait_until_idle)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: str(unit.name))
def test_systemd_takes_a_unit(unit: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    said = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    about = [line for line in said.stderr.splitlines() if "cxready" in line and "is not executable" not in line]
    assert about == []


def test_the_image_runs_as_nobody_in_particular_and_its_health_check_asks_the_port_of_its_command() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    assert re.search(r"^USER 10001$", text, re.MULTILINE)
    command = re.search(r"^CMD \[(.*)\]$", text, re.MULTILINE)
    health = re.search(r"127\.0\.0\.1:(\d+)/healthz", text)
    assert command and health and f'"--health-port", "{health[1]}"' in command[1]
    assert not re.search(r"TOKEN|PASSWORD|DATABASE", text)
