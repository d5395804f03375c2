"""Takes one value out of a bundle and seals it again: both digests stay, and what needed the value is not measured.

An artifact of which a part was struck is no evidence any more; the rest of it is kept under `struck/` for who wants to
read it, and no probe does.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from probes.artifact import Missing
from probes.bundle import Bundle, write_files
from probes.finding import Subject
from probes.manifest import MANIFEST, Manifest, Struck, as_json, sha
from runtime.errors import BadInput

MARK = "‹struck›"
KNOWLEDGE = ("knowledge_audit", "workflow_knowledge")  # they quote articles
_IN_MANIFEST = ("missing", "reversed", "left_behind")  # sentences that may quote answers


@dataclass(frozen=True)
class Strike:
    """What was done: the entry of the manifest, the new digest, what is no longer measured, and where else it stands."""

    entry: Struck
    digest: str
    not_measured: tuple[str, ...]
    also_in: tuple[str, ...]


def strike(target: Path, path: str, reason: str, at: datetime) -> Strike:
    """Takes `FILE` or `FILE#/pointer` out of a bundle (folder or zip), in place; folder and zip beside it both change.

    Args:
        path: as `cxready evidence review` prints it.
        reason: stands in the manifest; the value itself does not.

    Raises:
        BadInput: no such value, or one that nothing can be judged without.
        Conflict: the bundle does not match its manifest.
    """
    folder = _folder_of(target)
    _recovered(folder)
    bundle = Bundle.open(folder if folder.is_dir() else target)
    try:
        name, _, pointer = path.partition("#")
        contents, manifest = bundle.contents(), bundle.manifest
        value, before, after, manifest = _taken_out(contents, manifest, name, pointer, reason)
        entry = Struck(
            path=path,
            reason=reason,
            at=at,
            file_before=before,
            file_after=after,
            bundle_before=bundle.digest,
        )
        manifest = manifest.model_copy(update={"struck": [*manifest.struck, entry]})
        _written_anew(folder, manifest, contents)
        gone = tuple(f"{m.wanted} {m.subject}" for m in manifest.missing if m not in bundle.manifest.missing)
    finally:
        bundle.close()
    return Strike(entry, Bundle.open(folder).digest, gone, _also_in(contents, value))


def _taken_out(
    contents: dict[str, bytes], manifest: Manifest, name: str, pointer: str, reason: str
) -> tuple[Any, str, str, Manifest]:
    """The value, the file's digest before and after, and the manifest that says so; `contents` is changed."""
    if name == MANIFEST:
        return _out_of_manifest(manifest, pointer)
    if name not in contents:
        raise BadInput(f"the bundle holds no file {name}", name, "`cxready evidence review` lists every path")
    if name.startswith("inputs/"):
        return _out_of_inputs(contents, manifest, name, pointer, reason)
    raw = contents.pop(name)
    whole = json.loads(raw)
    kept = as_json(_without(whole, pointer, name)) if pointer else b""
    if kept:
        contents["struck/" + name.removeprefix("struck/").removeprefix("artifacts/")] = kept
    lost = [_missing(whole, name, reason)] if name.startswith("artifacts/") else []
    return _value(whole, pointer, name), sha(raw), sha(kept) if kept else "", _with_missing(manifest, lost)


def _missing(artifact: Any, name: str, reason: str) -> Missing:
    """What stands in the place of an artifact that is evidence no more."""
    subject = Subject.model_validate(artifact["subject"])
    return Missing(
        wanted=name.split("/")[1],
        subject=subject,
        cause="struck",
        detail=f"taken out of the evidence before it was handed over: {reason}",
        would_measure="hand the evidence over without striking it, or collect again",
    )


def _out_of_inputs(
    contents: dict[str, bytes], manifest: Manifest, name: str, pointer: str, reason: str
) -> tuple[Any, str, str, Manifest]:
    """An article goes as a whole, and what quotes articles with it; no other written file can be done without."""
    first = name.split("/")[1] if name.count("/") > 1 else ""
    if pointer or first in ("", "effects", "descriptions"):
        raise BadInput(
            "without this file nothing can be judged", name, "change it in the folder and run `cxready collect` again"
        )
    raw = contents.pop(name)
    quoting = [n for n in contents if n.split("/")[0] == "artifacts" and n.split("/")[1] in KNOWLEDGE]
    lost = [_missing(json.loads(contents.pop(n)), n, reason) for n in quoting]
    return raw.decode("utf-8", "replace"), sha(raw), "", _with_missing(manifest, lost)


def _out_of_manifest(manifest: Manifest, pointer: str) -> tuple[Any, str, str, Manifest]:
    dumped = manifest.model_dump(mode="json")
    first = pointer.split("/")[1] if pointer.count("/") else ""
    value = _value(dumped, pointer, MANIFEST)
    if first not in _IN_MANIFEST or not isinstance(value, str):
        raise BadInput(
            "only sentences of the manifest can be struck",
            f"{MANIFEST}#{pointer}",
            f"name one under {', '.join(_IN_MANIFEST)}",
        )
    changed = Manifest.model_validate(_without(dumped, pointer, MANIFEST))
    return value, sha(as_json(dumped)), sha(as_json(changed.model_dump(mode="json"))), changed


def _with_missing(manifest: Manifest, lost: list[Missing]) -> Manifest:
    return manifest.model_copy(update={"missing": sorted([*manifest.missing, *lost], key=lambda m: m.key)})


def _value(whole: Any, pointer: str, name: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to."""
    found = whole
    for step in _steps(pointer):
        try:
            found = found[int(step)] if isinstance(found, list) else found[step]
        except (KeyError, IndexError, ValueError, TypeError):
            raise BadInput(
                f"nothing stands at #{pointer}", name, "`cxready evidence review` lists every path"
            ) from None
    return found


def _without(whole: Any, pointer: str, name: str) -> Any:
    """A copy with the mark at the pointer."""
    _value(whole, pointer, name)
    copy = json.loads(json.dumps(whole))
    *way, last = _steps(pointer)
    place = copy
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[int(last) if isinstance(place, list) else last] = MARK
    return copy


def _steps(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _also_in(contents: Mapping[str, bytes], value: Any) -> tuple[str, ...]:
    """Files in which a struck text still stands: the striker decides about them one by one."""
    if not isinstance(value, str) or len(value.strip()) < 4:
        return ()
    inside = json.dumps(value, ensure_ascii=False)[1:-1].encode()
    return tuple(sorted(n for n, data in contents.items() if inside in data or value.encode() in data))


def _folder_of(target: Path) -> Path:
    return target.with_name(target.name.removesuffix(".zip")) if target.suffix == ".zip" else target


def _written_anew(folder: Path, manifest: Manifest, contents: Mapping[str, bytes]) -> None:
    """The new bundle is complete before the old one goes; whatever a kill leaves, one of the two is whole."""
    old = folder.with_name(f"{folder.name}.old")
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-strike-", dir=folder.parent) as place:
        made = write_files(Path(place) / folder.name, manifest, contents)
        if folder.is_dir():
            folder.replace(old)
        made.replace(folder)
        made.with_name(made.name + ".zip").replace(folder.with_name(folder.name + ".zip"))
    shutil.rmtree(old, ignore_errors=True)


def _recovered(folder: Path) -> None:
    """After a kill between two renames: the old bundle comes back, and the command is given again."""
    old = folder.with_name(f"{folder.name}.old")
    if old.is_dir() and not folder.exists():
        old.replace(folder)
    shutil.rmtree(old, ignore_errors=True)
