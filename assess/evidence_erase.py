"""Deletes what a collecting machine keeps of an engagement's collections, and leaves a receipt of what there was.

The receipt holds names, sizes, digests and counts; no content. The pilot's own data is not touched.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from assess.opening import write_text
from probes.gather.run_session import locked
from probes.manifest import read_manifest
from runtime.errors import CxreadyError, Refused

COLLECTION = ("trace.sqlite", "collect.sqlite", "ledger.sqlite", "sign-ins.sqlite")


def erase(folder: Path, at: datetime, reason: str, *, bundles: bool, whatever_is_left: bool = False) -> Path:
    """Deletes evidence log, state and write ledger, and with `bundles` also bundles and assessments. Returns the receipt.

    Raises:
        Refused: records of ours may still be on a system, and the ledger is what finds them.
        Conflict: a collection is running.
    """
    with locked(folder):
        left = _left(folder)
        if left and not whatever_is_left:
            raise Refused(
                f"{len(left)} records are not taken back, and the write ledger is what finds them: {left[0]}",
                str(folder),
                f"`cxready collect {folder}` takes them back; --whatever-is-left erases all the same",
            )
        counted = {"requests": _requests(folder), "writes": _writes(folder)}
        files = sorted(_files(folder, bundles))  # after the databases were closed: their journals are folded in
        receipt = folder / f"erased-{at:%Y-%m-%dT%H%M%SZ}.json"
        said = {
            "format": 1,
            "at": at.isoformat(),
            "reason": reason,
            "folder": folder.resolve().name,
            **counted,
            "left_on_systems": left,
            "bundles": _bundles(folder),
            "bundles_erased": bundles,
            "files": [_file(folder, path) for path in files],
            "note": "deleted from the file system; copies, backups and blocks of the disk are not reached by this command",
        }
        write_text(receipt, json.dumps(said, indent=1, ensure_ascii=False) + "\n")
        _delete(folder, files, bundles)
    return receipt


def _files(folder: Path, bundles: bool) -> Iterator[Path]:
    place = folder / ".cxready"
    for name in COLLECTION:
        yield from place.glob(f"{name}*")
    for part in ("bundles", "assessments") if bundles else ():
        yield from (p for p in (folder / part).rglob("*") if p.is_file() and not p.is_symlink())


def _delete(folder: Path, files: list[Path], bundles: bool) -> None:
    for path in files:
        _overwritten(path)
        path.unlink(missing_ok=True)
    for part in ("bundles", "assessments") if bundles else ():
        shutil.rmtree(folder / part, ignore_errors=True)


def _overwritten(path: Path) -> None:
    """Zeros over the content first: what a deleted file's blocks show on a plain disk afterwards."""
    size = path.stat().st_size
    with path.open("r+b") as opened:
        while opened.tell() < size:
            opened.write(b"\0" * min(1_000_000, size - opened.tell()))
        opened.flush()
        os.fsync(opened.fileno())


def _file(folder: Path, path: Path) -> dict[str, Any]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"path": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": digest}


def _requests(folder: Path) -> dict[str, int]:
    from runtime.systems.trace import Trace

    place = folder / ".cxready" / "trace.sqlite"
    if not place.is_file():
        return {}
    with closing(Trace(place)) as trace:
        return trace.counts()


def _writes(folder: Path) -> dict[str, int]:
    from runtime.systems.write_ledger import WriteLedger

    place = folder / ".cxready" / "ledger.sqlite"
    if not place.is_file():
        return {}
    with closing(WriteLedger(place)) as ledger:
        return ledger.counts()


def _left(folder: Path) -> list[str]:
    from probes.gather.leftovers import in_words
    from runtime.systems.write_ledger import WriteLedger

    place = folder / ".cxready" / "ledger.sqlite"
    if not place.is_file():
        return []
    with closing(WriteLedger(place)) as ledger:
        return [in_words(e) for e in ledger.open() if not e.never_sent]


def _bundles(folder: Path) -> list[dict[str, str]]:
    """Name and digest of every bundle: what was handed over can still be recognised."""
    found = []
    for path in sorted((folder / "bundles").glob("*/manifest.json")):
        try:
            found.append({"name": path.parent.name, "digest": read_manifest(path.parent).digest})
        except CxreadyError:
            found.append({"name": path.parent.name, "digest": ""})
    return found
