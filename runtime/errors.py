"""Errors that a user reads: what is wrong, where, and what to do about it.

Each class carries the exit code of the command line: 2 bad input, a limit of ours or a conflict of
digests or locks; 3 something unreachable; 70 a fault of cxready itself (sysexits.h, EX_SOFTWARE).
"""

from __future__ import annotations

from collections.abc import Iterable


class CxreadyError(Exception):
    """Something that a user can act on.

    Args:
        what: what is wrong, one sentence.
        where: `file:line`, system or `system.operation`; empty when there is no place.
        do: the next step, an imperative sentence.
    """

    exit_code = 2

    def __init__(self, what: str, where: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.do = what, where, do

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        step = f"\n  → {self.do}" if self.do else ""
        return f"{place}{self.what}{step}"


class BadInput(CxreadyError):
    """A file, argument or document cannot be used as it is."""


class Refused(CxreadyError):
    """A limit of cxready's own forbids it: a budget, a window, a gate, a missing permission."""


class Conflict(CxreadyError):
    """Two things that must agree do not: a digest, a lock, a plan."""


class Unreachable(CxreadyError):
    """A system could not be reached, or the path to it is blocked."""

    exit_code = 3


class OnTheWay(Unreachable):
    """Something between us and the system answered or stood in the way: a proxy, a certificate, a name."""


class Bug(CxreadyError):
    """A state that cxready promised could not occur."""

    exit_code = 70


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean `…`?` with the nearest known name, or nothing: the end of a sentence about an unknown one."""
    import difflib

    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean `{near[0]}`?" if near else ""
