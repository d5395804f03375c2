"""Watching: a system that lets the agent in no longer is found at the next look, with the workflows that it stops."""

from __future__ import annotations

import shutil
from pathlib import Path

from assess.demo.estate import start
from assess.demo.folder import write_folder
from assess.engagement import load_folder
from assess.watching import look_again


def test_a_system_that_changed_its_sign_in_is_found_with_the_gates_it_closes(northwind, tmp_path: Path) -> None:
    folder = tmp_path / "northwind"
    shutil.copytree(northwind.folder, folder)
    with start() as estate:
        write_folder(folder, estate)
        secrets = {**estate.environment(), "BILLING_AGENT_CLIENT_SECRET": "rotated-by-the-vendor"}
        seen = look_again(load_folder(folder), secrets=secrets)

    assert seen.comparison is not None
    moved = {gate.workflow: (gate.was, gate.now) for gate in seen.moved}
    assert moved["billing-dispute"] == ("act", "blocked"), seen.lines()
    assert "device-return" not in moved, "it does not touch billing"
    said = "\n".join(seen.lines())
    assert "billing" in said and "because" in said


def test_the_first_look_has_nothing_to_compare_with(northwind) -> None:
    from assess.watching import Watched

    assert "first look" in Watched(northwind.result, None).lines()[0]
    assert Watched(northwind.result, None).moved == []
