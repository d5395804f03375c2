"""Side effects are asked first: without answers, or with real receivers, a system is not written to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assess.demo.estate import RunningEstate, start
from assess.demo.folder import write_folder
from assess.engagement import load_folder
from probes.api.questions import GATHERERS
from probes.bundle import Bundle
from probes.gather.planning import plan as make_plan
from probes.gather.run import CollectResult
from runtime.errors import BadInput
from tests.harness.command import command
from tests.probes.gather.collecting import collected

ANSWERED = "side_effects: {mail: test, sms: none, webhooks: none, exports: none}"


@pytest.fixture
def estate() -> Iterator[RunningEstate]:
    with start(flawless=True) as running:
        yield running


def _folder(place: Path, estate: RunningEstate, answer: str) -> Path:
    write_folder(place, estate)
    file = place / "engagement.yaml"
    text = file.read_text(encoding="utf-8")
    assert ANSWERED in text
    file.write_text(text.replace(f"      {ANSWERED}\n", f"      {answer}\n" if answer else ""), encoding="utf-8")
    return place


def _collect(folder: Path, estate: RunningEstate) -> CollectResult:
    return collected(folder, estate.environment(), only_system="mail")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", "asked first: does a write on mail set off mail, sms, webhooks or exports, and to whom?"),
        ("side_effects: {mail: none, sms: none, exports: none}", "does a write on mail set off webhooks, and to whom?"),
        (
            "side_effects: {mail: real, sms: none, webhooks: none, exports: none}",
            "would set off mail to real receivers",
        ),
    ],
)
def test_without_harmless_answers_nothing_is_written_and_plan_and_run_say_why(
    tmp_path: Path, estate: RunningEstate, answer: str, said: str
) -> None:
    folder = _folder(tmp_path / "n", estate, answer)
    plan = make_plan(load_folder(folder).estate, GATHERERS, only_system="mail")
    assert said in plan.left_out["writes on mail"] and {one.access for one in plan.lines} == {"read"}
    result = _collect(folder, estate)
    assert said in " ".join(result.notes)
    lost = [m for m in Bundle.open(result.zip_path).missing if m.wanted == "write_round_trip"]
    assert lost and {m.cause for m in lost} == {"not_allowed"} and said in lost[0].detail
    assert not any(estate.records.values()) and not result.reversed


def test_answered_writes_are_tried_and_what_they_may_have_set_off_is_counted(
    tmp_path: Path, estate: RunningEstate
) -> None:
    folder = _folder(tmp_path / "n", estate, ANSWERED)
    said = command("collect", folder, "--system", "mail", "--probe", "api.writes_stick", env=estate.environment())
    assert said.code == 0, said
    assert "note: mail: 1 writes, each may have set off mail to the staging sink" in said.out.replace(
        "1 write,", "1 writes,"
    )
    assert "taken back: 1 removed, 0 reversed; left behind: none" in said.out, said.out


def test_test_receivers_need_a_name(tmp_path: Path, estate: RunningEstate) -> None:
    folder = _folder(tmp_path / "n", estate, ANSWERED)
    file = folder / "engagement.yaml"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if "test_recipient" not in line]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"engagement.yaml:\d+.*test_recipient: who receives it\?"):
        load_folder(folder)
