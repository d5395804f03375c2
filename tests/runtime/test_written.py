"""Files that people write: every complaint names file and line and says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.errors import BadInput
from runtime.goals import GoalsFile
from runtime.guardrails.policy import GuardrailsFile
from runtime.systems.settings import SystemSettings
from runtime.written import loads

FILE = Path("guardrails.yaml")


def complaint(text: str, model: type = GuardrailsFile) -> str:
    with pytest.raises(BadInput) as caught:
        loads(text, model, FILE)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("format: 1\nactons: {}\n", "guardrails.yaml:2: `actons` is not known here; did you mean `actions`?"),
        ("format: 1\nowner: a\nowner: b\n", "guardrails.yaml:3: the same key stands twice"),
        (
            "format: 1\nactions:\n  a: {operations: [x.y], limits: {each: 50.0}}\n",
            'must be quoted: money is text, like "50.00"',
        ),
        ("format: 1\nactions:\n  a: {operations: [xy]}\n", "write system.operation"),
        ("format: 2\n", "format 2 is newer than this version reads"),
        ("owner: a\n", "does not say `format: 1`"),
        ("format: 1\n\towner: x\n", "not YAML"),
        ("- a\n", "the file holds no keys"),
        ("", "the file holds no keys"),
    ],
)
def test_a_wrong_file_is_named_with_its_line(text: str, says: str) -> None:
    assert says in complaint(text)


def test_a_step_of_no_kind_is_named() -> None:
    text = "format: 1\na:\n  category: x\n  utterances: [hi]\n  steps:\n    - {cal: crm.get}\n"
    assert "guardrails.yaml:6" in complaint(text, GoalsFile)
    assert "a step starts with call, rule, when, ask or agent" in complaint(text, GoalsFile)


def test_a_secret_in_plain_text_is_refused() -> None:
    with pytest.raises(ValueError, match="only by reference"):
        SystemSettings.model_validate(
            {
                "role": "crm",
                "environments": {"staging": {"url": "https://x"}},
                "credentials": {"agent": {"scheme": "bearer", "token": "s3cret"}},
            }
        )


def test_yaml_1_2_keeps_no_and_on_as_text() -> None:
    written = loads("format: 1\nowner: no\n", GuardrailsFile, FILE)
    assert written.value.owner == "no"
