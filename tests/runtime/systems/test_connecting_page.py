"""Every block of docs/connecting.md is a credential as the engagement reads it."""

import re
from pathlib import Path

import pytest
import yaml

from runtime.systems.settings import Credential, SystemSettings

PAGE = Path(__file__).parents[3] / "docs" / "connecting.md"
BLOCKS = [
    one for text in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL) for one in yaml.safe_load_all(text)
]


@pytest.mark.parametrize(
    "block", BLOCKS, ids=lambda block: f"{block['agent']['scheme']} {block['agent'].get('grant', '')}".strip()
)
def test_an_example_is_read_as_it_stands(block):
    protocol = "soap" if block["agent"]["scheme"] == "ws_security" else "rest"
    given = {
        "role": "billing",
        "protocol": protocol,
        "environments": {"staging": {"url": "https://a.example"}},
        "credentials": block,
    }
    assert isinstance(SystemSettings.model_validate(given).credentials["agent"], Credential)


def test_every_scheme_and_grant_has_an_example():
    fields = Credential.model_fields
    shown = {block["agent"]["scheme"] for block in BLOCKS}
    grants = {
        block["agent"].get("grant", "client_credentials") for block in BLOCKS if block["agent"]["scheme"] == "oauth2"
    }
    assert shown == set(fields["scheme"].annotation.__args__) and grants == set(fields["grant"].annotation.__args__)
