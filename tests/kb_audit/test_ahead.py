"""Work beside the caller's own: what it made comes back, what it raised is raised where it is waited for."""

from __future__ import annotations

import threading

import pytest

from kb_audit.ahead import Ahead


def test_the_caller_goes_on_while_it_works() -> None:
    go = threading.Event()
    ahead = Ahead(lambda: go.wait(10))
    go.set()  # never reached, were the work done before the constructor returned
    assert ahead.result() is True


def test_what_it_raises_is_raised_where_it_is_waited_for() -> None:
    def fails() -> None:
        raise ValueError("the model is not the checked one")

    with pytest.raises(ValueError, match="not the checked one"):
        Ahead(fails).result()
