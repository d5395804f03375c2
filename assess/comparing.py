"""Two openings compared: both judged by the rules of today, with one set of finding numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assess import register as registers
from assess.assessment import Assessment
from assess.attribution import moved_by_file
from assess.catalogue import catalogue
from assess.changes import InputChange, input_changes
from assess.compare import compare
from assess.comparison import Comparison
from assess.engagement import Folder
from assess.judge import Verdict, judge
from assess.opening import Opened, facts_of, opened
from assess.register import Register


def compare_targets(old: Path, new: Path) -> Comparison:
    """Opens and judges both; neither is written to.

    Raises:
        BadInput: one of them is no folder, bundle or issued version, or holds no bundle yet.
        Conflict: a bundle does not match its manifest, or an issued version its digests.
    """
    with opened(old) as before, opened(new) as after:
        numbers = max(_numbers(old, before), _numbers(new, after), key=lambda found: len(found.findings))
        return compare_opened(before, after, numbers)


def compare_opened(before: Opened, after: Opened, numbers: Register, second: Verdict | None = None) -> Comparison:
    """The same for what is open already; `second`: the newer one where it was judged already."""
    first = judge(before.folder, before.bundle, facts_of(before, None), catalogue(), numbers)
    second = second or judge(after.folder, after.bundle, facts_of(after, None), catalogue(), first.register)
    inputs = input_changes(before.folder, after.folder)
    return compare(
        first.assessment,
        second.assessment,
        collected_with=(before.bundle.manifest.catalogue, after.bundle.manifest.catalogue),
        inventories=(before.bundle.manifest.inventory, after.bundle.manifest.inventory),
        articles_changed=_articles(before, after),
        inputs=inputs,
        moved_by=_moved_by(before, after, inputs) if before.bundle.digest == after.bundle.digest else None,
    )


def _moved_by(old: Opened, new: Opened, inputs: Sequence[InputChange]) -> dict[str, list[str]]:
    def judged(folder: Folder) -> Assessment:
        return judge(folder, old.bundle, facts_of(old, None), catalogue(), Register()).assessment

    return moved_by_file(old.folder, new.folder, dict.fromkeys(i.file for i in inputs), judged)


def _articles(old: Opened, new: Opened) -> list[str]:
    """Articles by the digests that the two manifests hold."""
    was, now = old.bundle.manifest, new.bundle.manifest
    both = set(was.inventory.get("articles", ())) & set(now.inventory.get("articles", ()))
    return sorted(name for name in both if was.files.get(f"inputs/{name}") != now.files.get(f"inputs/{name}"))


def _numbers(target: Path, at: Opened) -> Register:
    """The register of the folder; a bundle or an issued version that lies in one takes its numbers too."""
    beside = target.resolve().parent.parent / "register.yaml"
    in_folder = target.resolve().parent.name in ("bundles", "issued") and beside.is_file()
    return registers.read(beside if in_folder else at.register)
