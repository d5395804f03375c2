"""Collections that are killed, and systems that fail under them: run again, the bundle is whole and nothing is left behind.

`CXREADY_SOAK_COUNT` random kills (default 2) with seed `CXREADY_SOAK_SEED` come after the chosen points.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assess.demo.estate import RunningEstate, start
from assess.demo.folder import write_folder
from probes.bundle import Bundle
from runtime.systems.write_ledger import WriteLedger
from tests.harness.command import Said, command, half_written
from tests.harness.fault_proxy import FaultProxy
from tests.harness.faults import Challenge, DropAfter, HalfBody, Latency, Reset, Rule, Unavailable
from tests.harness.kill_rig import NotReached, run_and_kill

PROGRAM = ["-c", "from assess.cli import main; main()"]
NARROW = ("--system", "billing", "--probe", "api.writes_stick")
COUNT = int(os.environ.get("CXREADY_SOAK_COUNT", "2"))
SEED = int(os.environ.get("CXREADY_SOAK_SEED", "20261123"))
SEARCHES = {
    "by reference": "",
    "by query": '    repeat: {find: findCredit, reference: reference, find_with: {reference: "{reference}"}}\n',
    "not at all": "    # no search\n",
}
# Where a run dies, and whether something of ours is then live on the system.
POINTS = [
    ("runtime.systems.write_ledger.WriteLedger.intend:after:1", False),
    ("runtime.systems.write_ledger.WriteLedger.created:before:1", True),
    ("runtime.systems.write_ledger.WriteLedger.created:after:1", True),
    ("runtime.systems.write_ledger.WriteLedger.undone:before:1", False),
    ("probes.gather.progress.CollectState.step:after:2", False),
    ("probes.bundle_archive.pack:after", False),
    ("probes.bundle.write_bundle:after", False),
]


@dataclass(frozen=True)
class Demo:
    estate: RunningEstate
    contents: frozenset[str]

    def folder(self, place: Path, search: str = "by reference") -> Path:
        """`search`: how effects/billing.yaml says that a record is found again."""
        write_folder(place / "northwind", self.estate)
        effects = place / "northwind" / "effects" / "billing.yaml"
        text = effects.read_text(encoding="utf-8")
        for what in ("findCredit", "findRefund"):
            was = f"    repeat: {{key: Idempotency-Key, find: {what}, reference: reference}}\n"
            assert was in text
            text = text.replace(was, (SEARCHES[search] or was).replace("findCredit", what))
        effects.write_text(text, encoding="utf-8")
        return place / "northwind"

    def collect(self, folder: Path, *narrowed: str) -> Said:
        return command("collect", folder, *(narrowed or NARROW), env=self.estate.environment())

    @property
    def records(self) -> list[dict]:  # type: ignore[type-arg]
        return [record for kind in self.estate.records.values() for record in kind]

    @property
    def live(self) -> list[object]:
        return [record for kind in self.estate.records.values() for record in kind]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The estate, and what an undisturbed run finds there."""
    with start() as estate:
        folder = Demo(estate, frozenset()).folder(tmp_path_factory.mktemp("undisturbed"))
        assert Demo(estate, frozenset()).collect(folder).code == 0
        yield Demo(estate, _contents(folder))


@pytest.mark.parametrize(("point", "leaves"), POINTS)
def test_a_run_killed_at_a_point_is_finished_by_the_next_one(
    demo: Demo, tmp_path: Path, point: str, leaves: bool
) -> None:
    folder = demo.folder(tmp_path)
    run_and_kill([*PROGRAM, "collect", str(folder), *NARROW], point=point, env=demo.estate.environment())
    assert bool(demo.live) == leaves
    _finishes(demo, folder)


def test_runs_killed_at_random_moments_are_finished_by_the_next_one(demo: Demo, tmp_path: Path) -> None:
    print(f"seed={SEED} count={COUNT}")
    moments, reached = random.Random(SEED), 0
    for number in range(COUNT):
        place = tmp_path / str(number)
        place.mkdir()
        search = list(SEARCHES)[number % len(SEARCHES)]
        folder = demo.folder(place, search)
        lives = moments.randint(1, 2)
        for _ in range(lives):
            try:
                run_and_kill(
                    [*PROGRAM, "collect", str(folder), *NARROW],
                    after_seconds=moments.uniform(0.5, 4.0),
                    env=demo.estate.environment(),
                )
            except NotReached:
                break
            reached += 1
        if search == "by reference":
            _finishes(demo, folder)
        else:
            _names_what_it_leaves(demo, folder)
    assert reached, "nothing was killed: the moments lie behind the end of the run"
    print(f"killed {reached} times")


