"""A bundle's zip: packed to the same bytes for the same files, unpacked only when nothing in it leads out."""

from __future__ import annotations

import zipfile
from pathlib import Path

from runtime.errors import BadInput, Conflict

MAX_FILES, MAX_BYTES, MAX_FILE_BYTES = 20_000, 500_000_000, 50_000_000


_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def unpack(archive: Path, target: Path) -> None:
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


def pack(folder: Path, target: Path) -> None:
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
