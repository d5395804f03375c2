"""The package for IT holds what is needed and nothing else; what comes back is checked, put together, and its gaps named."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import zipfile
from pathlib import Path

import pytest

from assess.demo.estate import RunningEstate, start
from assess.demo.folder import write_folder
from probes.artifact import Missing
from probes.bundle import Bundle
from probes.finding import Subject
from probes.gather.describe import Described
from probes.gather.write_evidence import WriteRoundTrip
from tests.bound_run import BoundRun
from tests.harness.command import Said, command, half_written

# ---- request -----------------------------------------------------------------------------------------------------


def _packed(bound: BoundRun) -> dict[str, bytes]:
    with zipfile.ZipFile(bound.archive) as opened:
        return {name.partition("/")[2]: opened.read(name) for name in opened.namelist()}


def test_the_package_holds_no_confidential_file(bound: BoundRun) -> None:
    names = set(_packed(bound))
    held_back = {"answers.yaml", "report.yaml", "pilot.yaml", "tickets.csv"}
    assert all((bound.folder / name).is_file() for name in held_back)
    assert not [n for n in names if Path(n).name in held_back]
    assert {"letter.html", "plan.json", "plan.html", "secrets.env", "hosts.txt", "engagement/engagement.yaml"} <= names
    assert "engagement/company-ca.pem" in names
    assert "not in the package: " in bound.asked.out and "tickets.csv" in bound.asked.out


def test_the_package_names_every_secret_and_holds_no_value(bound: BoundRun) -> None:
    text = _packed(bound)["secrets.env"].decode()
    engagement = (bound.folder / "engagement.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"^([A-Z_]+)=$", text, re.MULTILINE)) == set(re.findall(r"\$\{([A-Z_]+)\}", engagement))
    assert "billing, agent: client secret" in text


def test_the_package_names_every_host_that_the_proxy_saw(bound: BoundRun) -> None:
    text = _packed(bound)["hosts.txt"].decode()
    assert {a.host for a in bound.arrived} <= set(re.findall(r"\bto (\S+)", text))
    assert "port 443" in text


def test_the_letter_fits_one_page_and_gives_the_one_command(bound: BoundRun, tmp_path: Path) -> None:
    letter = _packed(bound)["letter.html"].decode()
    assert "cxready collect engagement --plan plan.json --approved-by" in letter
    assert "<script" not in letter and "src=" not in letter
    try:
        from weasyprint import HTML
    except OSError as error:
        pytest.skip(f"without Pango no page can be counted: {error}")
    assert len(HTML(string=letter).render().pages) == 1


def test_two_requests_of_the_same_folder_are_the_same_bytes_but_for_the_day(bound: BoundRun, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bound.folder, tmp_path / "copy"))
    said = command("request", folder, "-o", tmp_path / bound.archive.name, "--json")
    assert (
        said.code == 0 and json.loads(said.out)["plan"] == json.loads(bound.plan.read_text(encoding="utf-8"))["digest"]
    )
    assert (tmp_path / bound.archive.name).read_bytes() == bound.archive.read_bytes()
    assert not half_written(tmp_path)


def test_a_key_in_the_ca_file_never_leaves(bound: BoundRun, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bound.folder, tmp_path / "copy"))
    (folder / "company-ca.pem").write_text(
        "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n", encoding="utf-8"
    )
    said = command("request", folder, "-o", tmp_path / "x.zip")
    assert said.code == 2 and said.complains("holds a private key") and not (tmp_path / "x.zip").exists()


def test_a_wrong_name_is_refused(bound: BoundRun, tmp_path: Path) -> None:
    assert command("request", bound.folder, "-o", tmp_path / "x.tar").complains("the package is a zip")
    assert command("request", bound.folder, "-o", tmp_path / "x.zip", "--system", "biling").complains("billing")


# ---- take --------------------------------------------------------------------------------------------------------


@pytest.fixture
def consultant(bound: BoundRun, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bound.folder, tmp_path / "consultant"))


def test_a_bundle_is_kept_and_said_to_be_bound_to_the_plan_of_the_request(bound: BoundRun, consultant: Path) -> None:
    said = command("take", bound.bundle, "--into", consultant)
    assert said.code == 0, said
    asked = next((consultant / "requests").glob("*.json")).stem
    assert f"bound to the plan of the request {asked}; approved by Ada Change" in said.out
    kept = next((consultant / "bundles").glob("*/manifest.json")).parent
    assert Bundle.open(kept).digest == Bundle.open(bound.bundle).digest
    assert command("assess", consultant).code == 0
    again = command("take", bound.bundle, "--into", consultant)
    assert again.code == 0 and len(list((consultant / "bundles").glob("*/manifest.json"))) == 1
    assert not half_written(consultant)


def test_a_bundle_of_other_files_is_refused_with_their_names(bound: BoundRun, consultant: Path) -> None:
    goals = consultant / "goals.yaml"
    goals.write_text(goals.read_text(encoding="utf-8") + "\n# later\n", encoding="utf-8")
    said = command("take", bound.bundle, "--into", consultant)
    assert said.code == 2 and said.complains("collected with other files: goals.yaml")
    assert not (consultant / "bundles").exists()
    said = command("take", bound.bundle, "--into", consultant, "--accept-differences")
    assert said.code == 0 and "goals.yaml" in said.out


def test_a_bundle_of_another_organisation_is_refused(bound: BoundRun, consultant: Path) -> None:
    engagement = consultant / "engagement.yaml"
    text = engagement.read_text(encoding="utf-8").replace("organisation: Northwind Telecom", "organisation: Southwind")
    engagement.write_text(text, encoding="utf-8")
    said = command("take", bound.bundle, "--into", consultant)
    assert said.code == 2 and said.complains("of Northwind Telecom, the engagement of Southwind")


def test_a_changed_bundle_is_refused(bound: BoundRun, consultant: Path, tmp_path: Path) -> None:
    place = tmp_path / "unpacked"
    with zipfile.ZipFile(bound.bundle) as opened:
        opened.extractall(place)
    trip = next(place.rglob("write_round_trip/*.json"))
    trip.write_text(trip.read_text(encoding="utf-8").replace("created", "made", 1) + " ", encoding="utf-8")
    said = command("take", place, "--into", consultant)
    assert said.code == 2 and said.complains("was changed")


def test_no_bundle_and_no_engagement_are_said(bound: BoundRun, tmp_path: Path) -> None:
    assert command("take", tmp_path / "none.zip", "--into", bound.folder).complains("no such bundle")
    assert command("take", bound.bundle, "--into", tmp_path).complains("engagement.yaml")


# ---- what is missing, and putting together -----------------------------------------------------------------------


class Halves:
    """Two collections of one estate: billing could not be reached in the first and was collected in the second."""

    def __init__(self, estate: RunningEstate, place: Path) -> None:
        self.folder = place / "northwind"
        write_folder(self.folder, estate)
        self.env = estate.environment()
        self.first = self._collected("--system", "mail", "--probe", "api.described")
        self.before = command("take", self._zip(0), "--into", self.folder)
        self.line = next(line for line in self.before.out.splitlines() if "--system billing" in line).strip()
        self.second = self._collected(*shlex.split(self.line)[3:], "--probe", "api.writes_stick")
        self.counts = dict(estate.counts)

    def _collected(self, *narrowed: str) -> Said:
        said = command("collect", self.folder, *narrowed, env=self.env)
        assert said.code == 0, said
        return said

    def _zip(self, number: int) -> Path:
        return sorted((self.folder / "bundles").glob("*.zip"), key=lambda p: p.stat().st_mtime)[number]

    @property
    def zips(self) -> tuple[Path, Path]:
        return self._zip(0), self._zip(1)


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Halves:
    with start() as estate:
        return Halves(estate, tmp_path_factory.mktemp("halves"))


def _other(halves: Halves, tmp_path: Path) -> Path:
    """The engagement's folder of somebody who has no bundle yet."""
    return Path(
        shutil.copytree(halves.folder, tmp_path / "other", ignore=shutil.ignore_patterns("bundles", ".cxready"))
    )


