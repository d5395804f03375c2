"""Path is not system: whatever a company's proxy does, no probe holds it against the systems behind it.

`CXREADY_SOAK_COUNT` runs behind a proxy that meddles at random (default 1), with seed `CXREADY_SOAK_SEED`.
"""

from __future__ import annotations

import base64
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.finding import State
from probes.gather.run import CollectResult
from probes.gather.session_trial import UNMARKED, UNMARKED_PURPOSE
from runtime.systems.trace import Trace
from tests.harness.command import command
from tests.harness.faults import DropBefore, Rule
from tests.harness.meddling import (
    EMPTY_NO,
    EVERY,
    OWN_PAGE,
    PASSWORD_LATER,
    PORTAL,
    SIGN_IN_PAGE,
    TOO_MANY,
    Instead,
    OtherChain,
)
from tests.probes.gather.behind_proxy import Office, office

COUNT = int(os.environ.get("CXREADY_SOAK_COUNT", "1"))
SEED = int(os.environ.get("CXREADY_SOAK_SEED", "20261123"))
CALLS = "//[^/]*/(?!token)"


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, CollectResult]]:
    """The whole estate, collected once through a proxy that breaks TLS open and lets everything pass."""
    with office(tmp_path_factory.mktemp("office") / "northwind") as here:
        yield here, here.collect()


def _blamed(here: Office, result: CollectResult) -> set[tuple[str, str]]:
    return {cell for cell, outcome in here.outcomes(result).items() if outcome.state is State.NOT_MET}


def test_behind_an_intercepting_proxy_with_its_own_ca_everything_is_measured(
    direct: tuple[Office, CollectResult],
) -> None:
    here, result = direct
    assert not result.unreachable and not result.left_behind and not any(here.estate.records.values())
    assert {p.did for p in here.proxy.log} == {"passed"}
    essential = {"machine_auth", "session_survives", "writes_stick", "repeat_safe", "tls"}
    seen = {c: o for c, o in here.outcomes(result).items() if c[0].split(".")[1] in essential}
    assert seen and {o.state for o in seen.values()} <= {State.MET, State.NOT_APPLICABLE}


def test_the_proxy_counted_exactly_what_the_log_holds(direct: tuple[Office, CollectResult]) -> None:
    here, _ = direct
    rows = Trace(here.folder / ".cxready" / "trace.sqlite").rows()
    logged = [(row["method"], row["url"].partition("?")[0]) for row in rows]
    passed = [(p.method, f"https://{p.host}{p.path.partition('?')[0]}") for p in here.proxy.log]
    assert len(logged) == len(passed) and sorted(logged) == sorted(passed)
    bare = [p for p in here.proxy.log if not p.run and p.path != "/token"]
    planned = [row for row in rows if row["purpose"] == UNMARKED_PURPOSE]
    assert len(bare) == len(planned) == UNMARKED * 4, "only what is planned to come without our marks does"


@pytest.mark.parametrize(
    ("page", "name"),
    [
        (OWN_PAGE, "billing"),
        (EMPTY_NO, "usage"),
        (TOO_MANY, "usage"),
        (PORTAL, "billing"),
        (SIGN_IN_PAGE, "usage"),
        (PASSWORD_LATER, "billing"),
    ],
    ids=lambda p: getattr(p, "name", p),
)
def test_a_page_in_a_systems_place_makes_it_not_measured_with_the_proxy_as_cause(
    tmp_path: Path, page: Instead, name: str, direct: tuple[Office, CollectResult]
) -> None:
    with office(tmp_path / "n", rules=[Rule(page, path=f"//{name}")]) as here:
        result = here.collect(name)
        assert result.unreachable == [name]
        assert not _blamed(here, result) - _blamed(*direct)
        signing = here.outcomes(result)[("api.machine_auth", name)]
        assert signing.state is State.NOT_MEASURED and signing.cause == "path"
        assert f"the proxy {here.proxy.url.removeprefix('http://')}" in " ".join(result.notes), result.notes


