"""`issued/DATE-vN/`: a report as it was handed over, frozen with the files that it was judged by.

The evidence stays where it is: the version names its bundle by digest. A frozen file that was changed is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from assess.assessment import Roadmap
from assess.engagement import Folder
from assess.out import Out
from assess.register import Entry, Register
from probes.bundle import Bundle
from runtime.errors import BadInput, Conflict

FILE = "issued.json"
_NAME = re.compile(r"\d{4}-\d{2}-\d{2}-v(\d+)")


class Issued(Out):
    """What a version says about itself. `files`: path → sha256 of its bytes."""

    format: Literal[1] = 1
    version: int = Field(ge=1)
    issued: date
    as_of: datetime
    moved: bool = False
    bundle: str = Field(description="name under bundles/")
    digest: str = Field(description="of the bundle")
    catalogue: str
    tool: str
    files: dict[str, str]


def versions(folder: Path) -> list[Path]:
    """Issued versions of a folder, oldest first."""
    found = [(int(m[1]), p) for p in (folder / "issued").glob("*") if (m := _NAME.fullmatch(p.name)) and p.is_dir()]
    return [path for _, path in sorted(found)]


def next_version(folder: Path) -> int:
    return max((int(p.name.rsplit("-v", 1)[1]) for p in versions(folder)), default=0) + 1


def read_issued(path: Path) -> Issued:
    """A version, every frozen file checked.

    Raises:
        BadInput: no issued version.
        Conflict: it is damaged, or a file was changed since it was issued.
    """
    place = str(path / FILE)
    try:
        found = Issued.model_validate(json.loads((path / FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise BadInput("this is no issued version", place, "name a folder under issued/") from None
    except (OSError, ValueError, ValidationError) as error:
        raise Conflict(f"the version cannot be read: {error}", place, "take it from your backup") from None
    for name, digest in found.files.items():
        file = path / name
        if not file.is_file() or _sha(file.read_bytes()) != digest:
            raise Conflict(
                "a file of an issued version was changed or lost",
                str(file),
                "take it from your backup; issue a new version",
            )
    return found


def bundle_of(path: Path, found: Issued) -> Bundle:
    """The bundle that a version was judged on.

    Raises:
        BadInput: it is not in the folder any more.
        Conflict: another one stands under its name.
    """
    home = path.resolve().parent.parent / "bundles"
    place = next((p for p in (home / found.bundle, home / f"{found.bundle}.zip") if p.exists()), None)
    if place is None:
        raise BadInput(f"the bundle {found.bundle} of this version is gone", str(home), "put its folder or zip back")
    bundle = Bundle.open(place)
    if bundle.digest != found.digest:
        raise Conflict("this is not the bundle that the version was judged on", str(place), "put the original back")
    return bundle


def freeze(folder: Folder, issued: Issued, write: Callable[[Path], object]) -> Path:
    """Writes a version whole or not at all, and returns its folder.

    Args:
        issued: without `files`; they are taken from what is written.
        write: fills a folder with the outputs.

    Raises:
        Conflict: the version exists already.
    """
    target = folder.path / "issued" / f"{issued.issued:%Y-%m-%d}-v{issued.version}"
    if target.exists():
        raise Conflict("this version exists already", str(target), "an issued report is never rewritten; run it again")
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        _copy_inputs(folder, made / "inputs")
        write(made)
        files = {p.relative_to(made).as_posix(): _sha(p.read_bytes()) for p in sorted(made.rglob("*")) if p.is_file()}
        whole = issued.model_copy(update={"files": files})
        (made / FILE).write_text(
            json.dumps(whole.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n",
            encoding="utf-8",
            newline="\n",
        )
        made.chmod(0o755)
        made.replace(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return target


def promised(register: Register, roadmap: Roadmap, start: date) -> Register:
    """The register with what this report promises for each task; a promise that was given stays the first one."""
    tasks = {number: task for task in roadmap.tasks for number in task.findings}

    def with_promise(entry: Entry) -> Entry:
        task = tasks.get(entry.number)
        if task is None or entry.days is not None:
            return entry
        return entry.model_copy(
            update={
                "task": task.id,
                "days": task.effort.days,
                "p50": start + timedelta(days=round(task.finish_p50 * 7)),
                "p80": start + timedelta(days=round(task.finish_p80 * 7)),
            }
        )

    return Register(findings=[with_promise(e) for e in register.findings])


def _copy_inputs(folder: Folder, target: Path) -> None:
    names = [*folder.written_files(), *([Path("register.yaml")] if (folder.path / "register.yaml").is_file() else [])]
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder.path / name, target / name)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
