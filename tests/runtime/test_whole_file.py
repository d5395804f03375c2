"""A file appears whole or not at all, and nothing is left beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.errors import BadInput
from runtime.whole_file import write_bytes, write_text, write_with


def test_a_text_has_line_feeds_whatever_the_platform(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "é\nb\n")
    assert (tmp_path / "a.txt").read_bytes() == "é\nb\n".encode()
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_writer_that_fails_halfway_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a.txt", b"old")

    def half(path: Path) -> None:
        path.write_bytes(b"ne")
        raise ValueError("out of words")

    with pytest.raises(ValueError, match="out of words"):
        write_with(tmp_path / "a.txt", half)
    assert (tmp_path / "a.txt").read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_place_that_cannot_be_written_is_said_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written") as refused:
        write_bytes(tmp_path / "no" / "a.txt", b"x")
    assert str(tmp_path / "no" / "a.txt") in str(refused.value)


def test_a_name_that_a_folder_has_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(BadInput):
        write_bytes(tmp_path / "a", b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
