"""The share of cases that a pilot in this folder handed to people, by workflow: measured instead of assumed."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from pathlib import Path

from runtime.errors import Unreachable
from runtime.metrics import Share, wilson
from runtime.storage import database

FEWEST = 20
TO_PEOPLE = ("handed_off", "waiting", "unknown", "refused")
SHADOW = ("observed", "blocked", "asked")  # no case was ended: they say nothing about handoffs


def pilot_rate(folder: Path, workflows: Collection[str]) -> Share | None:
    """Of the cases of these workflows that the pilot ended, those that a person got; None with fewer than twenty.

    Args:
        folder: the engagement's; its pilot's state, a file or the database that CXREADY_DATABASE names, is only read.
    """
    if not workflows:
        return None
    marks, skipped = ", ".join("?" * len(workflows)), ", ".join("?" * len(SHADOW))
    query = f"SELECT outcome FROM timeline WHERE workflow IN ({marks}) AND outcome NOT IN ({skipped})"  # noqa: S608
    try:
        with database.looking(database.place_of(folder / ".cxready")) as connection:
            if connection is None or "timeline" not in database.tables(connection):
                return None
            outcomes = [row[0] for row in connection.execute(query, (*workflows, *SHADOW))]
    except (sqlite3.Error, Unreachable):
        return None  # another version's file, or one that is being made
    if len(outcomes) < FEWEST:
        return None
    return wilson(sum(outcome in TO_PEOPLE for outcome in outcomes), len(outcomes))
