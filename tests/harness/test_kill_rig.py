"""The kill rig kills where it says, restarts, and refuses to pass when nothing was killed."""

from __future__ import annotations

import sqlite3
import textwrap
import time
from pathlib import Path

import pytest

from tests.harness.kill_rig import Killed, NotReached, TimedOut, run, run_and_kill, run_under_fire
from tests.harness.killable import Point

LEDGER = """
    import os, sqlite3, sys

    class Ledger:
        def __init__(self, path):
            self.connection = sqlite3.connect(path, isolation_level=None)
            self.connection.execute("create table if not exists entries (n integer primary key)")

        def add(self, n):
            self.connection.execute("insert or ignore into entries values (?)", (n,))

        @staticmethod
        def note(text):
            print(text)

    async def later():
        return 1

    def publish(path):
        with open(path + ".part", "w") as file:
            file.write("done")
        os.replace(path + ".part", path)
"""
PROGRAM = """
    import asyncio, sys
    from shop.ledger import Ledger, later, publish

    ledger = Ledger(sys.argv[1] + "/ledger.sqlite")
    for n in range(5):
        ledger.add(n)
    ledger.note("all added")
    asyncio.run(later())
    publish(sys.argv[1] + "/out.txt")
"""


@pytest.fixture
def program(tmp_path: Path) -> list[str]:
    package = tmp_path / "shop"
    package.mkdir()
    # The package hands the class on, as packages do: the point must hold for this importer as well.
    (package / "__init__.py").write_text("from shop.ledger import Ledger\n")
    (package / "ledger.py").write_text(textwrap.dedent(LEDGER))
    (tmp_path / "program.py").write_text(textwrap.dedent(PROGRAM))
    return [str(tmp_path / "program.py"), str(tmp_path)]


def entries(folder: Path) -> int:
    with sqlite3.connect(folder / "ledger.sqlite") as connection:
        count: int = connection.execute("select count(*) from entries").fetchone()[0]
        return count


@pytest.mark.parametrize(
    ("point", "left"),
    [
        ("shop.ledger.Ledger.add", 0),
        ("shop.ledger.Ledger.add:before:3", 2),
        ("shop.ledger.Ledger.add:after:3", 3),
        ("shop.ledger.Ledger.add:4", 3),
        ("shop.ledger.Ledger.note:before", 5),
        ("shop.ledger.later:after", 5),
    ],
)
def test_a_point_kills_before_or_after_the_nth_call(program: list[str], tmp_path: Path, point: str, left: int) -> None:
    killed = run_and_kill(program, point=point)

    assert killed.returncode == -9
    assert entries(tmp_path) == left
    assert not (tmp_path / "out.txt").exists()


def test_after_a_kill_the_program_starts_again_and_finishes(program: list[str], tmp_path: Path) -> None:
    run_and_kill(program, point="shop.ledger.Ledger.add:after:2")

    done = run(program)

    assert done.ok and entries(tmp_path) == 5
    assert (tmp_path / "out.txt").read_text() == "done"


def test_an_event_kills_between_the_temporary_name_and_the_rename(program: list[str], tmp_path: Path) -> None:
    run_and_kill(program, point="event:os.rename")

    assert (tmp_path / "out.txt.part").exists() and not (tmp_path / "out.txt").exists()


def test_a_module_is_run_as_python_would_run_it(program: list[str], tmp_path: Path) -> None:
    killed = run_and_kill(["-m", "program", str(tmp_path)], point="shop.ledger.publish", cwd=tmp_path)

    assert "all added" in killed.stdout
    assert run(["-m", "program", str(tmp_path)], cwd=tmp_path).ok


def test_a_point_that_is_never_reached_fails_the_test(program: list[str]) -> None:
    with pytest.raises(NotReached, match="add:before:99 was not reached"):
        run_and_kill(program, point="shop.ledger.Ledger.add:99")


def test_a_misspelt_point_says_that_it_does_not_exist(program: list[str]) -> None:
    with pytest.raises(NotReached, match="no such point"):
        run_and_kill(program, point="shop.ledger.Ledger.ad")


def test_the_exit_code_and_the_output_of_the_child_come_back() -> None:
    done = run(["-c", "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"])

    assert (done.returncode, done.stdout, done.stderr) == (3, "out\n", "err\n")


def test_a_child_that_hangs_is_ended_and_reported() -> None:
    with pytest.raises(TimedOut):
        run(["-c", "import time; time.sleep(30)"], timeout=0.5)


def test_a_grandchild_does_not_outlive_the_run(tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    grandchild = f"import time, pathlib; time.sleep(1); pathlib.Path({str(sign)!r}).touch()"
    child = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {grandchild!r}]); time.sleep(30)"
    run_and_kill(["-c", child], after_seconds=0.5)
    time.sleep(1.2)

    assert not sign.exists()


def test_random_kills_repeat_with_their_seed_and_the_last_life_finishes(capsys: pytest.CaptureFixture[str]) -> None:
    slow = ["-c", "import time; time.sleep(0.6)"]
    first = list(run_under_fire(slow, seed=7, kills=3, within=0.3))
    second = list(run_under_fire(slow, seed=7, kills=3, within=0.3))

    moments = [[life.at for life in lives if isinstance(life, Killed)] for lives in (first, second)]
    assert moments[0] == moments[1] and len(set(moments[0])) == 3
    assert len(first) == 4 and first[-1].ok
    assert "seed=7" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "a.b:sometimes", "a.b:0", "event:open:after"])
def test_a_point_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="NAME"):
        Point.parse(text)
