"""Layouts are costly: each sample is laid out once for all tests."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from assess.outputs import pdf


@cache
def _sample() -> ModuleType:
    spec = importlib.util.spec_from_file_location("report_sample", Path(__file__).with_name("sample.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _laid_out(name: str) -> Any:
    with pdf.complaints() as warnings:
        document, parts, fits = pdf.laid_out(getattr(_sample(), name)(), warnings)
    return document, parts, fits, tuple(warnings)


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    return _sample()


@pytest.fixture(scope="session")
def layout() -> Callable[[str], Any]:
    """Layout of a sample by its name: document, sections, fits, warnings."""
    return _laid_out
