"""What an inbox holds, put into a new folder: descriptions with drafted effects, drafts from recorded calls, articles, a
ticket export.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from assess.inbox import DESCRIPTIONS, Found
from runtime.errors import CxreadyError
from runtime.systems.surface import Surface
from runtime.whole_file import write_text

PROTOCOLS = {"wsdl": "soap", "graphql": "graphql", "openrpc": "json-rpc"}
COPIED = 50_000_000  # bytes of a ticket export that is copied; a larger one is named where it lies


@dataclass
class Started:
    """What was written, what each file of the inbox was taken for, and what is to be said besides."""

    written: list[Path] = field(default_factory=list)
    recognised: list[Found] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Described:
    """A system with its description, inside the folder. `vendor`: what told whose interface it is, in words; `sign_in`: each
    holder's credential, drafted.
    """

    name: str
    protocol: str
    description: str
    role: str = ""
    vendor: str = ""
    sign_in: Mapping[str, str] = field(default_factory=dict)


def take_descriptions(folder: Path, started: Started) -> list[Described]:
    """Each description into the folder, with drafted effects; one that cannot be read is said and left out."""
    taken: list[Described] = []
    for found in started.recognised:
        if found.kind not in DESCRIPTIONS:
            continue
        for one in _placed(folder, found, {d.name for d in taken}, started):
            try:
                surface = _draft(folder, one, started)
            except CxreadyError as error:
                started.remarks.append(f"{found.file.name}: not used: {error}")
                (folder / one.description).unlink(missing_ok=True)
                continue
            signed = replace(one, sign_in=_sign_ins(one.name, surface))
            taken.append(_of_vendor(signed, surface, started))
            started.remarks.append(
                f"{one.name}: {len(surface.operations)} operations drafted in effects/{one.name}.yaml; denied until a person confirms them"
            )
    return taken


def variables_of(name: str) -> str:
    """What the names of a system's variables begin with: `my-crm` → `MY_CRM`."""
    return re.sub(r"\W", "_", name.upper())


def _sign_ins(name: str, surface: Surface) -> dict[str, str]:
    from runtime.systems.drafted_sign_in import drafted_sign_in

    drafted = drafted_sign_in(surface, variables_of(name))
    return {holder: drafted(holder) for holder in ("audit", "agent", "enforcer")}


def _placed(folder: Path, found: Found, taken: set[str], started: Started) -> list[Described]:
    """The description as it is, or the drafts that a collection or recording gives."""
    if found.kind in ("postman", "har"):
        return _from_calls(folder, found, taken, started)
    name = _free(_name(found.file.name), taken)
    target = folder / "descriptions" / f"{name}{_ending(found)}"
    if not target.exists():
        shutil.copyfile(found.file, target)
        started.written.append(target)
    _beside(folder, found, started)
    return [Described(name, PROTOCOLS.get(found.kind, "rest"), f"descriptions/{target.name}")]


def _beside(folder: Path, found: Found, started: Started) -> None:
    """What a WSDL imports by a relative name comes along."""
    if found.kind != "wsdl":
        return
    text = found.file.read_text(encoding="utf-8", errors="replace")
    for name in re.findall(r"(?:schemaLocation|location)=[\"']([^\"':]+\.(?:xsd|wsdl))[\"']", text):
        source, target = found.file.parent / name, folder / "descriptions" / name
        if source.resolve().is_relative_to(found.file.parent.resolve()) and source.is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            started.written.append(target)


