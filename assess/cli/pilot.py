"""`cxready pilot`: one workflow at a time, in shadow first."""

from __future__ import annotations

import click

from assess.cli import (
    pilot_answer,
    pilot_calibrate,
    pilot_cases,
    pilot_control,
    pilot_log,
    pilot_memory,
    pilot_people,
    pilot_try,
    pilot_worker,
)


@click.group()
def pilot() -> None:
    """Run workflows that passed their gate: shadow, then approve, then act."""


for command in (
    pilot_cases.init,
    pilot_calibrate.calibrate,
    pilot_cases.plan,
    pilot_cases.run,
    pilot_cases.approve,
    pilot_answer.answer,
    pilot_cases.serve,
    pilot_cases.token,
    pilot_try.try_,
    pilot_worker.work,
    pilot_control.status,
    pilot_people.deliver,
    pilot_people.give_back,
    pilot_people.metrics,
    pilot_people.review,
    pilot_memory.memory,
    pilot_memory.kept,
    pilot_log.log,
    pilot_log.verify,
    pilot_log.replay,
    pilot_log.export,
    pilot_control.limit,
    pilot_control.stop,
    pilot_control.promote,
    pilot_control.demote,
    pilot_control.forget,
):
    pilot.add_command(command)
