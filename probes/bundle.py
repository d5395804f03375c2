"""The bundle: everything that was found in one collection, typed, redacted, hashed; a folder and one zip beside it.

`assess` reads nothing else. A file that was changed, lost or added is refused, and so is an archive with paths that
lead out of it.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from probes.artifact import Artifact, Missing
from probes.bundle_archive import MAX_FILE_BYTES, pack, unpack
from probes.finding import EVERYWHERE, Subject
from probes.manifest import MANIFEST, Manifest, as_json, digest_of, read_manifest, sha
from probes.old_formats import upgraded
from runtime.errors import BadInput, Conflict

Found = TypeVar("Found", bound=Artifact)


class Bundle:
    """A checked bundle, open for reading. Artifacts are read with the class that the reader asks for."""

    def __init__(
        self, root: Path, manifest: Manifest, name: str, held: tempfile.TemporaryDirectory[str] | None = None
    ) -> None:
        self.root, self.manifest, self.name, self._held = root, manifest, name, held
        self._missing = {m.key: m for m in manifest.missing}

    @classmethod
    def open(cls, path: Path) -> Bundle:
        """Opens a folder or a zip and checks every file against the manifest.

        Raises:
            BadInput: no bundle, a newer format, an archive that leads out of itself or is too large.
            Conflict: a file was changed, lost or added.
        """
        if path.is_dir():
            bundle = cls(path, read_manifest(path), path.name)
        elif path.is_file():
            held = tempfile.TemporaryDirectory(prefix="cxready-bundle-", ignore_cleanup_errors=True)
            unpack(path, Path(held.name))
            bundle = cls(Path(held.name), read_manifest(Path(held.name), path), path.name.removesuffix(".zip"), held)
        else:
            raise BadInput("there is no such bundle", str(path), "`cxready collect DIR` makes one")
        _check(bundle, path)
        return bundle

    @property
    def digest(self) -> str:
        return self.manifest.digest

    @property
    def as_of(self) -> datetime:
        return self.manifest.as_of

    @property
    def inputs(self) -> Path:
        """Folder with the normalised copies of what users wrote."""
        return self.root / "inputs"

    def extract_inputs(self, place: Path) -> Path:
        """A copy of the inputs under `place`, laid out like the engagement's folder."""
        target = place / "inputs"
        shutil.copytree(self.inputs, target, dirs_exist_ok=True)
        return target

    def get(self, kind: type[Found], subject: Subject) -> Found | Missing:
        """The artifact, else why it is missing; what is missing for a whole unit is missing for its items."""
        name = path_of(kind.kind, subject)
        if name in self.manifest.files:
            return _read_artifact(self.root / name, kind, name)
        keys = [(kind.kind, subject.unit, subject.item), (kind.kind, subject.unit, ""), (kind.kind, EVERYWHERE, "")]
        return next((self._missing[key] for key in keys if key in self._missing), None) or _never_asked(kind, subject)

    def all(self, kind: type[Found]) -> list[Found]:
        """Every artifact of a kind, ordered by its file's name."""
        names = sorted(n for n in self.manifest.files if n.startswith(f"artifacts/{kind.kind}/"))
        return [_read_artifact(self.root / n, kind, n) for n in names]

    def contents(self) -> dict[str, bytes]:
        """Every file but the manifest: path inside the bundle → content."""
        return {name: (self.root / name).read_bytes() for name in self.manifest.files}

    @property
    def missing(self) -> list[Missing]:
        return list(self.manifest.missing)

    def close(self) -> None:
        if self._held:
            self._held.cleanup()


def write_bundle(target: Path, manifest: Manifest, artifacts: Iterable[Artifact], inputs: Mapping[str, bytes]) -> Path:
    """Writes the folder `target` and `target.zip` beside it; both appear whole or not at all. Returns the folder.

    Args:
        inputs: path inside `inputs/` → content, normalised.

    Raises:
        Conflict: the folder exists already; evidence is never rewritten.
    """
    contents = {f"inputs/{name}": data for name, data in inputs.items()}
    contents |= {artifact_path(a): as_json(a.model_dump(mode="json")) for a in artifacts}
    return write_files(target, manifest, contents)


def write_files(target: Path, manifest: Manifest, contents: Mapping[str, bytes]) -> Path:
    """Seals and writes the files of a bundle, as `write_bundle` does; `contents`: path inside the bundle → content."""
    if target.exists():
        raise Conflict("a bundle with this name exists already", str(target), "wait a minute and run the command again")
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for name, data in contents.items():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            (made / name).write_bytes(data)
        sealed = manifest.sealed({name: sha(data) for name, data in contents.items()})
        (made / MANIFEST).write_bytes(as_json(sealed.model_dump(mode="json")))
        pack(made, target.with_name(target.name + ".zip"))
        made.chmod(0o755)
        made.replace(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return target


def _sweep(target: Path) -> None:
    """What a writer of this bundle left when it was killed."""
    for left in target.parent.glob(f".{target.name}-*"):
        shutil.rmtree(left, ignore_errors=True)
    target.with_name(f".{target.name}.zip.part").unlink(missing_ok=True)


def artifact_path(artifact: Artifact) -> str:
    """`artifacts/<kind>/<subject>.json`, a name that every file system takes."""
    return path_of(artifact.kind, artifact.subject)


def path_of(kind: str, about: Subject) -> str:
    """The path of an artifact by its kind and subject."""
    subject = str(about)
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", subject).strip("._ ")[:80] or "all"
    if plain != subject or plain.upper().split(".")[0] in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}:
        plain = f"{plain}-{hashlib.sha256(subject.encode()).hexdigest()[:8]}"
    return f"artifacts/{kind}/{plain}.json"


def stamp(at: datetime) -> str:
    """`2026-11-23T0915Z`: a folder's name that sorts and that Windows takes."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H%MZ")


def _check(bundle: Bundle, shown: Path) -> None:
    manifest = bundle.manifest
    if digest_of(manifest.model_copy(update={"digest": ""})) != manifest.digest:
        raise Conflict(
            "the manifest was changed after the bundle was sealed", f"{shown}", "take the bundle from its source again"
        )
    there = {p.relative_to(bundle.root).as_posix() for p in bundle.root.rglob("*") if p.is_file() or p.is_symlink()} - {
        MANIFEST
    }
    for name in sorted(set(manifest.files) - there):
        raise Conflict("a file of the bundle is lost", f"{shown}: {name}", "take the bundle from its source again")
    for name in sorted(there - set(manifest.files)):
        raise Conflict(
            "the bundle holds a file that it does not list",
            f"{shown}: {name}",
            "remove it, or take the bundle from its source again",
        )
    for name, digest in manifest.files.items():
        path = bundle.root / name
        if path.is_symlink() or path.stat().st_size > MAX_FILE_BYTES or sha(path.read_bytes()) != digest:
            raise Conflict(
                "a file of the bundle was changed", f"{shown}: {name}", "take the bundle from its source again"
            )


def _read_artifact(path: Path, kind: type[Found], name: str) -> Found:
    try:
        return kind.model_validate(upgraded(kind.kind, json.loads(path.read_text(encoding="utf-8"))))
    except (ValueError, ValidationError) as error:
        raise Conflict(
            f"an artifact cannot be read: {str(error)[:200]}", name, "collect again with this version"
        ) from None


def _never_asked(kind: type[Artifact], subject: Subject) -> Missing:
    return Missing(
        wanted=kind.kind,
        subject=subject,
        cause="no_input",
        detail="this collection did not ask for it",
        would_measure="run `cxready collect DIR`",
    )
