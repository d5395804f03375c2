"""A product that nobody here wrote, as its example folder starts it, and what is told of it: connected as a user would,
measured as it is, with each defect injected, and after kills.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ruamel.yaml import YAML

from tests.examples.desk import ROOT
from tests.examples.injected import Case, Found, Walk, measured
from tests.harness.defects import Defect, HonoursKeys
from tests.harness.fault_proxy import FaultProxy
from tests.harness.kill_rig import NotReached, run, run_and_kill

COUNT = int(os.environ.get("CXREADY_SOAK_COUNT", "2"))
SEED = int(os.environ.get("CXREADY_SOAK_SEED", "20261123"))
MOST_REQUESTS = 100


@dataclass(frozen=True)
class Product:
    """A running product: where its folder lies, its address's variable, and what its own means say of its records."""

    name: str
    variable: str
    create: str
    environment: Mapping[str, str]
    records: Callable[[], Sequence[str]]
    remove: Callable[[str], None]
    standing: frozenset[str]
    prepare: Callable[[Path], None] = lambda folder: None

    def left_behind(self) -> list[str]:
        """Records that were not there from the start."""
        return sorted(set(self.records()) - self.standing)

    def sweep(self) -> None:
        for one in self.left_behind():
            self.remove(one)

    def engagement(self, folder: Path, *, by_key_alone: bool) -> Path:
        """The example's folder. `by_key_alone`: its effects promise a key, and nothing else makes a create repeatable."""
        left_out = shutil.ignore_patterns("*.py", "*.rb", "*.sh", "README.md", ".venv", "__*")
        shutil.copytree(ROOT / "examples" / self.name, folder, ignore=left_out)
        self.prepare(folder)
        if by_key_alone:
            effects, yaml = folder / "effects" / f"{self.name}.yaml", YAML()
            written = yaml.load(effects.read_text(encoding="utf-8"))
            written["operations"][self.create]["repeat"] = {"key": "Idempotency-Key"}
            with effects.open("w", encoding="utf-8") as out:
                yaml.dump(written, out)
        return folder


@contextmanager
def started(command: Sequence[str], log: Path) -> Iterator[dict[str, str]]:
    """The product's server, and what it told: its address and credentials by variable. `log`: where its errors go."""
    with log.open("w") as errors, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as server:
        assert server.stdout
        try:
            told = server.stdout.readline()
            assert told, log.read_text()[-2000:]
            yield json.loads(told)
        finally:
            server.terminate()


def walked(product: Product, folder: Path, defect: Defect, *, by_key_alone: bool = True) -> tuple[Walk, list[str]]:
    """One collection with a defect in front, and what it left, which is swept away for the next."""
    at = (product.name, product.variable)
    made = product.engagement(folder, by_key_alone=by_key_alone)
    walk = measured(product.environment, made, defect, product.left_behind, at)
    left = product.left_behind()
    product.sweep()
    assert walk.requests <= MOST_REQUESTS
    return walk, left


def named_and_nothing_else(product: Product, folder: Path, case: Case, lacks: frozenset[Found]) -> None:
    """The defect is named by the right question with the right cause, nothing that is not true is, nothing stays."""
    walk, left = walked(product, folder, case.defect())
    assert set(case.named_by) <= walk.found, walk
    assert walk.found - lacks <= {*case.named_by, *case.also}
    assert len(left) <= case.leaves and all(any(one in said for said in walk.left_behind) for one in left)


def kills_leave_nothing(product: Product, folder: Path, seconds: tuple[float, float]) -> None:
    """Collections killed at random moments: a second one ends the work, within one budget, and the product is as it was."""
    print(f"seed={SEED} count={COUNT}")
    moments, killed, place = random.Random(SEED), 0, urlsplit(product.environment[product.variable])
    with FaultProxy(f"{place.scheme}://{place.netloc}", defect=HonoursKeys()) as proxy:
        env = {**product.environment, product.variable: proxy.url + place.path}
        for number in range(COUNT):
            made = product.engagement(folder / str(number), by_key_alone=False)
            command = ["-c", "from assess.cli import main; main()", "collect", str(made), "--system", product.name]
            sent = len(proxy.log)
            try:
                run_and_kill(command, after_seconds=moments.uniform(*seconds), env=env, cwd=ROOT, timeout=300)
                killed += 1
            except NotReached:
                pass
            after = run(command, env=env, cwd=ROOT, timeout=400)
            assert after.returncode in (0, 3), after.stderr[-1500:]
            assert re.search(r"left behind: none", after.stdout), after.stdout[-1500:]
            assert product.left_behind() == [], "a record was left behind"
            assert len(proxy.log) - sent <= MOST_REQUESTS, "the budget holds for both lives together"
    assert killed, "nothing was killed: the moments lie behind the end of the run"
    print(f"counted {COUNT}, killed {killed} times")
