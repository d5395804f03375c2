"""`cxready compare`: two bundles, or two versions of what people wrote, judged by the rules of today."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from assess import register as registers
from assess.assessment import Assessment
from assess.attribution import moved_by_file
from assess.catalogue import catalogue
from assess.changes import InputChange, input_changes
from assess.compare import compare as compared
from assess.comparison import Comparison
from assess.comparison_lines import comparison_lines
from assess.engagement import Folder
from assess.judge import judge
from assess.opening import Opened, facts_of, opened
from assess.register import Register


@click.command(epilog="Example:  cxready compare northwind/bundles/2026-10-01T0900Z northwind")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--fail-on", type=click.Choice(["worse"]), help="Exit 1 when a level or gate fell, or something broke.")
@click.option("--all", "whole", is_flag=True, help="Print every line; otherwise at most twelve a list.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def compare(old: Path, new: Path, fail_on: str | None, whole: bool, as_json: bool) -> None:
    """Show what changed from OLD to NEW: mended, broken, first measured, gone; levels and gates that moved.

    Each is a folder (its newest bundle with the folder's files) or a bundle (with its own copies of the files). A bundle
    and the folder that it came from show what later answers moved. OLD is judged again with the catalogue of today.
    """
    comparison = compare_targets(old, new)
    if as_json:
        click.echo(json.dumps(comparison.model_dump(mode="json"), ensure_ascii=False))
    else:
        click.echo("\n".join(comparison_lines(comparison, most=None if whole else 12)))
    if fail_on and comparison.worse:
        click.echo("\n".join(["worse:", *(f"  {said}" for said in comparison.worse)]), err=True)
        sys.exit(1)


def compare_targets(old: Path, new: Path) -> Comparison:
    """Opens and judges both; neither is written to.

    Raises:
        BadInput: one of them is no folder or bundle, or holds no bundle yet.
        Conflict: a bundle does not match its manifest.
    """
    with opened(old) as before, opened(new) as after:
        numbers = max(_numbers(old, before), _numbers(new, after), key=lambda found: len(found.findings))
        first = judge(before.folder, before.bundle, facts_of(before, None), catalogue(), numbers)
        second = judge(after.folder, after.bundle, facts_of(after, None), catalogue(), first.register)
        inputs = input_changes(before.folder, after.folder)
        return compared(
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
    """The register of the folder; a bundle that lies in one takes its numbers too."""
    beside = target.resolve().parent.parent / "register.yaml"
    in_folder = target.resolve().parent.name == "bundles" and beside.is_file()
    return registers.read(beside if in_folder else at.register)
