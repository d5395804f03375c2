"""The twelve defects that a proxy injects in front of a sound system, what must name each, and the walk that measures it.

A defect is whatever the proxy shows; the probes know nothing of it. What a system lacks by itself is measured first,
without a defect, and is no finding about the proxy.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ruamel.yaml import YAML

from tests.examples.desk import EXAMPLE, cxready
from tests.harness.defects import (
    Behind,
    Defect,
    Drops,
    HonoursKeys,
    IgnoresIfMatch,
    IgnoresKeys,
    Pages,
    PaginationSkips,
    SchemaDrift,
    SlowTail,
    SunsetPassed,
    login,
    throttled_page,
    wall,
)
from tests.harness.fault_proxy import FaultProxy

ESTATE_ONLY = ("estate.py", "rt_server.py", "wiki_server.py", "rt_content.pl", "install.sh", "README.md")
Found = tuple[str, str]  # question, cause


@dataclass(frozen=True)
class Case:
    """A defect, the findings of which one must name it, and those that are as true of it. `leaves`: nothing can be
    deleted through it.
    """

    name: str
    defect: Callable[[], Defect]
    named_by: tuple[Found, ...]
    also: tuple[Found, ...] = ()
    leaves: bool = False


@dataclass(frozen=True)
class Walk:
    """What one collection found: (question, cause) of every finding, requests sent, what it says it left behind."""

    found: frozenset[Found]
    requests: int
    left_behind: tuple[str, ...]
    not_measured: Mapping[str, str] = field(default_factory=dict)


def _later_read(request: Any) -> bool:
    """Some way into the run, now and then, as a wall comes up."""
    return bool(request.method == "GET" and request.n > 12 and request.n % 3 == 0)


CASES = (
    Case("pagination skips", PaginationSkips, (("pagination_complete", "records skipped"),)),
    Case("ignored idempotency key", IgnoresKeys, (("repeat_safe", "key ignored"),)),
    Case(
        "schema drift",
        lambda: SchemaDrift(r"/ticket/\d+$", "Subject", "id"),
        (("description_true", "differs from description"),),
    ),
    Case("ignored If-Match", IgnoresIfMatch, (("no_lost_updates", "accepted"),)),
    Case("dropped update", lambda: Drops("PUT", 200), (("writes_stick", "dropped"),)),
    Case(
        "undeleted DELETE", lambda: Drops("DELETE", 204, b""), (("deletes_stick", "undo without effect"),), leaves=True
    ),
    Case(
        "429 as a page, without Retry-After",
        lambda: Pages(throttled_page(), lambda r: r.n in range(20, 24)),
        (("throttling_recoverable", "no Retry-After"),),
    ),
    Case("AWS-style challenge", lambda: Pages(wall("aws"), _later_read), (("session_survives", "bot wall"),)),
    Case(
        "Cloudflare-style challenge",
        lambda: Pages(wall("cloudflare"), _later_read),
        (("session_survives", "bot wall"),),
    ),
    Case("passed Sunset", SunsetPassed, (("deprecation_clear", "deprecated"),)),
    Case(
        "session dies into a 200 login page",
        lambda: Pages(login(), _later_read),
        (("session_survives", "soft logout"),),
    ),
    Case("latency tail", SlowTail, (("latency", "slow"),)),
)


def measured(
    environment: Mapping[str, str],
    folder: Path,
    defect: Defect,
    clean: Callable[[], Sequence[str]],
    at: tuple[str, str] = ("rt", "RT_URL"),
) -> Walk:
    """Collects one system through a proxy with one defect, and assesses. `clean` lists what is left there; what the
    defect kept from being taken back is taken back by a second collection without it.

    Args:
        folder: an engagement.
        at: the system's name, and the variable that holds its address.
    """
    system, variable = at
    sound, place = HonoursKeys(), urlsplit(environment[variable])
    with FaultProxy(f"{place.scheme}://{place.netloc}", defect=Behind(defect, sound)) as proxy:
        env = {**environment, variable: proxy.url + place.path}
        collected = cxready(env, "collect", str(folder), "--system", system)
        assert collected.returncode in (0, 3) and "Traceback" not in collected.stderr, collected.stderr[-1500:]
        assessed = cxready(env, "assess", str(folder), "--json")
        assert assessed.returncode == 0, collected.stderr[-1500:] + assessed.stderr[-1500:]
        requests = sum(one.path.startswith(place.path) for one in proxy.log)
        if clean():
            proxy.defect = sound
            again = cxready(env, "collect", str(folder), "--system", system, "--probe", "api.tls")
            assert again.returncode == 0, again.stderr[-1500:]
    told = json.loads(assessed.stdout)
    ours = [f for f in told["findings"] if f["subject"]["unit"] == system]
    unknown = (c for c in told["cells"] if c["subject"]["unit"] == system and c["state"] == "not_measured")
    return Walk(
        frozenset((f["probe"].partition(".")[2], f["cause"]) for f in ours),
        requests,
        tuple(told["left_behind"]),
        {c["probe"]: c["title"] for c in unknown},
    )


def engagement(folder: Path, *, by_key_alone: bool = True) -> Path:
    """The example. `by_key_alone`: its effects promise an idempotency key, and nothing else makes a create repeatable."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(*ESTATE_ONLY, "__pycache__"))
    if not by_key_alone:
        return folder
    effects, yaml = folder / "effects" / "rt.yaml", YAML()
    written = yaml.load(effects.read_text(encoding="utf-8"))
    written["operations"]["createTicket"]["repeat"] = {"key": "Idempotency-Key"}
    with effects.open("w", encoding="utf-8") as out:
        yaml.dump(written, out)
    return folder