def _finishes(demo: Demo, folder: Path) -> None:
    """The second run takes back what the dead one left, and its bundle holds what an undisturbed run's holds.

    All lives share one budget of requests and one of records (`max_records`); what they no longer allow is missing
    with that cause.
    """
    said = demo.collect(folder)
    assert said.code == 0, said.err[-1500:]
    assert demo.live == [], "something of ours is live on the systems"
    assert not [e for e in _ledger(folder) if e.open or e.state == "left_behind"]
    assert not half_written(folder)
    lost = demo.contents - _contents(folder)
    allowed = {
        f"artifacts/{m['wanted']}/{m['subject']['unit']}.{m['subject']['item']}.json"
        for m in _manifest(folder)["missing"]
        if m["cause"] == "budget" or "max_records" in m["detail"]
    }
    assert lost <= allowed, "beyond what the budget of all lives together no longer allowed"
    assert all(count <= 100 for count in _manifest(folder)["requests"].values())
    assert "left behind: none" in said.out


def _names_what_it_leaves(demo: Demo, folder: Path) -> None:
    """With a search all is taken back; without one, what may have been made is named so that a person finds it."""
    said = demo.collect(folder)
    assert said.code == 0, said.err[-1500:]
    manifest = _manifest(folder)
    unnamed = [r for r in demo.records if not any(str(r["reference"]) in line for line in manifest["left_behind"])]
    assert not unnamed, manifest["left_behind"]
    assert not any(line in manifest["reversed"] for line in manifest["left_behind"])
    assert not half_written(folder)
    _swept(demo)


def test_a_write_that_was_never_sent_is_nothing_although_nothing_could_be_searched(demo: Demo, tmp_path: Path) -> None:
    folder = demo.folder(tmp_path, "not at all")
    point = "runtime.systems.write_ledger.WriteLedger.sending:before:1"
    run_and_kill([*PROGRAM, "collect", str(folder), *NARROW], point=point, env=demo.estate.environment())
    assert [e.never_sent for e in _ledger(folder)] == [True] and demo.live == []
    said = demo.collect(folder)
    assert "left behind: none" in said.out and _manifest(folder)["left_behind"] == []
    assert not any("not been sent" in line for line in _manifest(folder)["reversed"])


def test_a_lost_answer_is_found_by_a_query(demo: Demo, tmp_path: Path) -> None:
    folder = demo.folder(tmp_path, "by query")
    point = "runtime.systems.write_ledger.WriteLedger.created:before:1"
    run_and_kill([*PROGRAM, "collect", str(folder), *NARROW], point=point, env=demo.estate.environment())
    assert len(demo.live) == 1
    said = demo.collect(folder)
    assert "left behind: none" in said.out and demo.live == []


def test_a_lost_answer_that_nothing_finds_is_left_behind_by_name_and_not_called_taken_back(
    demo: Demo, tmp_path: Path
) -> None:
    folder = demo.folder(tmp_path, "not at all")
    point = "runtime.systems.write_ledger.WriteLedger.created:before:1"
    run_and_kill([*PROGRAM, "collect", str(folder), *NARROW], point=point, env=demo.estate.environment())
    [left] = demo.records
    try:
        said = demo.collect(folder)
        manifest = _manifest(folder)
        assert len(manifest["left_behind"]) == 1 and "left behind: 1" in said.out
        assert "createCredit" in manifest["left_behind"][0] and left["reference"] in manifest["left_behind"][0]
        assert not [line for line in manifest["reversed"] if "from an earlier run" in line]
    finally:
        _swept(demo)


def _swept(demo: Demo) -> None:
    """What the test's own run had to leave goes now: the estate is shared."""
    for record in demo.records:
        record["status"] = "void"


def test_the_run_after_a_kill_says_that_it_went_on(demo: Demo, tmp_path: Path) -> None:
    folder = demo.folder(tmp_path)
    point = "runtime.systems.write_ledger.WriteLedger.created:after:1"
    run_and_kill([*PROGRAM, "collect", str(folder), *NARROW], point=point, env=demo.estate.environment())
    said = demo.collect(folder)
    assert "went on where an earlier run stopped" in said.out
    assert any("from an earlier run" in line for line in _manifest(folder)["reversed"])
    assert all(count <= 100 for count in _manifest(folder)["requests"].values())


