"""`cxready init`: a commented folder, drafts from descriptions in an inbox, and the schemas that editors use.

Nothing that exists is overwritten.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from assess.opening import write_text
from assess.schemas import NAMES, schema_of
from runtime.errors import BadInput

PLAIN = ("goals.yaml", "guardrails.yaml", "escalation.yaml", "answers.yaml", "report.yaml", "pilot.yaml")
ROLE_WORDS = {
    "crm": "crm",
    "bill": "billing",
    "invoice": "billing",
    "usage": "usage",
    "ticket": "ticketing",
    "ident": "identity",
    "ship": "logistics",
    "logist": "logistics",
}


@dataclass
class Started:
    written: list[Path] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Described:
    """A description found in the inbox."""

    name: str
    protocol: str
    file: Path


def start_folder(folder: Path, organisation: str, inbox: Path | None) -> Started:
    """Writes what is missing.

    Raises:
        BadInput: the place is a file, or an engagement exists already.
    """
    if (folder / "engagement.yaml").exists():
        raise BadInput(
            "an engagement exists already", str(folder / "engagement.yaml"), "choose another folder, or edit this one"
        )
    if folder.exists() and not folder.is_dir():
        raise BadInput("this is a file", str(folder), "choose a folder")
    started = Started()
    for part in ("effects", "descriptions", "knowledge", ".cxready/schemas"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    described = _recognise(inbox, started) if inbox else []
    _take_descriptions(folder, described, started)
    for name in PLAIN:
        _write(folder / name, _template(name), started)
    _write(folder / "engagement.yaml", _engagement(organisation, described), started)
    for name in NAMES:
        write_text(folder / ".cxready/schemas" / f"{name}.json", json.dumps(schema_of(name), indent=1) + "\n")
    _write(folder / ".gitignore", ".cxready/\n", started)
    return started


def _recognise(inbox: Path, started: Started) -> list[Described]:
    """Descriptions by content; what is not recognised is said."""
    found: list[Described] = []
    for file in sorted(p for p in inbox.rglob("*") if p.is_file()):
        head = file.read_bytes()[:4000].decode("utf-8", "replace")
        if re.search(r"<(\w+:)?definitions\b", head):
            found.append(Described(_name(file), "soap", file))
        elif re.search(r"[\"']?openapi[\"']?\s*:\s*[\"']?3\.", head):
            found.append(Described(_name(file), "rest", file))
        elif file.suffix.lower() in (".md", ".html"):
            started.remarks.append(f"recognised as an article: {file}: name its folder under `knowledge`")
        else:
            started.remarks.append(f"not recognised: {file}: neither OpenAPI 3, WSDL nor an article")
    return found


def _take_descriptions(folder: Path, described: list[Described], started: Started) -> None:
    from runtime.systems.draft import draft_effects
    from runtime.systems.settings import SystemSettings
    from runtime.systems.surface_reader import load_surface

    for one in described:
        target = folder / "descriptions" / one.file.name
        shutil.copyfile(one.file, target)
        started.written.append(target)
        settings = SystemSettings.model_validate(
            {
                "role": "other",
                "protocol": one.protocol,
                "description": f"descriptions/{one.file.name}",
                "environments": {"staging": {"url": "${URL}"}},
            }
        )
        surface = load_surface(one.name, settings, folder)
        _write(folder / "effects" / f"{one.name}.yaml", draft_effects(surface), started)
        started.remarks.append(
            f"{one.name}: {len(surface.operations)} operations drafted; unconfirmed, so denied, until a person confirms them"
        )


def _engagement(organisation: str, described: list[Described]) -> str:
    rows = described or [Described("crm", "rest", Path("crm.openapi.yaml"))]
    systems = "".join(_system(one) for one in rows)
    return (
        _template("engagement.yaml")
        .replace("{organisation}", organisation.replace('"', "'"))
        .replace("{systems}\n", systems)
    )


def _system(one: Described) -> str:
    role = next((role for word, role in ROLE_WORDS.items() if word in one.name.lower()), "other")
    text = _template("system.yaml")
    for name, value in {
        "name": one.name,
        "role": role,
        "protocol": one.protocol,
        "description": f"descriptions/{one.file.name}",
        "PREFIX": re.sub(r"\W", "_", one.name.upper()),
    }.items():
        text = text.replace("{" + name + "}", value)
    return text


def _name(file: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", file.name.split(".")[0].lower()).strip("-") or "system"


def _template(name: str) -> str:
    return (files("templates") / "folder" / name).read_text(encoding="utf-8")


def _write(path: Path, text: str, started: Started) -> None:
    if not path.exists():
        write_text(path, text)
        started.written.append(path)
