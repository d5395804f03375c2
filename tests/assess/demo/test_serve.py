"""The estate as a program of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import requests


def test_serve_prints_addresses_that_answer_and_ends_on_a_signal():
    command = [sys.executable, "-m", "assess.demo.serve", "--flawless"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            text = ""
            while not text.endswith("\n}\n"):
                text += child.stdout.readline()
            said = json.loads(text)
            assert requests.get(said["urls"]["crm"] + "/customers", timeout=10).status_code == 401
            assert said["environment"]["BILLING_AGENT_CLIENT_SECRET"]
        finally:
            child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=10) == 0
