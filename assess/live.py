"""Live progress on stderr: system by system, requests used of the budget, what is being asked. Quiet when nobody watches."""

from __future__ import annotations

import sys
import time
from types import TracebackType

import click


class Live:
    """A context manager; `say` is what `measure` calls. On a terminal one line is rewritten, else a line a change of system."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet, self._terminal = quiet, sys.stderr.isatty()
        self._last, self._shown_at, self._width = "", 0.0, 0

    def say(self, system: str, asking: str, used: int, allowed: int) -> None:
        """Shows one step; at most ten times a second."""
        if self._quiet:
            return
        line = f"{system}: {used} of {allowed} requests · {asking}" if system else asking
        if self._terminal:
            self._rewrite(line)
        elif (system or asking) != self._last:
            click.echo(line, err=True)
        self._last = system or asking

    def clear(self) -> None:
        """Takes the line away, for a question or the end."""
        if self._terminal and not self._quiet and self._width:
            click.echo("\r" + " " * self._width + "\r", nl=False, err=True)

    def __enter__(self) -> Live:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def _rewrite(self, line: str) -> None:
        if time.monotonic() - self._shown_at < 0.1:
            return
        self._shown_at = time.monotonic()
        shown = line[: max(20, _columns() - 1)]
        click.echo("\r" + shown.ljust(self._width), nl=False, err=True)
        self._width = len(shown)


def _columns() -> int:
    import shutil

    return shutil.get_terminal_size().columns
