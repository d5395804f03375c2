"""`cxready draft overlay`: drafts of remedies that a person completes; nothing in the folder is changed."""

from __future__ import annotations

import json
from pathlib import Path

import click

from assess.engagement import load_folder
from assess.opening import newest_bundle
from probes.bundle import Bundle
from probes.derive.surface_census import SurfaceCensus
from probes.finding import Subject
from probes.wording import counted
from runtime.errors import BadInput
from runtime.systems.surface import Operation, Surface


@click.group()
def draft() -> None:
    """Drafts of remedies: files with a place for each thing that only a person knows."""


@draft.command(epilog="Example:  cxready draft overlay northwind billing > billing.overlay.yaml")
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("system")
@click.option("--all", "every", is_flag=True, help="Every operation, not only those that workflows call.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of YAML.")
def overlay(folder: Path, system: str, every: bool, as_json: bool) -> None:
    """Draft an OpenAPI Overlay 1.0 for the words that a system's description lacks, each marked TODO.

    Operations, parameters and fields of bodies without a description, and pairs that a model cannot tell apart (from the
    newest bundle, where there is one). No sentence is invented, and nothing that stands in the document is replaced.
    """
    import yaml

    from assess.overlay import overlay_of
    from probes.gather.plan import operations_called, surface_of
    from runtime.systems.document_text import parse_document

    estate = load_folder(folder).estate
    if system not in estate.systems:
        raise BadInput(f"there is no system `{system}`", "SYSTEM", f"use one of: {', '.join(estate.systems)}")
    surface = surface_of(estate, system)
    name = estate.systems[system].description
    if name is None or not surface.format.startswith("openapi"):
        raise BadInput(
            f"an overlay completes an OpenAPI document; {system} has {surface.format}",
            f"systems.{system}.description",
            "name an OpenAPI document; for a WSDL or a schema, hand its owner the list of `cxready explain`",
        )
    chosen = _chosen(surface, operations_called(estate, system), every)
    document = parse_document((estate.folder / name).read_bytes())
    found = overlay_of(document, chosen, extends=Path(name).name, alike=_alike(folder, system))
    text = yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=120)
    if found["actions"] or as_json:  # an overlay without an action is none
        click.echo(json.dumps(found, ensure_ascii=False) if as_json else text, nl=as_json)
    click.echo(
        f"{system}: {counted(len(found['actions']), 'description')} missing in {counted(len(chosen), 'operation')}",
        err=True,
    )


def _chosen(surface: Surface, called: list[Operation], every: bool) -> list[Operation]:
    return list(surface.operations.values()) if every or not called else called


def _alike(folder: Path, system: str) -> list[tuple[str, str]]:
    """Pairs of the newest bundle; none where nothing was collected yet."""
    try:
        bundle = Bundle.open(newest_bundle(folder))
    except BadInput:
        return []
    try:
        census = bundle.get(SurfaceCensus, Subject(unit=system))
        pairs = census.alike or () if isinstance(census, SurfaceCensus) else ()
        return [(pair.one, pair.other) for pair in pairs]
    finally:
        bundle.close()