# ---- systems that fail ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "nth"),
    [
        pytest.param(DropAfter(), [1], id="the answer is lost once"),
        pytest.param(DropAfter(), [2], id="the answer to the repetition is lost"),
        pytest.param(DropAfter(), range(1, 9), id="every answer is lost"),
        pytest.param(Reset(applied=True), [1], id="the connection is reset"),
        pytest.param(HalfBody(), range(1, 9), id="every answer is half"),
    ],
)
def test_a_credit_whose_answer_was_lost_is_found_and_taken_back(
    demo: Demo, tmp_path: Path, fault: DropAfter | Reset | HalfBody, nth: list[int] | range
) -> None:
    with FaultProxy(
        demo.estate.urls["billing"], [Rule(Latency(0.02)), Rule(fault, method="POST", path=r"^/credits$", nth=nth)]
    ) as proxy:
        folder = _behind(demo, tmp_path, proxy)
        said = demo.collect(folder)
        assert said.code in (0, 3), said
        assert [e for e in proxy.log if e.method == "POST" and fault in e.faults and 201 in e.upstream], (
            "the fault did not strike"
        )
    assert demo.live == []
    assert not [e for e in _ledger(folder) if e.open]


def test_a_burst_of_503_blames_nobody_and_leaves_nothing(demo: Demo, tmp_path: Path) -> None:
    with FaultProxy(
        demo.estate.urls["billing"], [Rule(Unavailable(retry_after=1), nth=[*range(3, 6), *range(14, 16), 22])]
    ) as proxy:
        folder = _behind(demo, tmp_path, proxy)
        said = demo.collect(folder)
        assert said.code in (0, 3) and "Traceback" not in said.err
        assert any(e.sent == 503 for e in proxy.log)
    assert demo.live == []
    trial = [c for c in _cells(folder) if c["probe"] == "api.writes_stick" and "createCredit" in c["subject"]["item"]]
    assert trial and all(c["state"] in ("met", "not_measured") for c in trial), trial


def test_a_bot_wall_is_a_finding_of_the_session_and_named_a_challenge(demo: Demo, tmp_path: Path) -> None:
    with FaultProxy(demo.estate.urls["billing"], [Rule(Challenge(), nth=range(6, 200))]) as proxy:
        folder = _behind(demo, tmp_path, proxy)
        said = demo.collect(folder, "--system", "billing", "--probe", "api.session_survives")
        assert said.code in (0, 3), said
    cells = [c for c in _cells(folder) if c["probe"] == "api.session_survives" and c["subject"]["unit"] == "billing"]
    assert [c["state"] for c in cells] == ["not_met"], cells
    assert "challenge" in json.dumps(cells[0]).lower(), cells[0]


def _behind(demo: Demo, place: Path, proxy: FaultProxy) -> Path:
    """The folder with billing behind the proxy; its description stays as it was confirmed."""
    folder = demo.folder(place)
    engagement = folder / "engagement.yaml"
    text = engagement.read_text(encoding="utf-8")
    assert demo.estate.urls["billing"] in text
    engagement.write_text(text.replace(demo.estate.urls["billing"], proxy.url), encoding="utf-8")
    return folder


def _cells(folder: Path) -> list[dict]:  # type: ignore[type-arg]
    said = command("assess", folder, "--json")
    assert said.code == 0, said
    return json.loads(said.out)["cells"]  # type: ignore[no-any-return]


def _newest(folder: Path) -> Path:
    return max((folder / "bundles").glob("*/manifest.json"), key=lambda p: p.stat().st_mtime).parent


def _contents(folder: Path) -> frozenset[str]:
    bundle = Bundle.open(_newest(folder))
    found = {name for name in bundle.manifest.files if name.startswith("artifacts/")}
    zipped = Bundle.open(_newest(folder).with_name(_newest(folder).name + ".zip"))
    assert zipped.digest == bundle.digest
    zipped.close()
    return frozenset(found | {f"missing {m.wanted} {m.subject}" for m in bundle.missing})


def _manifest(folder: Path) -> dict:  # type: ignore[type-arg]
    return json.loads((_newest(folder) / "manifest.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _ledger(folder: Path) -> list:  # type: ignore[type-arg]
    ledger = WriteLedger(folder / ".cxready" / "ledger.sqlite")
    try:
        return ledger.entries()
    finally:
        ledger.close()
