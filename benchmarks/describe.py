"""All declared questions of one large description beside `redocly lint` on the same file: whole processes, interleaved.

    python -m benchmarks.describe [FILE …] [--pairs 7] [--redocly PATH] [--variants]

Without FILE: the largest document of the corpus (CXREADY_CORPUS), and one of 3 MB put together from its largest; where
there is no corpus, one that is generated; `--variants` takes four that are hard each in its own way. Each side runs once before it counts, ours with its bytecode kept as an
installation keeps it. Prints medians of wall and processor time and their ratio; asserts
nothing. redocly (npm @redocly/cli) is looked for on the PATH; without it only our side is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.description_variants import things, variants
from runtime.systems.document_text import parse_document

ENOUGH = 3_000_000
QUIET = {
    "REDOCLY_TELEMETRY": "off",
    "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
    "NO_COLOR": "1",
    "NODE_OPTIONS": "--no-deprecation",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--redocly", default=shutil.which("redocly") or "")
    parser.add_argument("--variants", action="store_true")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="cxready-") as place:
        hard = list(_variants(Path(place))) if options.variants else []
        for file in [*(options.files or ([] if hard else documents(Path(place)))), *hard]:
            compare(
                file.resolve(), options.pairs, options.redocly, {**QUIET, "PYTHONPYCACHEPREFIX": f"{place}/bytecode"}
            )


def compare(file: Path, pairs: int, redocly: str, more: dict[str, str]) -> None:
    """One document: both sides in turn, the order changing with every pair."""
    print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")
    ours = [sys.executable, "-m", "benchmarks.declared", str(file)]
    theirs = [redocly, "lint", str(file), "--max-problems", "100", "--format", "summary"] if redocly else []
    sides = {"cxready, all declared questions": ours, **({"redocly lint": theirs} if theirs else {})}
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for command in sides.values():
        timed(command, more)
    for number in range(pairs):
        for name in list(sides)[:: 1 if number % 2 else -1]:
            took[name].append(timed(sides[name], more))
    for name, pairs_of in took.items():
        wall, work = (statistics.median(each) for each in zip(*pairs_of, strict=True))
        print(f"  {name:<34} median {wall:6.2f} s   processor {work:6.2f} s   ({pairs} runs)")
    if len(took) == 1:
        print("  redocly is not installed (npm install @redocly/cli, then --redocly PATH): no ratio")
        return
    ratios = [mine[0] / peer[0] for mine, peer in zip(*took.values(), strict=True)]
    works = [mine[1] / peer[1] for mine, peer in zip(*took.values(), strict=True)]
    print(
        f"  cxready takes {statistics.median(ratios):.2f} × the time of redocly lint "
        f"(pairs {min(ratios):.2f} to {max(ratios):.2f}), {statistics.median(works):.2f} × its processor time"
    )


def timed(command: Sequence[str], more: dict[str, str]) -> tuple[float, float]:
    """Seconds of wall and of processor time of one process and its children."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | more
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):  # 1: redocly found errors
        sys.exit(f"{command[0]} failed: {done.stderr[-400:]}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def documents(place: Path) -> list[Path]:
    """The largest of the corpus and a document of 3 MB, written below `place`."""
    found = sorted(_corpus(), key=lambda file: -file.stat().st_size)
    whole = place / "3-megabytes.yaml"
    whole.write_text(_text(_joined(found) if found else things(_empty())), encoding="utf-8")
    return [*found[:1], whole]


def _variants(place: Path) -> Iterator[Path]:
    for name, document in variants(_empty()):
        file = place / f"{name}.yaml"
        file.write_text(_text(document), encoding="utf-8")
        yield file


def _corpus() -> Iterator[Path]:
    folder = Path(os.environ.get("CXREADY_CORPUS", "")) / "openapi"
    if os.environ.get("CXREADY_CORPUS") and folder.is_dir():
        yield from (file for file in folder.rglob("*") if file.suffix in (".yaml", ".json"))


def _joined(files: Sequence[Path]) -> dict[str, Any]:
    """As many documents of OpenAPI 3.1 as make 3 MB, each with names of its own."""
    whole: dict[str, Any] = _empty()
    size = 0
    for number, file in enumerate(files):
        document = parse_document(file.read_bytes())
        if not str(document.get("openapi", "")).startswith("3.1") or not document.get("paths"):
            continue
        mine = _renamed(document, f"d{number}_")
        whole["paths"] |= {f"/d{number}{path}": item for path, item in mine["paths"].items()}
        for kind, parts in mine.get("components", {}).items():
            whole["components"].setdefault(kind, {}).update({f"d{number}_{name}": one for name, one in parts.items()})
        size += file.stat().st_size
        if size >= ENOUGH:
            break
    return whole


def _renamed(node: Any, mark: str) -> Any:
    """References, operation ids and names of security schemes carry the mark."""
    if isinstance(node, list):
        return [_renamed(one, mark) for one in node]
    if not isinstance(node, dict):
        return node
    found = {name: _renamed(value, mark) for name, value in node.items()}
    reference = found.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/components/"):
        kind, name = reference.split("/")[2:4]
        found["$ref"] = f"#/components/{kind}/{mark}{name}" + "".join(f"/{p}" for p in reference.split("/")[4:])
    if isinstance(found.get("operationId"), str):
        found["operationId"] = mark + found["operationId"]
    if isinstance(found.get("security"), list):
        found["security"] = [{mark + name: value for name, value in rule.items()} for rule in found["security"]]
    return found


def _empty() -> dict[str, Any]:
    info = {
        "title": "Three megabytes",
        "version": "1",
        "license": {"name": "MIT", "url": "https://example.org/licence"},
    }
    servers = [{"url": "https://api.example.org"}]
    return {"openapi": "3.1.0", "info": info, "servers": servers, "security": [], "paths": {}, "components": {}}


def _text(document: dict[str, Any]) -> str:
    import yaml

    plain = json.loads(json.dumps(document, default=str))
    return str(yaml.dump(plain, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=120))


if __name__ == "__main__":
    main()
