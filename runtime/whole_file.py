"""A file appears whole or not at all: written under a temporary name beside it, then renamed."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from runtime.errors import BadInput


def write_text(path: Path, text: str) -> None:
    """Writes a text as UTF-8 with line feeds, whole or not at all; see `write_bytes`."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Writes bytes, whole or not at all.

    Raises:
        BadInput: the folder is missing or read-only, the disk is full, or the name is taken by a folder.
    """
    write_with(path, lambda beside: beside.write_bytes(data))


def write_with(path: Path, write: Callable[[Path], object]) -> None:
    """Lets a writer that wants a path of its own fill the temporary file; `path` appears when it returns.

    Raises:
        BadInput: as above. Errors of the writer that are not the system's pass through; nothing is left behind.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(beside)
        os.replace(beside, path)
    except OSError as error:
        do = "check the folder, its permissions and the space left"
        raise BadInput(f"the file cannot be written ({error.strerror})", str(path), do) from None
    finally:
        with suppress(OSError):  # must not hide what went wrong first
            beside.unlink(missing_ok=True)
