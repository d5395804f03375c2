"""The recorded demo bundle as a folder: a real collection without the time that collecting takes."""

from __future__ import annotations

import shutil
from pathlib import Path
from zipfile import ZipFile

GOLDEN = Path(__file__).parent / "golden"


def recorded_folder(home: Path) -> Path:
    """An engagement's folder with the recorded bundle under `bundles/`."""
    name = "2026-11-23T0900Z"
    (home / "bundles").mkdir(parents=True)
    shutil.copyfile(GOLDEN / "northwind.zip", home / "bundles" / f"{name}.zip")
    with ZipFile(GOLDEN / "northwind.zip") as archive:
        archive.extractall(home / "bundles" / name)
    shutil.copytree(home / "bundles" / name / "inputs", home, dirs_exist_ok=True)
    return home