def _from_calls(folder: Path, found: Found, taken: set[str], started: Started) -> list[Described]:
    import yaml

    from runtime.systems.described_calls import openapi_of
    from runtime.systems.recorded_calls import of_har, of_postman

    drafted: list[Described] = []
    for calls in of_har(found.file) if found.kind == "har" else [of_postman(found.file)]:
        if not calls.calls:
            continue
        name = _free(calls.name, taken | {d.name for d in drafted})
        target = folder / "descriptions" / f"{name}.openapi.yaml"
        document = yaml.safe_dump(openapi_of(name, calls.calls), sort_keys=False, allow_unicode=True)
        source = (
            f"# Drafted from {found.file.name}{f', host {calls.host}' if calls.host else ''}: names and types only.\n"
        )
        write(target, source + document, started)
        dropped = ", ".join(f"{n} {what}" for what, n in calls.dropped.items() if n)
        started.remarks.append(
            f"{name}: {len(calls.calls)} calls of {found.file.name}{f' to {calls.host}' if calls.host else ''};"
            f" no value was kept{f' (dropped: {dropped})' if dropped else ''}"
        )
        drafted.append(Described(name, "rest", f"descriptions/{target.name}"))
    return drafted


def _of_vendor(one: Described, surface: Surface, started: Started) -> Described:
    """A vendor's interface is said, with the role that it has; what the vendor documents is printed as not tried."""
    from runtime.systems.vendors import recognised, vendors

    found = recognised(surface)
    if found is None:
        return one
    vendor = vendors()[found.vendor]
    said = f"{vendor.name}, by its {found.by}"
    started.remarks.append(
        f"{one.name}: recognised as {said}; {len(vendor.facts)} facts of its documentation are known, none tried live"
    )
    return replace(one, role=vendor.role, vendor=said)


def _draft(folder: Path, one: Described, started: Started) -> Surface:
    from runtime.systems.draft import draft_effects
    from runtime.systems.settings import SystemSettings
    from runtime.systems.surface_reader import load_surface

    settings = SystemSettings.model_validate(
        {
            "role": "other",
            "protocol": one.protocol,
            "description": one.description,
            "environments": {"staging": {"url": "${URL}"}},
        }
    )
    surface = load_surface(one.name, settings, folder)
    write(folder / "effects" / f"{one.name}.yaml", draft_effects(surface), started)
    return surface


def take_articles(folder: Path, inbox: Path | None, started: Started) -> None:
    articles = [found.file for found in started.recognised if found.kind == "article"]
    for file in articles:
        assert inbox is not None
        inner = file.relative_to(inbox)
        parts = inner.parts[1:] if len(inner.parts) > 1 and inner.parts[0].lower() == "knowledge" else inner.parts
        target = folder / "knowledge" / Path(*parts)
        if target.suffix.lower() not in (".md", ".markdown", ".html", ".htm"):
            target = target.with_suffix(".md")
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            started.written.append(target)
    if articles:
        started.remarks.append(f"knowledge: {len(articles)} articles copied to knowledge/")


def take_tickets(folder: Path, started: Started) -> str:
    """The largest export, copied, or named where it lies; "" when there is none."""
    exports = sorted((f for f in started.recognised if f.kind == "tickets"), key=lambda f: -f.file.stat().st_size)
    for other in exports[1:]:
        started.remarks.append(f"{other.file.name}: one export is used, the largest; put them together if both count")
    if not exports:
        return ""
    file = exports[0].file
    if file.stat().st_size > COPIED:
        started.remarks.append(f"tickets: {file.name} is read where it lies; it is not copied")
        return file.resolve().as_posix()
    target = folder / f"tickets{file.suffix.lower() or '.csv'}"
    if not target.exists():
        shutil.copyfile(file, target)
        started.written.append(target)
    started.remarks.append("tickets: they hold personal data; .gitignore keeps the copy out of version control")
    return target.name


def _ending(found: Found) -> str:
    if found.kind == "wsdl":
        return ".wsdl"
    if found.kind == "graphql":
        return ".graphql"
    kind = "json" if found.file.suffix.lower() == ".json" else "yaml"
    return f".{found.kind}.{kind}"


def _free(name: str, taken: set[str]) -> str:
    return next(n for n in (name, *(f"{name}-{i}" for i in range(2, 999))) if n not in taken)


def _name(file: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", file.split(".", maxsplit=1)[0].lower()).strip("-") or "system"


def write(path: Path, text: str, started: Started) -> None:
    if not path.exists():
        write_text(path, text)
        started.written.append(path)
