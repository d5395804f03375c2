"""`assess --what-if KEY=VALUE`: judges with something supposed, on copies; nothing is written.

KEY is a question (`api.repeat_safe` or `api.repeat_safe(billing.createRefund)`) or finding (`F-04`) with the value met,
not_met or not_measured; or a place in a written file (`engagement.target_level`, `guardrails.actions.issue_credit.autonomy`,
`effects/billing.operations.createCredit.does`); or `answers.QUESTION(SUBJECT)` with yes, no or don't know.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assess.assessment import Assessment
from assess.attribution import moves
from assess.catalogue import catalogue
from assess.engagement import Folder, load_folder
from assess.judge import Verdict, judge
from assess.opening import Opened, facts_of
from probes.finding import State
from runtime.errors import BadInput, did_you_mean
from runtime.written import parse, read_text

FILES = ("engagement", "goals", "guardrails", "escalation", "answers", "report", "business_case")
STATES = {"met": State.MET, "not_met": State.NOT_MET, "not_measured": State.NOT_MEASURED}
_CELL = re.compile(r"(?P<probe>[a-z]+\.[a-z_]+)(?:\((?P<subject>[^)]*)\))?")


@dataclass
class Supposed:
    """What is supposed: states of questions by name, and values of written files by file."""

    states: dict[str, State] = field(default_factory=dict)
    values: list[tuple[str, tuple[str, ...], Any]] = field(default_factory=list)
    answers: list[tuple[str, str, str]] = field(default_factory=list)


def what_if(at: Opened, verdict: Verdict, said: Sequence[str]) -> tuple[Assessment, list[str]]:
    """The assessment under what is supposed, and what that moves, in words.

    Raises:
        BadInput: a key or value that is not known; or the files no longer fit together.
    """
    supposed = Supposed()
    for text in said:
        _read(text, supposed, verdict)
    with tempfile.TemporaryDirectory(prefix="cxready-what-if-") as place:
        folder = _rewritten(at.folder, supposed, Path(place)) if supposed.values or supposed.answers else at.folder
        then = judge(
            folder,
            at.bundle,
            facts_of(replace(at, folder=folder), None),
            catalogue(),
            verdict.register,
            suppose=supposed.states,
        )
    return then.assessment, [*moves(verdict.assessment, then.assessment), *_stays(verdict.assessment, then.assessment)]


def _stays(before: Assessment, after: Assessment) -> list[str]:
    """Gates that do not move although something that held them is gone: what holds them then."""
    return [
        f"{name} stays {gate.autonomy}, then held by {', '.join(gate.held_by) or 'nothing that was measured'}"
        for name, gate in after.gates.items()
        if name in before.gates
        and gate.autonomy == before.gates[name].autonomy
        and gate.held_by != before.gates[name].held_by
    ]


def _read(text: str, supposed: Supposed, verdict: Verdict) -> None:
    key, equals, value = text.partition("=")
    key, value = key.strip(), value.strip()
    if not equals or not key or not value:
        raise BadInput(f"{text!r} supposes nothing", "--what-if", "write KEY=VALUE, like F-04=met")
    head = key.split(".", 1)[0]
    if value in STATES and (names := _cells(key, verdict)):
        supposed.states.update(dict.fromkeys(names, STATES[value]))
    elif head == "answers" and (found := _CELL.fullmatch(key.removeprefix("answers."))):
        if value not in ("yes", "no", "don't know"):
            raise BadInput(f"{value!r} is no answer", f"--what-if {key}", "use yes, no or don't know")
        supposed.answers.append((found["probe"], found["subject"] or "*", value))
    elif head in FILES or head.startswith("effects/"):
        supposed.values.append((f"{head}.yaml", tuple(key.split(".")[1:]), _scalar(value)))
    else:
        known = [*(c.probe for c in verdict.assessment.cells), *(f.number for f in verdict.assessment.findings), *FILES]
        raise BadInput(
            f"`{key}` is no question, finding or written value{did_you_mean(key, known)}",
            "--what-if",
            "use F-04=met, api.repeat_safe(billing.createRefund)=met, guardrails.actions.NAME.autonomy=act or answers.QUESTION=yes",
        )


def _cells(key: str, verdict: Verdict) -> list[str]:
    """Names of the cells that a key means: a finding's, one question of one subject, or a question everywhere."""
    a = verdict.assessment
    finding = next((f.id for f in a.findings if f.number == key), None)
    names = [f"{c.probe}({c.subject})" for c in a.cells]
    return [finding] if finding else [n for n in names if key in (n, n.split("(", 1)[0])]


def _rewritten(folder: Folder, supposed: Supposed, home: Path) -> Folder:
    """A copy of the written files with the supposed values in them."""
    for name in folder.written_files():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder.path / name, home / name)
    for file, keys, value in supposed.values:
        tree = _tree(home / file)
        _set(tree, keys, value, file)
        _dump(tree, home / file)
    if supposed.answers:
        _answer(home / "answers.yaml", supposed.answers)
    try:
        return load_folder(home)
    except BadInput as error:
        places = [f"{name.removesuffix('.yaml')}.{'.'.join(path)}" for name, path, _ in supposed.values]
        raise BadInput(
            error.what, f"--what-if {', '.join(places) or 'answers'}", "suppose a value that the file could hold"
        ) from None


def _answer(path: Path, answers: Sequence[tuple[str, str, str]]) -> None:
    tree: dict[str, Any] = _tree(path) if path.is_file() else {"format": 1}
    given = [
        a for a in tree.get("answers", []) if (a["question"], a.get("subject", "*")) not in {x[:2] for x in answers}
    ]
    on = max((str(a["on"]) for a in given), default="2000-01-01")
    given += [{"question": q, "subject": s, "answer": a, "by": "what if", "on": on} for q, s, a in answers]
    _dump({**tree, "answers": given}, path)


def _tree(path: Path) -> Any:
    if not path.is_file():
        raise BadInput("there is no such file in the folder", path.name, "name a value of a file that is there")
    return parse(read_text(path), path)[0]


def _set(tree: Any, keys: Sequence[str], value: Any, file: str) -> None:
    """Sets a value; the way to it has to exist, its last key may be new."""
    at = tree
    for depth, key in enumerate(keys):
        last = depth == len(keys) - 1
        if isinstance(at, list) and key.isdigit() and int(key) < len(at):
            if last:
                at[int(key)] = value
            at = at[int(key)]
        elif isinstance(at, dict) and (last or key in at):
            if last:
                at[key] = value
            at = at[key]
        else:
            known = list(at) if isinstance(at, Mapping) else []
            place = f"--what-if {file.removesuffix('.yaml')}.{'.'.join(keys)}"
            raise BadInput(f"`{key}` is not there{did_you_mean(key, known)}", place, "write the path as in the file")


def _scalar(text: str) -> Any:
    """A value as YAML would read it; money keeps its quotes."""
    from io import StringIO

    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load(StringIO(text))


def _dump(tree: Any, path: Path) -> None:
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        yaml.dump(tree, file)
