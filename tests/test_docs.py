"""Documents are checked against the code: the catalogue page, the schemas, the README's commands, every command's example."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from assess.catalogue import catalogue
from assess.catalogue_page import markdown, rows
from assess.cli import COMMANDS, cxready
from assess.schemas import NAMES, schema_of

ROOT = Path(__file__).resolve().parent.parent


def test_the_catalogue_page_is_what_the_probes_say() -> None:
    assert (ROOT / "docs" / "probes.md").read_text(encoding="utf-8") == markdown(catalogue()), "run `make docs`"


@pytest.mark.parametrize("name", NAMES)
def test_the_published_schema_is_the_model(name: str) -> None:
    assert json.loads((ROOT / "docs" / "schemas" / f"{name}.json").read_text(encoding="utf-8")) == schema_of(name), (
        "run `make docs`"
    )


def test_every_probe_has_a_whole_page() -> None:
    for row in rows(catalogue()):
        assert row["statement"].endswith("."), row["id"]
        assert row["why"] and row["how"] and row["remedy"], row["id"]
        assert row["effort"] == sorted(row["effort"]), row["id"]


def test_probe_ids_are_unique() -> None:
    ids = [row["id"] for row in rows(catalogue())]
    assert len(ids) == len(set(ids))


def leaves() -> list[list[str]]:
    found: list[list[str]] = []
    for name in COMMANDS:
        command = cxready.get_command(None, name)  # type: ignore[arg-type]
        inner = getattr(command, "commands", None)
        found += [[name, sub] for sub in inner] if inner else [[name]]
    return found


@pytest.mark.parametrize("words", leaves(), ids=" ".join)
def test_every_command_shows_an_example_and_offers_json(words: list[str]) -> None:
    shown = CliRunner().invoke(cxready, [*words, "--help"])
    assert shown.exit_code == 0, shown.output
    assert f"cxready {' '.join(words)}" in " ".join(shown.output.split()), "the help lacks an example"
    if words[0] not in {"demo"} and words[-1] != "serve":
        assert "--json" in shown.output


def test_every_command_that_the_readme_names_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^cxready ([a-z]+)", text, re.MULTILINE))
    assert named and named <= set(COMMANDS), named - set(COMMANDS)