def test_a_system_that_nobody_asked_is_named_with_its_line(halves: Halves) -> None:
    assert f"cxready collect {halves.folder} --system billing" in halves.before.out
    assert "billing: everything: this system was not asked" in halves.before.out


def test_the_line_collects_only_that(halves: Halves) -> None:
    manifest = Bundle.open(halves.zips[1]).manifest
    assert manifest.systems == ["billing"]
    assert {name for name, n in manifest.requests.items() if n} == {"billing"}


def test_two_bundles_are_put_together_system_by_system_with_their_digests(halves: Halves, tmp_path: Path) -> None:
    folder = _other(halves, tmp_path)
    said = command("take", *halves.zips, "--into", folder)
    assert said.code == 0, said
    merged = Bundle.open(next((folder / "bundles").glob("*-merged")))
    one, two = (Bundle.open(path) for path in halves.zips)
    assert {s.digest for s in merged.manifest.merged} == {one.digest, two.digest}
    assert merged.manifest.systems == ["mail", "billing"]
    assert merged.get(Described, Subject(unit="mail")) == one.get(Described, Subject(unit="mail"))
    assert [t.subject.unit for t in merged.all(WriteRoundTrip)] == ["billing"] * len(two.all(WriteRoundTrip))
    assert two.all(WriteRoundTrip)
    sums = {n: one.manifest.requests[n] + two.manifest.requests[n] for n in one.manifest.requests}
    assert merged.manifest.requests == sums
    assert not [
        m
        for m in merged.missing
        if not isinstance(merged.get(Described, m.subject), Missing) and m.wanted == "described"
    ]
    assert command("assess", folder).code == 0


def test_bundles_named_twice_or_of_other_files_are_not_put_together(
    halves: Halves, bound: BoundRun, tmp_path: Path
) -> None:
    folder = _other(halves, tmp_path)
    assert command("take", halves.zips[0], halves.zips[0], "--into", folder).complains("named twice")
    said = command("take", halves.zips[0], bound.bundle, "--into", folder, "--accept-differences")
    assert said.code == 2 and said.complains("with different files")
