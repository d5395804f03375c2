"""A new version of a description, before it is in force: what breaks, and which workflows it hits."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assess.cli import cxready
from assess.engagement import Folder, load_folder
from assess.next_description import NextDescription, next_description
from assess.watching import drifted
from probes.derive.surface_diff import SurfaceChange, surface_diff
from probes.finding import Subject
from probes.gather.versions import Drift
from runtime.errors import BadInput
from runtime.systems.openapi import surface_of_openapi
from tests.assess.recorded import recorded_folder

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("CXREADY_CORPUS", ROOT.parent / "shared" / "corpus")) / "openapi"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return load_folder(recorded_folder(tmp_path_factory.mktemp("next") / "northwind"))


def changed(folder: Folder, system: str, old: str, new: str, tmp_path: Path) -> NextDescription:
    """The folder's description of a system with one change."""
    source = folder.path / str(folder.estate.systems[system].description)
    text = source.read_text(encoding="utf-8")
    assert re.search(old, text), old
    target = tmp_path / source.name
    target.write_text(re.sub(old, new, text, count=1), encoding="utf-8")
    return next_description(folder, system, target)


def test_the_same_description_breaks_nothing(folder: Folder) -> None:
    source = folder.path / str(folder.estate.systems["billing"].description)
    found = next_description(folder, "billing", source)
    assert found.changes == () and found.hit == {} and "hits no workflow" in "\n".join(found.lines(12))


def test_an_operation_that_a_workflow_calls_and_that_is_gone_hits_it(folder: Folder, tmp_path: Path) -> None:
    found = changed(folder, "billing", "operationId: createCredit", "operationId: bookCredit", tmp_path)
    assert found.hit == {"billing-dispute": ("billing.createCredit",)}
    assert [c.operation for c in found.breaking] == ["createCredit"]


def test_the_search_that_makes_a_write_repeatable_hits_the_workflow_of_the_write(
    folder: Folder, tmp_path: Path
) -> None:
    found = changed(folder, "billing", "operationId: findRefund", "operationId: searchRefund", tmp_path)
    assert found.hit == {"refund-overpayment": ("billing.createRefund",)}


def test_an_operation_behind_a_soap_port_hits_its_workflow(folder: Folder, tmp_path: Path) -> None:
    found = changed(folder, "usage", r'(<(?:\w+:)?operation name=")getUsage"', r'\1readUsage"', tmp_path)
    assert found.hit == {"billing-dispute": ("usage.UsagePort.getUsage",)}


def test_a_new_operation_hits_nobody(folder: Folder, tmp_path: Path) -> None:
    found = changed(
        folder,
        "billing",
        r"(?m)^paths:\n",
        "paths:\n  /ping:\n    get: {responses: {'200': {description: up}}}\n",
        tmp_path,
    )
    assert found.hit == {} and not found.breaking and len(found.changes) == 1


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real descriptions is not here (CXREADY_CORPUS)")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("adyen/CheckoutService-v71.yaml", "adyen/CheckoutService-v72.yaml"),
        ("intercom/2.13.yaml", "intercom/2.14.yaml"),
    ],
)
def test_two_real_versions_differ_and_backwards_the_new_is_what_is_missing(old: str, new: str) -> None:
    surfaces = [surface_of_openapi("x", (CORPUS / n).read_bytes(), CORPUS / n, (CORPUS / n).parent) for n in (old, new)]
    forth, back = surface_diff(*surfaces), surface_diff(*reversed(surfaces))
    assert forth and {c.operation for c in forth if c.what == "is new"} == {
        c.operation for c in back if c.what == "is gone"
    }
    assert surface_diff(surfaces[0], surfaces[0]) == []


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cxready, ["compare", *arguments])


def test_the_command_says_it_and_exits_1_only_when_asked(folder: Folder, tmp_path: Path) -> None:
    text = (folder.path / "descriptions" / "billing.openapi.yaml").read_text(encoding="utf-8")
    new = tmp_path / "next.yaml"
    new.write_text(text.replace("operationId: createCredit", "operationId: bookCredit"), encoding="utf-8")
    said = run(str(folder.path), str(new), "--system", "billing")
    assert said.exit_code == 0 and "hits billing-dispute: billing.createCredit" in said.output
    assert run(str(folder.path), str(new), "--system", "billing", "--fail-on", "worse").exit_code == 1
    assert json.loads(run(str(folder.path), str(new), "--system", "billing", "--json").output)["hit"]


@pytest.mark.parametrize(
    ("system", "text", "says"),
    [
        ("bill", "openapi: 3.1.0", "no system with a description"),
        ("billing", "hello: world", "nothing to compare"),
        ("billing", "", "empty"),
    ],
)
def test_what_cannot_be_compared_is_said(folder: Folder, system: str, text: str, says: str, tmp_path: Path) -> None:
    new = tmp_path / "next.yaml"
    new.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=says):
        next_description(folder, system, new)


def test_watch_says_which_workflow_a_change_hits() -> None:
    changes = (
        SurfaceChange(operation="UsagePort.getUsage", what="is gone", breaking=True),
        SurfaceChange(operation="UsagePort.other", what="is gone", breaking=True),
    )
    drift = Drift(
        subject=Subject(unit="usage"),
        since="b",
        changes=changes,
        hit={"billing-dispute": ("usage.UsagePort.getUsage",)},
    )

    assert [drifted(drift, c) for c in changes] == [
        "usage: UsagePort.getUsage is gone (hits billing-dispute)",
        "usage: UsagePort.other is gone",
    ]
