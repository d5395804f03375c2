"""The log of a folder's repository, newest first; with what an earlier run kept only what was committed since is asked for."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from kb_audit.kept import Kept

TIMEOUT_S = 300
COMMIT, PART = "\x1e", "\x1f"
# The folder is somebody's: nothing that its configuration names may run.
_SAFE = (
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "log.showSignature=false",
    "-c", "core.quotePath=false", "--no-pager",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """The log as it was at one commit."""

    head: str
    log: str


def log_of(root: Path, kept: Kept | None = None) -> str | None:
    """Commits with time, author and what they changed below `root`; `None` without a repository or git."""
    if kept is None:
        return _log(root)
    head = (_git(root, "rev-parse", "HEAD") or "").strip()
    if not head:
        return None
    key = hashlib.sha256(f"git {root.resolve()}".encode("utf-8", "surrogatepass")).digest()
    last = kept.one(key, Told)
    if last is not None and last.head == head:
        return last.log
    told = _since(root, last) if last is not None else _log(root)
    if told is not None:
        kept.put(key, Told(head, told))
    return told


def _since(root: Path, last: Told) -> str | None:
    """What came on top of the log that was kept, if the history was not rewritten."""
    if _git(root, "merge-base", "--is-ancestor", last.head, "HEAD") is None:
        return _log(root)
    fresh = _log(root, f"{last.head}..HEAD")
    return None if fresh is None else fresh + last.log


def _log(root: Path, commits: str = "HEAD") -> str | None:
    return _git(
        root, "log", "--no-merges", "-M", "--relative", "--no-ext-diff", "--no-textconv", "--name-status",
        f"--format={COMMIT}%at{PART}%aN", commits, "--", ".",
    )  # fmt: skip


def _git(root: Path, *asked: str) -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    env = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}
    command = [git, *_SAFE, "-C", str(root), *asked]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, env=env, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