def test_a_certificate_from_another_ca_is_the_paths_fault(tmp_path: Path) -> None:
    with office(tmp_path / "n", rules=[Rule(OtherChain(), method="CONNECT", path="//crm")]) as here:
        result = here.collect("crm")
        assert result.unreachable == ["crm"] and "certificate was not accepted" in result.notes[0]
        assert here.outcomes(result)[("crm.tls", "crm")].state is State.NOT_MEASURED


@pytest.mark.parametrize("number", range(COUNT))
def test_a_proxy_that_meddles_at_random_is_never_held_against_a_system(
    tmp_path: Path, number: int, direct: tuple[Office, CollectResult]
) -> None:
    """Compared with the same estate behind a proxy that lets everything pass; what is live afterwards is named."""
    whole = COUNT > 1
    draw = random.Random(SEED + number)
    rules = [Rule(draw.choice([*EVERY, DropBefore()]), path=CALLS, share=0.05) for _ in range(3)]
    print(f"seed {SEED + number}: {[getattr(r.fault, 'name', '') or type(r.fault).__name__ for r in rules]}")
    with office(tmp_path / "n", rules=rules, seed=SEED + number) as here:
        result = here.collect(None if whole else "billing")
        assert not _blamed(here, result) - _blamed(*direct)
        named = " ".join(result.left_behind)
        assert not [r["id"] for rows in here.estate.records.values() for r in rows if str(r["id"]) not in named]


def test_a_wrong_proxy_password_is_tried_twice_in_a_whole_collection(tmp_path: Path) -> None:
    with office(tmp_path / "n", password=("ada", "right")) as here:
        environment = {**here.environment, "HTTPS_PROXY": here.proxy.url_with("ada", "wrong")}
        said = command("collect", here.folder, "--probe", "api.machine_auth", env=environment)
        assert said.code in (0, 3) and "Traceback" not in said.err, said
        wrong = f"Basic {base64.b64encode(b'ada:wrong').decode()}"
        assert here.proxy.sign_ins == [wrong] * 2 and not here.proxy.log
        assert "ada:wrong" not in said.out + said.err and wrong not in said.out + said.err
        right = {**here.environment, "HTTPS_PROXY": here.proxy.url_with("ada", "right")}
        again = json.loads(command("collect", here.folder, "--probe", "api.machine_auth", "--json", env=right).out)
        assert not again["unreachable"]


def test_a_wrong_password_reaches_a_system_twice_in_a_whole_collection_and_not_at_all_in_the_next(
    tmp_path: Path,
) -> None:
    with office(tmp_path / "n") as here:
        wrong = {**here.environment, "USAGE_AGENT_PASSWORD": "wrong-password"}
        here = Office(here.folder, here.estate, here.proxy, wrong)
        result = here.collect("usage")
        answered = [row for row in Trace(here.folder / ".cxready" / "trace.sqlite").rows() if row["status"] == 401]
        refused = [row for row in answered if row["holder"] == "agent" and "without a credential" not in row["purpose"]]
        assert len(refused) <= 2, [row["purpose"] for row in refused]
        assert here.outcomes(result)[("api.machine_auth", "usage")].state is not State.MET
        before = here.estate.counts["usage"]
        here.collect("usage")
        assert here.estate.counts["usage"] == before


def test_a_ca_file_that_is_a_key_is_a_clear_stop_before_anything_is_sent(tmp_path: Path) -> None:
    with office(tmp_path / "n") as here:
        leaf = here.proxy.authority.issue_cert("nobody.example")
        (here.folder / "ca.pem").write_bytes(leaf.private_key_pem.bytes())
        for words in (["collect", here.folder], ["collect", here.folder, "--check"]):
            said = command(*words, env=here.environment)
            assert "the file holds a private key" in said.out + said.err and said.code in (2, 3), said
        assert not here.proxy.log and not (here.folder / "bundles").exists()
