"""Secrets from files of a service manager."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.errors import BadInput
from runtime.piloting.handed_over import take_credentials


def test_files_named_like_variables_are_taken_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "BILLING_AGENT_TOKEN").write_text("from the file\n")
    (tmp_path / "CRM_AGENT_TOKEN").write_text("from the file")
    (tmp_path / "notes.txt").write_text("no secret")
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path), "CRM_AGENT_TOKEN": "from the environment"}
    assert take_credentials(environment) == ["BILLING_AGENT_TOKEN"]
    assert environment["BILLING_AGENT_TOKEN"] == "from the file"
    assert environment["CRM_AGENT_TOKEN"] == "from the environment"


def test_without_the_folder_nothing_is_taken(tmp_path: Path) -> None:
    assert take_credentials({}) == []
    assert take_credentials({"CREDENTIALS_DIRECTORY": str(tmp_path / "absent")}) == []


@pytest.mark.parametrize(("data", "says"), [(b"\xff\xfe", "no text"), (b"x" * 70_000, "larger")])
def test_what_is_no_secret_is_told_by_its_file_and_never_by_its_value(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "BILLING_AGENT_TOKEN").write_bytes(data)
    with pytest.raises(BadInput, match=says) as told:
        take_credentials({"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert told.value.where.endswith("BILLING_AGENT_TOKEN")
