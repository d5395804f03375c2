"""The real command line in tests: in this process for speed, or as a child where a process matters.

said = command("assess", folder)
assert said.code == 2 and "there is no such folder" in said.err
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

LEFTOVERS = (".new", ".part", ".tmp")


@dataclass(frozen=True)
class Said:
    """How a command ended: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    def complains(self, *words: str) -> bool:
        """A message with what, where (the words) and what to do, and no traceback."""
        whole = self.out + self.err
        assert "Traceback" not in whole, whole
        assert "\n  → " in self.err, f"no next step in: {self.err!r}"
        missing = [word for word in words if word not in self.err]
        assert not missing, f"{missing} not in: {self.err!r}"
        return True


def command(*arguments: object, env: Mapping[str, str] | None = None) -> Said:
    """Runs `cxready ARGUMENTS` through its entry point; the environment is the given one over this process's."""
    from assess.cli import main

    out, err = io.StringIO(), io.StringIO()
    code = 0
    with (
        mock.patch.dict(os.environ, dict(env or {})),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main([str(a) for a in arguments])
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return Said(code, out.getvalue(), err.getvalue())


def half_written(*places: Path) -> list[Path]:
    """Temporary names, and bundle folders without a manifest: what an interrupted writer would leave."""
    found: list[Path] = []
    for place in places:
        found += [p for p in _files(place) if p.name.endswith(LEFTOVERS)]
        for bundle in place.rglob("bundles/*"):
            if bundle.name.startswith(".") or (bundle.is_dir() and not (bundle / "manifest.json").is_file()):
                found.append(bundle)
    return found


def _files(place: Path) -> Iterator[Path]:
    return (p for p in place.rglob("*") if p.is_file())
