"""Runs a Python program that kills itself with SIGKILL at a named point.

    CXREADY_KILL_AT=NAME[:before|:after][:N] python killable.py (-m MODULE | -c CODE | SCRIPT) [ARG…]

    runtime.written.write_text:after:2     after the second call of that function returned
    probes.bundle.Bundle.save              when that method is called for the first time (`:before:1` is the default)
    event:os.rename:3                      just before the third rename; any event of sys.addaudithook: open, os.rename
                                           (also os.replace), os.remove, socket.connect, sqlite3.connect …

A function needs no preparation: it is wrapped right after its module was executed, before anybody else can import it
from there. Coroutine functions count as returned when awaited. What is written in C (sqlite3.Connection.execute) cannot
be wrapped: name the Python function around it.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import os
import runpy
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

VARIABLE = "CXREADY_KILL_AT"
# Exit code when the point can never be reached: its name does not exist in its module.
NO_SUCH_POINT = 86


@dataclass(frozen=True)
class Point:
    """A place to die at: `name` is a dotted path or `event:NAME`, `when` before or after, `nth` counts from 1."""

    name: str
    when: str = "before"
    nth: int = 1

    @classmethod
    def parse(cls, text: str) -> Point:
        """From `NAME[:before|:after][:N]`; ValueError when it reads differently."""
        prefix = "event:" if text.startswith("event:") else ""
        name, *rest = text.removeprefix(prefix).split(":")
        when, nth = "before", 1
        for word in rest:
            if word in ("before", "after"):
                when = word
            elif word.isdecimal() and int(word) > 0:
                nth = int(word)
            else:
                raise ValueError(f"{text!r}: expected NAME[:before|:after][:N], found {word!r}")
        if not name or (prefix and when == "after"):
            raise ValueError(f"{text!r}: expected NAME[:before|:after][:N]; an event has no 'after'")
        return cls(prefix + name, when, nth)

    def __str__(self) -> str:
        return f"{self.name}:{self.nth}" if self.name.startswith("event:") else f"{self.name}:{self.when}:{self.nth}"


def arm(point: Point) -> None:
    """From now on this process ends with SIGKILL when it reaches the point."""
    if point.name.startswith("event:"):
        _arm_event(point)
        return
    if "." not in point.name:
        _give_up(f"{point.name}: a dotted path is needed, package.module.function")
    sys.meta_path.insert(0, _Watch(point))


def main(argv: Sequence[str]) -> None:
    """Arm the point of the environment, then become the program that `argv` names."""
    point = os.environ.pop(VARIABLE, "")
    sys.path.pop(0)  # this folder: the program must see the path that it would have without us
    if point:
        arm(Point.parse(point))
    first, rest = argv[0], list(argv[1:])
    if first == "-m":
        sys.path.insert(0, str(Path.cwd()))
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        sys.path.insert(0, "")
        sys.argv = ["-c", *rest[1:]]
        exec(compile(rest[0], "<program>", "exec"), {"__name__": "__main__"})
    else:
        sys.path.insert(0, str(Path(first).resolve().parent))
        sys.argv = [first, *rest]
        runpy.run_path(first, run_name="__main__")


class _Countdown:
    """Dies at the n-th call, whichever thread makes it."""

    def __init__(self, nth: int) -> None:
        self._left = nth
        self._lock = threading.Lock()

    def tick(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class _Watch(importlib.abc.MetaPathFinder):
    """Lets the other finders find a module, and wraps the point's function once it was executed.

    Which part of the dotted path is the module is known only when modules are found: `a.b.C.f` may be the function C.f
    of a.b. Each prefix is tried; the longest one that is a module holds the function.
    """

    def __init__(self, point: Point) -> None:
        self._point = point
        self._countdown = _Countdown(point.nth)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not self._point.name.startswith(f"{fullname}.") or self._has_submodule(fullname, path):
            return None
        spec = self._others(fullname, path)
        if spec is None or spec.loader is None:
            return None
        loader, executed = spec.loader, spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            executed(module)
            _wrap(module, self._point.name.removeprefix(f"{fullname}.").split("."), self._point, self._countdown)

        loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec

    def _has_submodule(self, fullname: str, path: Sequence[str] | None) -> bool:
        spec = self._others(fullname, path)
        following = self._point.name.removeprefix(f"{fullname}.").split(".")[0]
        if spec is None or not spec.submodule_search_locations:
            return False
        return self._others(f"{fullname}.{following}", list(spec.submodule_search_locations)) is not None

    def _others(self, fullname: str, path: Sequence[str] | None) -> importlib.machinery.ModuleSpec | None:
        for finder in sys.meta_path:
            if finder is self:
                continue
            spec = finder.find_spec(fullname, path, None)
            if spec is not None:
                return spec
        return None


def _wrap(module: ModuleType, names: list[str], point: Point, countdown: _Countdown) -> None:
    holder: Any = module
    for name in names[:-1]:
        holder = getattr(holder, name, None)
    plain = inspect.getattr_static(holder, names[-1], None)
    if plain is None:
        _give_up(f"{point.name}: {module.__name__} has no {'.'.join(names)}")
    kind = type(plain) if isinstance(plain, staticmethod | classmethod) else None
    deadly = _deadly(plain.__func__ if kind else plain, point.when, countdown)
    setattr(holder, names[-1], kind(deadly) if kind else deadly)


def _deadly(function: Callable[..., Any], when: str, countdown: _Countdown) -> Callable[..., Any]:
    @functools.wraps(function)
    async def awaited(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            countdown.tick()
        result = await function(*args, **kwargs)
        if when == "after":
            countdown.tick()
        return result

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            countdown.tick()
        result = function(*args, **kwargs)
        if when == "after":
            countdown.tick()
        return result

    return awaited if inspect.iscoroutinefunction(function) else called


def _arm_event(point: Point) -> None:
    countdown, wanted = _Countdown(point.nth), point.name.removeprefix("event:")

    def hook(event: str, _arguments: tuple[Any, ...]) -> None:
        if event == wanted:
            countdown.tick()

    sys.addaudithook(hook)


def _give_up(message: str) -> None:
    sys.stderr.write(f"killable: {message}\n")
    sys.stderr.flush()
    os._exit(NO_SUCH_POINT)


if __name__ == "__main__":
    main(sys.argv[1:])
