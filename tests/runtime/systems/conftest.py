import importlib.util
import sys
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("loopback", Path(__file__).parent / "loopback.py")
loopback = importlib.util.module_from_spec(_spec)
sys.modules["loopback"] = loopback
_spec.loader.exec_module(loopback)


@pytest.fixture
def server():
    running = loopback.Loopback()
    yield running
    running.close()
