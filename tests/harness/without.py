"""Runs `cxready` commands as if some packages were not installed: `python -m tests.harness.without a,b -- COMMAND … [-- COMMAND …]`.

Quicker than a virtual environment a size (tests/test_sizes.py makes those); what was imported is told apart by its top name.
"""

from __future__ import annotations

import contextlib
import importlib.abc
import sys
from collections.abc import Sequence

REPORT = ("weasyprint", "xlsxwriter")
PILOT = ("dbos", "pydantic_ai", "openai", "fastapi", "uvicorn")
COLLECT = (
    "requests", "zeep", "openapi_spec_validator", "jsonschema", "jsonschema_rs", "joserfc", "cedarpy", "z3",
    "sentence_transformers", "torch", "onnxruntime", "onnx", "tokenizers", "sklearn",
    "phonenumbers", "stdnum", "keyring", "truststore", "itsdangerous", "markdown_it", "bs4",
)  # fmt: skip


class Absent(importlib.abc.MetaPathFinder):
    """Says of each of `names` that there is no such module."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = frozenset(names)

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        top = fullname.partition(".")[0]
        if top in self.names:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=top)


def main(arguments: Sequence[str]) -> None:
    """Every command in turn; ends with the first exit code that is not 0."""
    names, *rest = arguments
    sys.meta_path.insert(0, Absent(names.split(",")))
    from assess.cli import main as cxready

    commands: list[list[str]] = []
    for word in rest:
        if word == "--":
            commands.append([])
        else:
            commands[-1].append(word)
    for command in commands:
        code: object = 0
        with contextlib.suppress(SystemExit):
            try:
                cxready(command)
            except SystemExit as ended:
                code = ended.code
                raise
        print(f"{command[0]} {command[1]}: exit {code}", file=sys.stderr)
        if code:
            sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
