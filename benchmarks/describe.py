"""All declared questions of one large description beside `redocly lint` on the same file: whole processes, interleaved.

    python -m benchmarks.describe [FILE …] [--pairs 7] [--redocly PATH]

Without FILE: the largest document of the corpus (CXREADY_CORPUS), and one of 3 MB put together from its largest; where
there is no corpus, one that is generated. Each side runs once before it counts, ours with its bytecode kept as an
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
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from runtime.systems.document_text import parse_document

ENOUGH = 3_000_000
KINDS = [
    "open",
    "closed",
    "disputed",
    "credited",
    "shipped",
    "returned",
    "blocked",
    "expected",
    "scheduled",
    "archived",
    "shared",
    "promised",
]
THINGS = [
    "invoice",
    "contract",
    "account",
    "order",
    "parcel",
    "meter",
    "device",
    "ticket",
    "message",
    "payment",
    "refund",
    "discount",
    "plan",
    "address",
    "visit",
    "repair",
    "claim",
    "voucher",
    "session",
    "charge",
    "tariff",
    "bundle",
    "router",
    "line",
    "number",
    "appointment",
    "delivery",
    "warranty",
    "licence",
    "seat",
    "statement",
    "reminder",
    "deposit",
    "subscription",
    "usage",
]
WORDS = ["number", "reason", "amount", "currency", "period", "status", "channel", "owner"]
OPERATIONS = (
    ("get", "Read", "/{id}"), ("patch", "Change", "/{id}"), ("delete", "Remove", "/{id}"), ("get", "List", ""), ("post", "Create", ""),
)  # fmt: skip
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
    options = parser.parse_args()
    with TemporaryDirectory(prefix="cxready-") as place:
        for file in options.files or documents(Path(place)):
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
    whole.write_text(_text(_joined(found) if found else _generated()), encoding="utf-8")
    return [*found[:1], whole]


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


def _generated() -> dict[str, Any]:
    """Twenty properties a thing, five operations each, every thing with a parent of its own kind: 3 MB, hundreds of cycles."""
    whole = _empty()
    for kind, thing in product(KINDS, THINGS):
        name = f"{kind.capitalize()}{thing.capitalize()}"
        here = {"$ref": f"#/components/schemas/{name}"}
        fields = {
            f"{word}_{thing}": {
                "type": "string",
                "description": f"The {word} of the {kind} {thing} as its customer reads it on a document, never empty",
            }
            for word in (*WORDS, *KINDS)
        }
        whole["components"].setdefault("schemas", {})[name] = {
            "type": "object",
            "properties": {**fields, "parent": here},
        }
        answer = {"content": {"application/json": {"schema": here}}}
        for method, does, place in OPERATIONS:
            given = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}] if place else []
            whole["paths"].setdefault(f"/{kind}-{thing}{place}", {})[method] = {
                "operationId": f"{does.lower()}{name}",
                "summary": f"{does} a {kind} {thing}",
                "description": f"{does} a {kind} {thing} of one customer; the answer holds it as it is afterwards, with its parent.",
                "parameters": given,
                **({"requestBody": answer} if method in ("patch", "post") else {}),
                "responses": {
                    "200": {"description": "As it is now", **answer},
                    "404": {"description": "No such record"},
                },
            }
    return whole


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
