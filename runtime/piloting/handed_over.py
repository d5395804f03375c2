"""Secrets that a service manager hands over as files, read as if they stood in the environment: they stand in no unit, no process list.

systemd: `LoadCredential=NAME:PATH` (https://systemd.io/CREDENTIALS/); containers: secrets mounted at a folder that
CREDENTIALS_DIRECTORY names. A value in the environment wins.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from pathlib import Path

from runtime.errors import BadInput

FOLDER = "CREDENTIALS_DIRECTORY"
MOST_BYTES = 65_536
_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")


def take_credentials(environment: MutableMapping[str, str]) -> list[str]:
    """Puts each file of the folder whose name is that of a variable into the environment; gives the names.

    Raises:
        BadInput: a file cannot be read, is no text, or is larger than 64 KiB.
    """
    folder = environment.get(FOLDER)
    if not folder or not Path(folder).is_dir():
        return []
    found = [path for path in sorted(Path(folder).iterdir()) if _NAME.fullmatch(path.name) and path.is_file()]
    taken = [path for path in found if path.name not in environment]
    environment.update({path.name: _text(path) for path in taken})
    return [path.name for path in taken]


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        if len(data) > MOST_BYTES:
            raise BadInput("this credential is larger than 64 KiB", str(path), "hand over the value alone")
        return data.decode().rstrip("\r\n")
    except OSError as error:
        raise BadInput(f"this credential cannot be read ({error.strerror})", str(path), "check who owns it") from None
    except UnicodeDecodeError:
        raise BadInput("this credential is no text", str(path), "hand over the value alone") from None
