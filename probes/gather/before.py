"""What the bundle before this one held: shrinking is visible, whoever left something out, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from probes.manifest import MANIFEST, read_manifest
from runtime.errors import CxreadyError

REACHED = "reached by "


def inventory_before(folder: Path) -> dict[str, list[str]]:
    """The inventory of the newest bundle under `folder/bundles`, and the articles that each workflow reached in it.

    Empty for the first bundle; one that cannot be read counts for nothing, its own checks say so when it is opened.
    """
    found = sorted(p for p in (folder / "bundles").glob("*") if (p / MANIFEST).is_file())
    if not found:
        return {}
    try:
        inventory = read_manifest(found[-1]).inventory
    except CxreadyError:
        return {}
    return {**inventory, **_reached(found[-1])}


def gone(before: Mapping[str, list[str]], now: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What is no longer there, by kind; articles only where a workflow's questions reached them.

    A system or kind of which this collection holds nothing at all was not looked at: that says nothing.
    """
    looked_at = {name.split(".", 1)[0] for name in now.get("operations", ())}
    lost = {
        kind: sorted(set(names) - set(now[kind]))
        for kind, names in before.items()
        if not _is_reached(kind) and now.get(kind)
    }
    lost["operations"] = [name for name in lost.get("operations", []) if name.split(".", 1)[0] in looked_at]
    articles = set(lost.get("articles", ()))
    for kind, names in before.items():
        if _is_reached(kind):
            lost[kind] = sorted(name for name in names if any(a == name or a.endswith(f"/{name}") for a in articles))
    lost.pop("articles", None)
    return {kind: names for kind, names in lost.items() if names}


def _is_reached(kind: str) -> bool:
    return kind.startswith(REACHED)


def _reached(bundle: Path) -> dict[str, list[str]]:
    """Read as plain JSON: the shape may be that of an older version, and nothing but names is needed."""
    found: dict[str, list[str]] = {}
    for path in sorted((bundle / "artifacts" / "workflow_knowledge").glob("*.json")):
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            found[f"{REACHED}{raw['subject']['unit']}"] = sorted(a["id"] for a in raw["articles"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found
