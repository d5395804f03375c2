"""A bundle is written whole, the same bytes for the same content, and refused when anything about it is off."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from probes.artifact import Missing
from probes.bundle import Bundle, artifact_path, stamp, write_bundle
from probes.finding import Subject
from probes.gather.limits import Latency, Limits
from probes.manifest import Manifest
from runtime.errors import BadInput, Conflict

AT = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
ARTIFACTS = [
    Latency(subject=Subject(unit="billing"), measured_at=AT, samples=60, p95=12.5),
    Limits(subject=Subject(unit="billing", item="a/b:c"), answers=3),
]


def _manifest(**more: object) -> Manifest:
    return Manifest(as_of=AT, run="r1", organisation="Northwind", **more)


def test_what_was_written_is_read_back_from_folder_and_zip(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / stamp(AT), _manifest(), ARTIFACTS, {"engagement.yaml": b"format: 1\n"})
    for path in (folder, tmp_path / f"{stamp(AT)}.zip"):
        bundle = Bundle.open(path)
        assert bundle.get(Latency, Subject(unit="billing")) == ARTIFACTS[0]
        assert bundle.all(Limits) == [ARTIFACTS[1]]
        assert (
            bundle.extract_inputs(tmp_path / path.suffix.strip(".") / "x") / "engagement.yaml"
        ).read_text() == "format: 1\n"
        assert bundle.name == "2026-11-23T0915Z"


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    zips = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_bundle(tmp_path / name / "b", _manifest(), ARTIFACTS, {"z.yaml": b"1", "a.yaml": b"2"})
        zips.append((tmp_path / name / "b.zip").read_bytes())
    assert zips[0] == zips[1]


def test_what_is_missing_for_a_system_is_missing_for_its_operations(tmp_path: Path) -> None:
    lost = Missing(wanted="limits", subject=Subject(unit="crm"), cause="unreachable", detail="no route")
    bundle = Bundle.open(write_bundle(tmp_path / "b", _manifest(missing=[lost]), ARTIFACTS, {}))
    assert bundle.get(Limits, Subject(unit="crm", item="createNote")) == lost
    never = bundle.get(Limits, Subject(unit="mail"))
    assert isinstance(never, Missing) and never.cause == "no_input" and "collect" in never.would_measure


def test_names_of_files_suit_every_file_system() -> None:
    paths = {
        artifact_path(Limits(subject=Subject(unit=u), answers=0)) for u in ("a/b", "a:b", "a b", "CON", "*", "x" * 200)
    }
    assert len(paths) == 6
    assert all(not set(p.split("/")[-1]) & set('<>:"\\|?* ') and len(p) < 130 for p in paths)


def test_an_archive_that_leads_out_of_itself_is_refused(tmp_path: Path) -> None:
    for name in ("../evil.json", "/etc/evil", "a/../../evil", "C:/evil"):
        with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
            archive.writestr("manifest.json", "{}")
            archive.writestr(zipfile.ZipInfo(name), "x")
        with pytest.raises(BadInput, match="leads out"):
            Bundle.open(tmp_path / "evil.zip")
    assert not (tmp_path.parent / "evil.json").exists()


def test_a_bundle_of_a_newer_format_says_which_version_is_needed(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "b", _manifest(), ARTIFACTS, {})
    raw = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**raw, "format": 9}))
    with pytest.raises(BadInput, match="format 9 is newer"):
        Bundle.open(folder)


def test_a_manifest_that_was_edited_is_refused(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "b", _manifest(), ARTIFACTS, {})
    raw = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**raw, "organisation": "Somebody else"}))
    with pytest.raises(Conflict, match="manifest was changed"):
        Bundle.open(folder)


def test_no_bundle_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no manifest"):
        Bundle.open(tmp_path)
    with pytest.raises(BadInput, match="no such bundle"):
        Bundle.open(tmp_path / "none.zip")


def test_evidence_is_never_overwritten(tmp_path: Path) -> None:
    write_bundle(tmp_path / "b", _manifest(), ARTIFACTS, {})
    with pytest.raises(Conflict, match="exists already"):
        write_bundle(tmp_path / "b", _manifest(), ARTIFACTS, {})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b", "b.zip"]
