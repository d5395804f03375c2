"""Run a Python program, kill it with SIGKILL at a chosen point or time, start it again, look at what is left.

    killed = run_and_kill(["-m", "assess.cli", "collect", folder], point="probes.bundle.write_manifest:after")
    done = run(["-m", "assess.cli", "collect", folder])
    assert done.ok and nothing_left_behind()

A program is what follows `python` on the command line: `-m MODULE ARG…`, `-c CODE` or `SCRIPT ARG…`. Points need no
change in the program: see killable.py for their spelling. Random times come from a seed, which is printed, so that
pytest shows it with a failure. Each child leads a session of its own; whatever it leaves running is ended with it.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.harness.killable import NO_SUCH_POINT, VARIABLE, Point

KILLABLE = Path(__file__).with_name("killable.py")
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Finished:
    """How a child ended: `returncode` as subprocess gives it (-9: killed), output as text, wall time in seconds."""

    argv: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def ok(self) -> bool:
        return self.returncode == 0


@dataclass(frozen=True)
class Killed(Finished):
    """A child that SIGKILL ended; `at` is the point, or the time in seconds after its start."""

    at: str


class NotReached(AssertionError):
    """The child ended by itself before the point or time: the test would have tested nothing."""


class TimedOut(AssertionError):
    """The child ran longer than allowed and was ended."""


def run(
    argv: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None, timeout: float = 60
) -> Finished:
    """Run to the end, whatever the exit code. Raises TimedOut after `timeout` seconds."""
    return _run([sys.executable, *argv], env, cwd, timeout, None)


def run_and_kill(
    argv: Sequence[str],
    *,
    point: str | None = None,
    after_seconds: float | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float = 60,
) -> Killed:
    """Run and kill, either at `point` (`package.module.function:after:2`, `event:os.rename`) or after some seconds.

    Raises NotReached when the child ended first (with its output: often the reason is there), TimedOut after `timeout`.
    """
    if (point is None) == (after_seconds is None):
        raise ValueError("name either point or after_seconds")
    if point is None:
        ended = _run([sys.executable, *argv], env, cwd, timeout, after_seconds)
        at = f"{after_seconds:.3f} s"
    else:
        at = str(Point.parse(point))
        ended = _run([sys.executable, str(KILLABLE), *argv], {**(env or {}), VARIABLE: at}, cwd, timeout, None)
    if ended.returncode != -signal.SIGKILL:
        why = "there is no such point" if ended.returncode == NO_SUCH_POINT else f"exit {ended.returncode}"
        raise NotReached(f"{at} was not reached ({why}) by {' '.join(argv)}\n{_tail(ended)}")
    return Killed(ended.argv, ended.returncode, ended.stdout, ended.stderr, ended.seconds, at)


def run_under_fire(
    argv: Sequence[str],
    *,
    seed: int,
    kills: int,
    within: float,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float = 60,
) -> Iterator[Finished]:
    """Kill at up to `kills` random moments in the first `within` seconds, restarting each time; then let it finish.

    Yields each end as it happens, so that the caller can look at what is left between two lives: Killed ones, then one
    Finished. A child that is done before its moment ends the series early. Same seed, same moments.
    """
    print(f"run_under_fire: seed={seed} kills={kills} within={within}")
    moments = random.Random(seed)
    for _ in range(kills):
        try:
            yield run_and_kill(argv, after_seconds=moments.uniform(0, within), env=env, cwd=cwd, timeout=timeout)
        except NotReached:
            break
    yield run(argv, env=env, cwd=cwd, timeout=timeout)


def _run(
    command: list[str], env: Mapping[str, str] | None, cwd: Path | None, timeout: float, kill_after: float | None
) -> Finished:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **(env or {})}
    # Files, not pipes: a grandchild that lives on would keep a pipe open and us waiting.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.monotonic()
        child = subprocess.Popen(
            command, env=environment, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
        )
        try:
            timed_out = _wait(child, timeout if kill_after is None else kill_after) and kill_after is None
        finally:
            _end_group(child)
        ended = Finished(tuple(command), child.returncode, _text(out), _text(err), time.monotonic() - begun)
    if timed_out:
        raise TimedOut(f"{' '.join(command)} ran longer than {timeout} s\n{_tail(ended)}")
    return ended


def _wait(child: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait; afterwards the child has ended. True when its time was up and it was killed."""
    try:
        child.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return True


def _end_group(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _tail(ended: Finished) -> str:
    return ended.stdout[-1500:] + ended.stderr[-1500:]


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", errors="replace")
