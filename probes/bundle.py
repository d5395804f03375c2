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
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from probes.artifact import Artifact, Missing
from probes.finding import EVERYWHERE, Subject
from probes.old_formats import upgraded
from runtime.errors import BadInput, Conflict

FORMAT = 1
MANIFEST = "manifest.json"
MAX_FILES, MAX_BYTES, MAX_FILE_BYTES = 20_000, 500_000_000, 50_000_000
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
Found = TypeVar("Found", bound=Artifact)


class Manifest(BaseModel):
    """What a bundle says about itself. `files`: path → sha256; `digest`: of everything else in here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    as_of: datetime
    run: str
    organisation: str
    tools: dict[str, str] = Field(default_factory=dict)
    catalogue: str = ""
    inputs_digest: str = ""
    plan: str = ""
    systems: list[str] = Field(default_factory=list)
    requests: dict[str, int] = Field(default_factory=dict)
    reversed: list[str] = Field(default_factory=list)
    left_behind: list[str] = Field(default_factory=list)
    inventory: dict[str, list[str]] = Field(
        default_factory=dict, description="operations, articles, sections, limits: what is gone later is seen"
    )
    approved_by: str = ""
    missing: list[Missing] = Field(default_factory=list)
    files: dict[str, str] = Field(default_factory=dict)
    digest: str = ""

    def sealed(self, files: Mapping[str, str]) -> Manifest:
        """With its files and the digest of the whole."""
        bare = self.model_copy(update={"files": dict(sorted(files.items())), "digest": ""})
        return bare.model_copy(update={"digest": _digest_of(bare)})


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
            bundle = cls(path, _read_manifest(path), path.name)
        elif path.is_file():
            held = tempfile.TemporaryDirectory(prefix="cxready-bundle-", ignore_cleanup_errors=True)
            _unpack(path, Path(held.name))
            bundle = cls(Path(held.name), _read_manifest(Path(held.name), path), path.name.removesuffix(".zip"), held)
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
    if target.exists():
        raise Conflict("a bundle with this name exists already", str(target), "wait a minute and run the command again")
    target.parent.mkdir(parents=True, exist_ok=True)
    for unfinished in target.parent.glob(f".{target.name}-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        contents = {f"inputs/{name}": data for name, data in inputs.items()}
        contents |= {artifact_path(a): _json(a.model_dump(mode="json")) for a in artifacts}
        for name, data in contents.items():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            (made / name).write_bytes(data)
        sealed = manifest.sealed({name: _sha(data) for name, data in contents.items()})
        (made / MANIFEST).write_bytes(_json(sealed.model_dump(mode="json")))
        _zip(made, target.with_name(target.name + ".zip"))
        made.chmod(0o755)
        made.replace(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return target


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


def _read_manifest(root: Path, shown: Path | None = None) -> Manifest:
    place = str((shown or root) / MANIFEST) if shown is None else f"{shown}:{MANIFEST}"
    try:
        raw = json.loads((root / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(
            "this is no bundle: it holds no manifest.json",
            str(shown or root),
            "name a folder under bundles/ or its zip",
        ) from None
    except (OSError, ValueError) as error:
        raise Conflict(
            f"the manifest cannot be read: {error}", place, "take the bundle from its source again"
        ) from None
    found = raw.get("format") if isinstance(raw, dict) else None
    if isinstance(found, int) and found > FORMAT:
        raise BadInput(
            f"bundle format {found} is newer than this version reads",
            place,
            f"install a cxready that reads format {found}",
        )
    try:
        return Manifest.model_validate(upgraded("manifest", raw))
    except ValidationError as error:
        raise Conflict(
            f"the manifest is damaged: {error.errors()[0]['msg']}", place, "take the bundle from its source again"
        ) from None


def _check(bundle: Bundle, shown: Path) -> None:
    manifest = bundle.manifest
    if _digest_of(manifest.model_copy(update={"digest": ""})) != manifest.digest:
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
        if path.is_symlink() or path.stat().st_size > MAX_FILE_BYTES or _sha(path.read_bytes()) != digest:
            raise Conflict(
                "a file of the bundle was changed", f"{shown}: {name}", "take the bundle from its source again"
            )


def _unpack(archive: Path, target: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as opened:
            members = opened.infolist()
            if len(members) > MAX_FILES or sum(m.file_size for m in members) > MAX_BYTES:
                raise BadInput(
                    "the archive is larger than any bundle",
                    str(archive),
                    f"a bundle has at most {MAX_FILES:,} files and {MAX_BYTES:,} bytes",
                )
            for member in members:
                _check_member(member, archive)
                opened.extract(member, target)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise Conflict(
            f"the archive is truncated or damaged: {error}", str(archive), "take the bundle from its source again"
        ) from None


def _check_member(member: zipfile.ZipInfo, archive: Path) -> None:
    parts = member.filename.replace("\\", "/").split("/")
    is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
    if member.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or is_link:
        raise BadInput(
            "the archive holds a path that leads out of it",
            f"{archive}: {member.filename}",
            "do not use this file; ask its source",
        )
    if member.file_size > MAX_FILE_BYTES:
        raise BadInput(
            "the archive holds a file larger than any of a bundle",
            f"{archive}: {member.filename}",
            "do not use this file; ask its source",
        )


def _zip(folder: Path, target: Path) -> None:
    """The same bytes for the same files: sorted, fixed dates and rights."""
    made = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(
                (p for p in folder.rglob("*") if p.is_file()), key=lambda p: p.relative_to(folder).as_posix()
            ):
                info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _FIXED_DATE)
                info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
                archive.writestr(info, path.read_bytes())
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)


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


def _digest_of(manifest: Manifest) -> str:
    return "sha256:" + _sha(
        json.dumps(manifest.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    )


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
