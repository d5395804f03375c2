"""The XML files of a WSDL: parsed without entities, DTDs or network,
imports followed inside the engagement's folder only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from runtime.systems.surface import Problem

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
XSD = "{http://www.w3.org/2001/XMLSchema}"
MAX_BYTES = 30_000_000
MAX_FILES = 300
_REFERENCES = {
    f"{WSDL}import": "location",
    f"{XSD}import": "schemaLocation",
    f"{XSD}include": "schemaLocation",
    f"{XSD}redefine": "schemaLocation",
}


@dataclass
class WsdlFiles:
    """Every file that belongs to a WSDL, the main one first; problems on the way."""

    main: Path
    folder: Path
    roots: dict[Path, etree._Element] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, grade: str, what: str, where: str) -> None:
        found = Problem(grade, what, where)  # type: ignore[arg-type]
        if found not in self.problems:
            self.problems.append(found)


def read_wsdl(path: Path, folder: Path) -> WsdlFiles:
    """Reads the file and what it imports; nothing is raised, what fails is a problem."""
    files = WsdlFiles(path.resolve(), folder.resolve())
    waiting = [files.main]
    while waiting:
        here = waiting.pop(0)
        if here in files.roots:
            continue
        if len(files.roots) >= MAX_FILES:
            files.problem("blocker", f"more than {MAX_FILES} files are imported; the rest is not read", here.name)
            break
        root = _parsed(here, files)
        if root is not None:
            files.roots[here] = root
            waiting += _references(root, here, files)
    return files


def parse_safely(raw: bytes) -> etree._Element:
    """One XML document.

    Raises:
        ValueError: it holds a DTD (entities live there), is broken, or too deep.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        dtd_validation=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"not well-formed XML: {str(error.msg)[:160]}") from None
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise ValueError("it holds a DTD, and with it possibly entities; neither is read")
    return root


def _parsed(path: Path, files: WsdlFiles) -> etree._Element | None:
    try:
        if path.stat().st_size > MAX_BYTES:
            files.problem("blocker", f"the file has more than {MAX_BYTES:,} bytes", path.name)
            return None
        return parse_safely(path.read_bytes())
    except (ValueError, OSError) as error:
        said = str(error) if isinstance(error, ValueError) else (error.strerror or "cannot be read")
        files.problem("blocker", f"the file cannot be used: {said}", path.name)
        return None


def _references(root: etree._Element, here: Path, files: WsdlFiles) -> list[Path]:
    found: list[Path] = []
    for element in root.iter(*_REFERENCES):
        location = element.get(_REFERENCES[str(element.tag)])
        if location:
            target = _target(location.strip(), here, files, f"{here.name}:{element.sourceline}")
            if target:
                found.append(target)
    return found


def _target(location: str, here: Path, files: WsdlFiles, where: str) -> Path | None:
    if location.lower().startswith(("http://", "https://", "ftp://", "urn:")) or location.startswith("//"):
        if not location.startswith("http://schemas.xmlsoap.org/") and not location.startswith("http://www.w3.org/"):
            files.problem("costly", f"an import from the network is not followed: {location[:120]}", where)
        return None
    path = (here.parent / unquote(location.replace("\\", "/"))).resolve() if ":" not in location[:6] else None
    if path is None or not path.is_relative_to(files.folder):
        files.problem("blocker", f"an import leads out of the folder and is not followed: {location[:120]}", where)
        return None
    if not path.is_file():
        files.problem("blocker", f"an imported file is missing: {location[:120]}", where)
        return None
    return path
