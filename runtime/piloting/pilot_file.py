"""Changes to pilot.yaml that the commands make: comments and order stay, the file is whole or unchanged."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path
from typing import Any

from runtime.piloting.pilot_settings import PilotFile, Stage
from runtime.written import load, loads, read_text

NAME = "pilot.yaml"
NEW = "# Stage, share, hours, approvers and stop rules of each piloted workflow.\nformat: 1\nenvironment: staging\nworkflows: {}\n"


def add_workflow(folder: Path, workflow: str, approvers: list[str]) -> bool:
    """Adds a workflow in shadow; False when it is there already."""
    settings = _read(folder)
    if workflow in (settings.get("workflows") or {}):
        return False
    if not settings.get("workflows"):
        settings["workflows"] = {}
    settings["workflows"][workflow] = {"stage": "shadow", "approvers": approvers}
    _write(folder, settings)
    return True


def set_stage(folder: Path, workflow: str, stage: Stage) -> None:
    """Moves a workflow that the file names."""
    settings = _read(folder)
    settings["workflows"][workflow]["stage"] = stage
    _write(folder, settings)


def set_thresholds(folder: Path, min_score: float, min_margin: float) -> None:
    """When a message counts as understood."""
    settings = _read(folder)
    settings["understanding"] = {"min_score": min_score, "min_margin": min_margin}
    _write(folder, settings)


def _read(folder: Path) -> Any:
    path = folder / NAME
    if path.is_file():
        load(path, PilotFile)  # complaints come with file and line
        return _yaml().load(read_text(path))
    return _yaml().load(NEW)


def _write(folder: Path, settings: Any) -> None:
    text = StringIO()
    _yaml().dump(settings, text)
    loads(text.getvalue(), PilotFile, folder / NAME)
    part = folder / f"{NAME}.part"
    part.write_text(text.getvalue(), encoding="utf-8", newline="\n")
    os.replace(part, folder / NAME)


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 160
    return yaml
