"""What came back from IT: checked against the engagement, kept, put together, and what is missing with the line that
collects it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assess.engagement import Folder
from probes.artifact import Missing
from probes.bundle import Bundle, write_files
from probes.bundle_merge import differing_inputs, merge
from probes.gather.inputs import read_inputs
from probes.manifest import Manifest, sha
from runtime.errors import BadInput, Conflict

AGAIN_AFTER_A_CHANGE = ("not_allowed", "no_input", "needs", "not_reversible", "gone", "struck")


@dataclass(frozen=True)
class Gap:
    """Something that was not measured. `line` collects only that; `first` is what to do before, if anything."""

    system: str
    what: str
    cause: str
    why: str
    first: str
    line: str


@dataclass(frozen=True)
class Taken:
    """What `take` did. `bundle` is the one that judging uses now."""

    bundle: Path
    digest: str
    remarks: tuple[str, ...]
    gaps: tuple[Gap, ...]
    left_behind: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        gaps = [vars(gap) for gap in self.gaps]
        return {
            "bundle": str(self.bundle),
            "digest": self.digest,
            "remarks": list(self.remarks),
            "missing": gaps,
            "left_behind": list(self.left_behind),
        }

    def lines(self) -> list[str]:
        """The result as a person reads it: one command a gap, gaps with the same command together."""
        said = [f"taken: {self.bundle}  {self.digest}", *self.remarks]
        said += [f"left behind on a system: {one}" for one in self.left_behind]
        said.append(f"missing: {len(self.gaps) or 'nothing that was asked for'}")
        for line in dict.fromkeys(gap.line for gap in self.gaps):
            same = [gap for gap in self.gaps if gap.line == line]
            said += [f"  {gap.system}: {gap.what}: {gap.why}" for gap in same]
            said += [f"    first: {first}" for first in dict.fromkeys(g.first for g in same if g.first)]
            said.append(f"    {line}")
        return said


def take_in(folder: Folder, paths: Sequence[Path], *, accept_differences: bool = False) -> Taken:
    """Checks, keeps and, when there are several, puts bundles together in `DIR/bundles/`.

    Raises:
        BadInput: no bundle.
        Conflict: changed after it was sealed, another organisation, or collected with other files.
    """
    with ExitStack() as stack:
        opened = [Bundle.open(path) for path in paths]
        for bundle in opened:
            stack.callback(bundle.close)
        remarks = [remark for bundle in opened for remark in _checked(folder, bundle, accept_differences)]
        kept = [_kept(folder, bundle) for bundle in opened]
    if len(kept) > 1:
        kept = [_together(folder, kept)]
        remarks.append(f"put together from {len(paths)} bundles; the manifest keeps their digests")
    found = Bundle.open(kept[0])
    remarks += _alone(folder, found, kept[0])
    return Taken(
        kept[0], found.digest, tuple(remarks), tuple(gaps(folder, found.manifest)), tuple(found.manifest.left_behind)
    )


def gaps(folder: Folder, manifest: Manifest) -> Iterator[Gap]:
    """Systems that nobody asked, then what was asked for and not measured."""
    for system in folder.estate.systems:
        if system not in manifest.systems:
            line = f"cxready collect {folder.path} --system {system}"
            yield Gap(system, "everything", "no_input", "this system was not asked", "", line)
    for one in manifest.missing:
        probes = _probes(folder, one)
        if probes:
            first = one.would_measure if one.cause in AGAIN_AFTER_A_CHANGE else ""
            why = one.detail.partition("\n")[0]
            yield Gap(str(one.subject), one.wanted, one.cause, why, first, _line(folder, one, probes[0]))


def _line(folder: Folder, one: Missing, probe: str) -> str:
    """The command that measures only this."""
    system = f" --system {one.subject.unit}" if one.subject.unit in folder.estate.systems else ""
    return f"cxready collect {folder.path}{system} --probe {probe}"


def _probes(folder: Folder, one: Missing) -> list[str]:
    """Questions of the catalogue that the missing thing answers, asked of this kind of system; due ones first."""
    from assess.catalogue import catalogue

    settings = folder.estate.systems.get(one.subject.unit)
    wanted = None if settings is None else "crm" if settings.role == "crm" else "api"
    found: list[tuple[bool, str]] = []
    for probe in catalogue().probes:
        if any(kind.kind == one.wanted for kind in probe.needs):
            ids = [
                i
                for i in probe.ids()
                if wanted is None or i.split(".")[0] not in ("crm", "api") or i.startswith(f"{wanted}.")
            ]
            found += [(probe.later, i) for i in ids]
    return [name for later, name in sorted(found, key=lambda pair: pair[0]) if not later]


def _checked(folder: Folder, bundle: Bundle, accept_differences: bool) -> Iterator[str]:
    """Remarks about one bundle.

    Raises:
        Conflict: it is of another engagement, or was collected with other files.
    """
    manifest = bundle.manifest
    ours = folder.engagement.value.organisation
    if manifest.organisation != ours:
        raise Conflict(
            f"the bundle is of {manifest.organisation}, the engagement of {ours}",
            bundle.name,
            "name the right folder: --into DIR",
        )
    written = read_inputs(folder.path, folder.estate.knowledge, folder.written_files())
    here = {f"inputs/{name}": sha(data) for name, data in written.items()}
    if other := differing_inputs(here, manifest.files):
        named = f"{', '.join(other[:6])}{f' and {len(other) - 6} more' if len(other) > 6 else ''}"
        if not accept_differences:
            raise Conflict(
                f"the bundle was collected with other files: {named}",
                f"{bundle.name} and {folder.path}",
                f"judge it as it was collected (`cxready assess {bundle.name}`), ask for a new one, or give --accept-differences",
            )
        yield f"{bundle.name}: collected with other files than those here: {named}"
    yield f"{bundle.name}: {_of_plan(folder, manifest)}"
    yield from (f"{bundle.name}: struck out: {one.path} ({one.reason})" for one in manifest.struck)


def _of_plan(folder: Folder, manifest: Manifest) -> str:
    approved = (
        f"approved by {manifest.approved_by}" if manifest.approved_by else "nobody is named as having approved it"
    )
    if not manifest.plan_enforced:
        return "not bound to an approved plan"
    asked = next((name for name, said in _requests(folder).items() if said.get("plan") == manifest.plan), "")
    which = (
        f"the plan of the request {asked}"
        if asked
        else f"the plan {manifest.plan[:19]}…, which no request of this folder holds"
    )
    return f"bound to {which}; {approved}"


def _requests(folder: Folder) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted((folder.path / "requests").glob("*.json"), reverse=True):
        try:
            found[path.stem] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise BadInput("this note of a request cannot be read", str(path), "restore or delete it") from None
    return found


def _kept(folder: Folder, bundle: Bundle) -> Path:
    """The bundle's place in the folder; copied there unless it is there already."""
    place = folder.path / "bundles"
    target, number = place / bundle.name, 2
    while target.exists():
        if Bundle.open(target).digest == bundle.digest:
            return target
        target, number = place / f"{bundle.name}-{number}", number + 1
    written = write_files(target, bundle.manifest, bundle.contents())
    if Bundle.open(written).digest != bundle.digest:
        shutil.rmtree(written)
        raise Conflict("the copy is not the bundle", str(target), "check the disk, then run the command again")
    return written


def _together(folder: Folder, kept: Sequence[Path]) -> Path:
    bundles = [Bundle.open(path) for path in dict.fromkeys(kept)]
    if len(bundles) == 1:
        raise Conflict("the same bundle is named twice", str(kept[0]), "name it once")
    newest = max(bundles, key=lambda b: b.as_of)
    base = folder.path / "bundles" / f"{newest.name.removesuffix('-merged')}-merged"
    target, number = base, 2
    while target.exists():
        target, number = base.with_name(f"{base.name}-{number}"), number + 1
    return merge(bundles, target)


def _alone(folder: Folder, bundle: Bundle, path: Path) -> Iterator[str]:
    """A narrow bundle beside a fuller one: said, because judging uses the newest only."""
    if bundle.manifest.merged or set(bundle.manifest.systems) >= set(folder.estate.systems):
        return
    others = [p.parent for p in sorted(path.parent.glob("*/manifest.json")) if p.parent != path]
    if others:
        yield f"it holds {', '.join(bundle.manifest.systems)} only; with the one before it: cxready take {others[-1]} {path} --into {folder.path}"
