"""Keys of one folder: those that sign decision links, the newest last, and the one that hides people's ids in the log."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

LINKS, PEOPLE = "link_keys", "people_key"
MOST_KEYS = 3


def link_keys(home: Path) -> list[str]:
    """The signing keys; the first one is made when there is none."""
    return _keys(home / LINKS)


def rotate(home: Path) -> int:
    """Adds a new signing key; links of the last two keys still open. Returns how many keys hold."""
    keys = [*_keys(home / LINKS), secrets.token_urlsafe(32)][-MOST_KEYS:]
    _write(home / LINKS, keys)
    return len(keys)


def pseudonym(home: Path, handoff_id: str, person: str) -> str:
    """Who decided, for log and engine: another name in every case, so that nobody's decisions can be counted there.

    The same person and handoff give the same name: who holds the key can check one decision, not collect a person's.
    """
    key = _keys(home / PEOPLE)[-1].encode()
    return "p-" + hmac.new(key, f"{handoff_id}\x1f{person}".encode(), hashlib.sha256).hexdigest()[:12]


def _keys(path: Path) -> list[str]:
    try:
        found = path.read_text(encoding="utf-8").split()
    except FileNotFoundError:
        found = []
    if not found:
        _write(path, [secrets.token_urlsafe(32)], only_new=True)
        found = path.read_text(encoding="utf-8").split()
    return found


def _write(path: Path, keys: list[str], *, only_new: bool = False) -> None:
    """Readable by its owner only; with `only_new` the first of two racing writers wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(keys) + "\n")
    if only_new:
        try:
            os.link(part, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            if not path.exists():
                os.replace(part, path)
                return
        part.unlink(missing_ok=True)
    else:
        os.replace(part, path)
