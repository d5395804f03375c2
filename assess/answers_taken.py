"""A filled questionnaire taken into answers.yaml: what people wrote there by hand, comments too, stays."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

from assess.asked import Answer, AnswersFile
from assess.engagement import Folder
from assess.questionnaire import read_questionnaire
from runtime.whole_file import write_text


def take_answers(path: Path, folder: Folder, today: date) -> list[str]:
    """Reads a workbook back into answers.yaml (its comments stay); says what changed and what is open."""
    found = read_questionnaire(path, folder, today)
    if found.changed:
        _write(folder, found.answers)
    said = [
        f"taken: {path}: {len(found.answers)} answers, {len(found.changed)} of them new or changed, {len(found.open)} open"
    ]
    return [*said, *(f"  {line}" for line in found.changed), *(f"  open: {line}" for line in found.open)]


def _write(folder: Folder, answers: tuple[Answer, ...]) -> None:
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    place = folder.path / "answers.yaml"
    yaml = YAML(typ="rt")
    yaml.width = 4_000
    yaml.preserve_quotes = True
    loaded: Any = yaml.load(place.read_text(encoding="utf-8")) if place.is_file() else {"format": 1}
    kept: Any = loaded.get("answers")
    if not kept:
        loaded["answers"] = kept = CommentedSeq()
    for one in answers:
        plain = CommentedMap({k: v for k, v in one.model_dump().items() if v != ""})
        plain.fa.set_flow_style()  # one line an answer, as people write it
        at = next(
            (
                i
                for i, e in enumerate(kept)
                if e.get("question") == one.question and e.get("subject", "*") == one.subject
            ),
            None,
        )
        if at is None:
            kept.append(plain)
        elif AnswersFile.model_validate({"answers": [dict(kept[at])]}).answers[0] != one:
            kept[at].clear()
            kept[at].update(plain)
    stream = io.StringIO()
    yaml.dump(loaded, stream)
    write_text(place, stream.getvalue())
