"""`collect --check`: the way, the certificate and each credential, whom to ask for what, and nothing measured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.systems.trace import Trace
from tests.harness.command import Said, command
from tests.harness.faults import Rule
from tests.harness.meddling import OWN_PAGE, SQUID
from tests.probes.gather.behind_proxy import Office, office


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path / "northwind") as running:
        yield running


def _check(here: Office, *more: object, **environment: str) -> Said:
    return command("collect", here.folder, "--check", *more, env={**here.environment, **environment})


def _system(said: Said, name: str) -> dict:  # type: ignore[type-arg]
    return next(s for s in json.loads(said.out)["systems"] if s["system"] == name)


def test_a_whole_way_is_one_line_a_credential_one_read_and_nothing_is_written(here: Office) -> None:
    said = _check(here)
    assert said.code == 0, said
    assert "6 of 6 systems can be measured" in said.out and "through the proxy 127.0.0.1" in said.out
    assert said.out.count("answered 200") == 18, "each holder of each system"
    assert {p.method for p in here.proxy.log if p.path != "/token"} <= {"GET", "POST"} and not any(
        here.estate.records.values()
    )
    rows = Trace(here.folder / ".cxready" / "trace.sqlite").rows()
    assert len(rows) == len(here.proxy.log) and all(row["run"].startswith("check-") for row in rows)
    assert not (here.folder / "bundles").exists()


def test_the_firewall_request_names_from_host_port_and_why(here: Office, tmp_path: Path) -> None:
    said = _check(here, "-o", tmp_path / "firewall.txt")
    text = (tmp_path / "firewall.txt").read_text(encoding="utf-8")
    assert f"{tmp_path / 'firewall.txt'}" in said.out and "Firewall request" not in said.out
    for words in (
        "From:    127.0.0.1 (",
        f"{here.proxy.url.removeprefix('http://')}",
        "billing.corp.example:443 *",
        "usage: SOAP calls",
        "sign in for billing, crm, identity, mail, ticketing (OAuth2 token)",
        "Contact: readiness@northwind.example",
        "X-Cxready-Run",
    ):
        assert words in text, words
    assert not [value for name, value in here.environment.items() if "SECRET" in name and value in text + said.out]


def test_what_blocks_the_way_is_named_with_the_next_step_and_ends_with_three(tmp_path: Path) -> None:
    rules = [Rule(SQUID, method="CONNECT", path="//usage"), Rule(OWN_PAGE, path="//mail")]
    with office(tmp_path / "n", rules=rules) as here:
        said = _check(here)
        assert said.code == 3 and "4 of 6 systems can be measured; not yet: usage, mail" in said.out, said
        assert "→ have CONNECT usage.corp.example:443 allowed" in said.out
        assert "answered 403 in the system's place" in said.out
        found = _system(_check(here, "--json"), "mail")
        assert not found["reached"] and found["blocked"] and all(s["state"] == "failed" for s in found["credentials"])


def test_a_refused_and_a_missing_credential_end_with_one_and_name_the_variable(here: Office) -> None:
    said = _check(here, "--system", "usage", USAGE_AGENT_PASSWORD="wrong", USAGE_AUDIT_PASSWORD="")
    assert said.code == 1, said
    assert "set USAGE_AUDIT_PASSWORD" in said.out and "the credential is refused" in said.out
    assert here.estate.counts["usage"] == 2, "the agent's and the enforcer's read"


def test_outside_its_window_a_system_is_not_even_connected_to(here: Office) -> None:
    file = here.folder / "engagement.yaml"
    head, mark, rest = file.read_text(encoding="utf-8").partition("\n  usage:\n")
    shut = '    windows: [{hours: "20:00-23:00", zone: UTC, starts: 2090-01-01}]\n'
    file.write_text(f"{head}{mark}{shut}{rest}", encoding="utf-8")
    said = _check(here, "--system", "usage")
    assert said.code == 1 and "not asked: requests are allowed only" in said.out
    assert not here.proxy.connects and not here.proxy.log


def test_it_goes_with_no_plan_and_o_needs_one_of_the_two(here: Office, tmp_path: Path) -> None:
    said = command("collect", here.folder, "-o", tmp_path / "x", env=here.environment)
    assert said.code == 2 and said.complains("--check")
    assert not here.proxy.log
