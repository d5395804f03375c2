"""`cxready pilot calibrate`: when to abstain, measured on labelled texts."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assess.cli.pilot_words import AS_JSON, FOLDER, say
from assess.engagement import Folder, load_folder

if TYPE_CHECKING:
    from runtime.understanding.calibration import Calibration


@click.command(epilog="Example:  cxready pilot calibrate northwind --held-out labelled.jsonl --write")
@FOLDER
@click.option(
    "--held-out",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help='Labelled texts that are no utterance: {"text": "…", "goal": "billing-dispute"} a line, goal null for none. Default: each utterance left out in turn.',
)
@click.option(
    "--right",
    default=0.95,
    show_default=True,
    type=click.FloatRange(0.5, 1.0),
    help="Share of answers that shall be right.",
)
@click.option("--write", is_flag=True, help="Put the thresholds into pilot.yaml.")
@AS_JSON
def calibrate(folder: Path, held_out: Path | None, right: float, write: bool, as_json: bool) -> None:
    """Choose when a message counts as understood, and say what that is worth: coverage, accuracy at it, strangers taken."""
    from runtime.piloting.pilot_file import set_thresholds

    found, n = _calibrated(load_folder(folder), held_out, right)
    at = found.thresholds
    if write:
        set_thresholds(folder, at.min_score, at.min_margin)
    worth = found.worth
    lines = [
        f"thresholds  score {at.min_score:.2f}, lead {at.min_margin:.2f}, chosen on {n} texts{' and written to pilot.yaml' if write else ''}",
        f"answered    {worth.coverage} of the texts that mean a goal",
        f"rightly     {worth.accuracy} of the answered ones",
        f"strangers   {worth.strangers} of the texts that mean no goal are taken for one",
        "Measured by five folds: no text was judged by thresholds that were chosen on it. Brackets: 95 % Wilson intervals.",
    ]
    say({"thresholds": asdict(at), "texts": n, **asdict(worth)}, as_json, lines)


def _calibrated(folder: Folder, file: Path | None, right: float) -> tuple[Calibration, int]:
    from assess.measuring import default_encoder
    from runtime.errors import BadInput
    from runtime.understanding.calibration import calibrated, held_out, left_out, strangers

    goals = {name: goal.utterances for name, goal in folder.estate.goals.items()}
    if not goals:
        raise BadInput("there is no goal yet", str(folder.path / "goals.yaml"), "write one: a goal is a workflow")
    encode = default_encoder()
    texts = held_out(_labelled(file, set(goals)), goals, encode) if file else left_out(goals, encode)
    texts += held_out([(text, None) for text in strangers()], goals, encode)
    return calibrated(texts, right), len(texts)


def _labelled(file: Path, goals: set[str]) -> list[tuple[str, str | None]]:
    from runtime.errors import BadInput, did_you_mean

    found: list[tuple[str, str | None]] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        where = f"{file}:{number}"
        try:
            said = json.loads(line)
            text, goal = str(said["text"]), said["goal"]
        except (ValueError, KeyError, TypeError):
            raise BadInput(
                "a labelled text is a JSON object with text and goal", where, '{"text": "…", "goal": null}'
            ) from None
        if goal is not None and goal not in goals:
            raise BadInput(
                f"`{goal}` is no goal{did_you_mean(str(goal), goals)}", where, "use a name from goals.yaml, or null"
            )
        found.append((text, goal))
    return found
