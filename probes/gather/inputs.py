"""The files that users wrote, as copies for the bundle: text with line ends normalised, secrets only as references.

Tickets stay out: they hold people's words; what is derived from them is in the bundle.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

WRITTEN = (
    "engagement.yaml",
    "goals.yaml",
    "guardrails.yaml",
    "escalation.yaml",
    "answers.yaml",
    "report.yaml",
    "pilot.yaml",
    "register.yaml",
)
NO_PART = ("report.yaml", "pilot.yaml", "register.yaml", "answers.yaml")  # a collection does not depend on them
FOLDERS = ("effects", "descriptions")
LARGEST = 30_000_000
_TEXT = {
    ".yaml",
    ".yml",
    ".json",
    ".md",
    ".markdown",
    ".rst",
    ".txt",
    ".html",
    ".htm",
    ".wsdl",
    ".xsd",
    ".xml",
    ".wikitext",
    ".csv",
    ".graphql",
}


def read_inputs(folder: Path, knowledge: Sequence[str] = (), more: Sequence[Path] = ()) -> dict[str, bytes]:
    """Path → content, for every file that users write and that belongs to the evidence; symbolic links out of the
    folder are left out.
    """
    return {
        path.relative_to(folder).as_posix(): _normalised(path) for path in sorted(set(_files(folder, knowledge, more)))
    }


def by_place(inputs: Mapping[str, bytes]) -> dict[str, str]:
    """Digest of each file that a collection depends on; folders of articles are one place each."""
    places: dict[str, dict[str, bytes]] = {}
    for name, data in inputs.items():
        top = name.partition("/")[0]
        place = name if top in (*FOLDERS, name) else f"{top}/"
        places.setdefault(place, {})[name] = data
    return {place: digest_of(held) for place, held in sorted(places.items()) if place not in NO_PART}


def digest_of(
    inputs: Mapping[str, bytes],
    without: tuple[str, ...] = NO_PART,
) -> str:
    """`sha256:…` of what a collection depends on."""
    total = hashlib.sha256()
    for name, data in sorted(inputs.items()):
        if name not in without:
            total.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\n".encode())
    return "sha256:" + total.hexdigest()


def _files(folder: Path, knowledge: Sequence[str], more: Sequence[Path]) -> Iterator[Path]:
    root = folder.resolve()
    places = [folder / name for name in (*WRITTEN, *FOLDERS)]
    places += [folder / source for source in knowledge if ":" not in source] + [folder / name for name in more]
    for place in places:
        found = [place] if place.is_file() else sorted(place.rglob("*")) if place.is_dir() else []
        for path in found:
            inside = path.resolve().is_relative_to(root)
            hidden = any(part.startswith(".") for part in path.relative_to(folder).parts) if inside else True
            if (
                path.is_file()
                and inside
                and not hidden
                and path.stat().st_size <= LARGEST
                and path.suffix.lower() in _TEXT
            ):
                yield path


def _normalised(path: Path) -> bytes:
    return path.read_bytes().replace(b"\r\n", b"\n")
