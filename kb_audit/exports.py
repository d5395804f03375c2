"""Graphs for onnxruntime: made once on this machine from checked weights, kept in the cache folder, whole or not at all.

A folder is written under a temporary name and renamed; `about.json` in it holds the digest of each file, or why the weights
are unfit for an export. A damaged folder is removed and made again next time.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from filelock import FileLock

About = dict[str, Any]
NEEDED = ("onnx", "sentence_transformers")


def kept_export(place: Path, make: Callable[[Path], About]) -> About | None:
    """What is known of the export at this place, which is made now if there is none; `None` where it cannot be had.

    `make` writes its files into a folder and returns what is to be known of them: `files` (names), or `unfit` (why not).
    """
    if find_spec("onnxruntime") is None:
        return None
    if not (place / "about.json").is_file():
        if any(find_spec(name) is None for name in NEEDED):
            return None
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(place.with_suffix(".lock")):
                if not (place / "about.json").is_file():
                    _made(place, make)
        except OSError:
            return None
    return _whole(place)


def _made(place: Path, make: Callable[[Path], About]) -> None:
    temporary = Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent))
    try:
        about = make(temporary)
        about |= (
            {"by": _maker()} if "unfit" in about else {"files": {n: _sha256(temporary / n) for n in about["files"]}}
        )
        (temporary / "about.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        if place.exists():
            shutil.rmtree(place)
        os.replace(temporary, place)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _whole(place: Path) -> About | None:
    try:
        about: About = json.loads((place / "about.json").read_text(encoding="utf-8"))
        if "unfit" in about and about["by"] == _maker():
            return None
        if "files" in about and all(_sha256(place / name) == digest for name, digest in about["files"].items()):
            return about
    except (OSError, ValueError, KeyError, TypeError):
        pass
    shutil.rmtree(place, ignore_errors=True)
    return None


def _maker() -> str:
    """Another version may export what this one cannot."""
    return " ".join(f"{name} {version(name)}" for name in ("torch", "sentence-transformers", "onnx"))


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
