"""Puts bundles of one engagement together: the newest that measured a thing speaks for it, and every digest is kept.

Two halves of an estate are often collected by two people, or what was missing is collected later by the one line that
`cxready take` prints.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from probes.artifact import Missing
from probes.bundle import Bundle, write_files
from probes.finding import EVERYWHERE
from probes.gather.inputs import NO_PART
from probes.manifest import Manifest, Source
from runtime.errors import Conflict

Key = tuple[str, str, str]


def merge(bundles: Sequence[Bundle], target: Path) -> Path:
    """Writes the merged bundle as the folder `target` and its zip; returns the folder.

    Raises:
        Conflict: they are not of one engagement, one is named twice, or the target exists.
    """
    newest_first = sorted(bundles, key=lambda b: b.as_of, reverse=True)
    check_together(newest_first)
    held = _chosen(newest_first)
    newest = newest_first[0]
    contents = {n: d for n, d in newest.contents().items() if n.startswith("inputs/")}
    contents |= {name: (bundle.root / name).read_bytes() for name, bundle in held.items()}
    contents |= {f"struck/{b.name}/{n.removeprefix('struck/')}": d for b in newest_first for n, d in _struck(b).items()}
    return write_files(target, _manifest(newest_first, held), contents)


def check_together(bundles: Sequence[Bundle]) -> None:
    """One organisation, the same written files (those that a collection depends on), no bundle twice.

    Raises:
        Conflict: they cannot be put together; the file that differs is named.
    """
    first = bundles[0]
    seen: dict[str, str] = {}
    for bundle in bundles:
        if bundle.digest in seen:
            raise Conflict("the same bundle is named twice", f"{seen[bundle.digest]} and {bundle.name}", "name it once")
        seen[bundle.digest] = bundle.name
        if bundle.manifest.organisation != first.manifest.organisation:
            raise Conflict(
                f"the bundles are of {first.manifest.organisation} and of {bundle.manifest.organisation}",
                bundle.name,
                "put together only bundles of one engagement",
            )
        if named := differing_inputs(first.manifest.files, bundle.manifest.files):
            raise Conflict(
                f"the bundles were collected with different files: {', '.join(named[:5])}",
                f"{first.name} and {bundle.name}",
                "collect the missing systems again with the same files",
            )


def differing_inputs(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """Files under `inputs/`, of those that a collection depends on, whose digests differ."""
    named = [n for n in one.keys() | other.keys() if n.startswith("inputs/") and one.get(n) != other.get(n)]
    return sorted(n.removeprefix("inputs/") for n in named if n.removeprefix("inputs/") not in NO_PART)


def _chosen(newest_first: Iterable[Bundle]) -> dict[str, Bundle]:
    """Artifact file → the newest bundle that holds it."""
    held: dict[str, Bundle] = {}
    for bundle in newest_first:
        for name in bundle.manifest.files:
            if name.startswith("artifacts/"):
                held.setdefault(name, bundle)
    return held


def _struck(bundle: Bundle) -> dict[str, bytes]:
    return {n: d for n, d in bundle.contents().items() if n.startswith("struck/")}


def _manifest(newest_first: Sequence[Bundle], held: Mapping[str, Bundle]) -> Manifest:
    newest, manifests = newest_first[0].manifest, [b.manifest for b in newest_first]
    plans = {m.plan for m in manifests}
    return newest.model_copy(
        update={
            "systems": list(dict.fromkeys(s for m in reversed(manifests) for s in m.systems)),
            "requests": _sums(manifests),
            "reversed": [says for m in reversed(manifests) for says in m.reversed],
            "left_behind": [says for m in reversed(manifests) for says in m.left_behind],
            "inventory": _union(manifests),
            "missing": _missing(newest_first, held),
            "struck": [one for m in reversed(manifests) for one in m.struck],
            "plan": newest.plan if len(plans) == 1 else "",
            "plan_enforced": all(m.plan_enforced for m in manifests),
            "approved_by": ", ".join(dict.fromkeys(m.approved_by for m in reversed(manifests) if m.approved_by)),
            "merged": [one for b in reversed(newest_first) for one in (b.manifest.merged or [_source(b)])],
        }
    )


def _missing(newest_first: Sequence[Bundle], held: Mapping[str, Bundle]) -> list[Missing]:
    """What no bundle measured, in the words of the newest that asked for it; what one that is newer measured in its
    place is missing no more.
    """
    kept: dict[Key, Missing] = {}
    order = {b.digest: n for n, b in enumerate(newest_first)}
    measured: dict[Key, int] = {}
    for name, bundle in held.items():
        subject = json.loads((bundle.root / name).read_text(encoding="utf-8"))["subject"]
        key = (name.split("/")[1], str(subject["unit"]), str(subject.get("item", "")))
        measured[key] = order[bundle.digest]
    for n, bundle in enumerate(newest_first):
        for one in bundle.missing:
            if not _answered(one.key, n, measured):
                kept.setdefault(one.key, one)
    return sorted(kept.values(), key=lambda m: m.key)


def _answered(key: Key, n: int, measured: Mapping[Key, int]) -> bool:
    """The same thing was measured by any bundle, or a part of it by a newer one than the one that lacks the whole."""
    kind, unit, item = key
    if key in measured:
        return True
    return any(
        by < n and k == kind and (unit in (u, EVERYWHERE)) and item in (i, "") for (k, u, i), by in measured.items()
    )


def _sums(manifests: Iterable[Manifest]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for manifest in manifests:
        for system, count in manifest.requests.items():
            sums[system] = sums.get(system, 0) + count
    return sums


def _union(manifests: Iterable[Manifest]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for manifest in manifests:
        for name, values in manifest.inventory.items():
            found.setdefault(name, set()).update(values)
    return {name: sorted(values) for name, values in found.items()}


def _source(bundle: Bundle) -> Source:
    manifest = bundle.manifest
    return Source(
        name=bundle.name,
        digest=bundle.digest,
        run=manifest.run,
        as_of=manifest.as_of,
        plan=manifest.plan,
        plan_enforced=manifest.plan_enforced,
        approved_by=manifest.approved_by,
        requests=manifest.requests,
    )
