import importlib.util
import sys
from pathlib import Path

import pytest


def _module(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


loopback, token_service = _module("loopback"), _module("token_service")


@pytest.fixture
def server():
    running = loopback.Loopback()
    yield running
    running.close()
