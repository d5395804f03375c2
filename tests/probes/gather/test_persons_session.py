"""Where only people can sign in: reads are measured with a session that a person obtained, writes never; its end is a pause."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assess.asked import AnswersFile
from assess.cells import answer_all
from assess.engagement import load_folder
from assess.profile import Profile
from assess.scope import scope_of
from probes.api.questions import PROBES
from probes.bundle import Bundle
from probes.finding import Outcome, State
from probes.gather.run import CollectResult
from runtime.errors import BadInput
from tests.harness.command import command
from tests.probes.gather.collecting import collected
from tests.probes.gather.sso_shop import SsoShop

LONG = 1_000


@pytest.fixture
def shop() -> Iterator[SsoShop]:
    running = SsoShop()
    yield running
    running.close()


def _collect(folder: Path, cookie: str, **more: object) -> CollectResult:
    return collected(folder, {"SHOP_COOKIE": cookie}, **more)  # type: ignore[arg-type]


def _outcomes(folder: Path, result: CollectResult) -> dict[str, Outcome]:
    bundle = Bundle.open(result.zip_path)
    answered = answer_all(
        (made() for made in PROBES), bundle, scope_of(load_folder(folder).estate), Profile(name="plain", title="Plain"),
        AnswersFile(), bundle.as_of.date(), first=True,
    )  # fmt: skip
    return {
        a.cell.probe.split(".")[1]: a.outcome
        for a in answered
        if a.cell.subject.unit == "shop" and not a.cell.subject.item
    }


def test_reads_are_measured_and_machine_auth_is_not_met_with_that_cause(shop: SsoShop, tmp_path: Path) -> None:
    shop.sessions["sid=long"] = LONG
    folder = shop.folder(tmp_path / "n")
    result = _collect(folder, "sid=long")
    found = _outcomes(folder, result)
    assert (found["machine_auth"].state, found["machine_auth"].cause) == (State.NOT_MET, "interactive")
    assert "a session that a person obtained on 2026-11-23 08:00" in found["machine_auth"].evidence[0].says
    assert found["session_survives"].state is State.MET and found["described"].state is State.MET
    assert not result.paused and {method for method, _ in shop.seen} == {"GET"}
    assert "sid=long" not in "".join(p.read_text(encoding="utf-8") for p in result.bundle_path.rglob("*.json"))


def test_writes_with_a_persons_session_are_refused_where_they_are_written(shop: SsoShop, tmp_path: Path) -> None:
    folder = shop.folder(tmp_path / "n")
    file = folder / "engagement.yaml"
    file.write_text(file.read_text() + "    writes: {allowed: true, side_effects: none}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"engagement.yaml:\d+.*a session only reads"):
        load_folder(folder)


def test_its_end_pauses_the_run_and_a_fresh_one_goes_on_where_it_stopped(shop: SsoShop, tmp_path: Path) -> None:
    shop.sessions |= {"sid=short": 14, "sid=fresh": LONG}
    folder = shop.folder(tmp_path / "n")
    paused = _collect(folder, "sid=short")
    assert len(paused.paused) == 1 and "sign in to shop again, set ${SHOP_COOKIE}" in paused.paused[0]
    found = _outcomes(folder, paused)
    assert State.NOT_MET not in {
        o.state for name, o in found.items() if name in ("session_survives", "errors_structured")
    }
    assert sum(cookie == "sid=short" for _, cookie in shop.seen) <= 14 + 4, (
        "what was under way in parallel, then silence"
    )
    sent = len(shop.seen)
    done = _collect(folder, "sid=fresh")
    assert done.resumed and not done.paused
    assert _outcomes(folder, done)["session_survives"].state is State.MET
    assert len(shop.seen) - sent < 100 and done.requests["shop"] <= 100


def test_whoever_sits_there_is_asked_once_and_the_run_does_not_stop(shop: SsoShop, tmp_path: Path) -> None:
    shop.sessions |= {"sid=short": 6, "sid=fresh": LONG}
    folder, asked = shop.folder(tmp_path / "n"), []

    def ask(system: str, secret: str) -> str:
        asked.append((system, secret))
        return "sid=fresh\n"

    result = _collect(folder, "sid=short", ask=ask)
    assert asked == [("shop", "SHOP_COOKIE")] and not result.paused and not result.resumed
    found = _outcomes(folder, result)
    assert found["session_survives"].state is State.MET and found["machine_auth"].cause == "interactive"


def test_a_cookie_with_a_newline_is_a_clear_stop_and_nothing_is_sent(shop: SsoShop, tmp_path: Path) -> None:
    folder = shop.folder(tmp_path / "n")
    said = command("collect", folder, env={"SHOP_COOKIE": "sid=geheim\n"})
    assert said.code == 2 and said.complains("systems.shop.credentials.agent.token", "line break"), said
    assert not shop.seen and "geheim" not in said.err + said.out
