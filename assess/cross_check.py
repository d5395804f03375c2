"""Names that one file of an engagement uses and another owns: the first that leads nowhere is refused, with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.errors import BadInput, did_you_mean
from runtime.goals import Goal
from runtime.guardrails.fit import misfits
from runtime.systems.surface_reader import described

if TYPE_CHECKING:
    from assess.engagement import Folder


def cross_check(folder: Folder) -> None:
    """Raises BadInput for the first name that its owner does not hold."""
    systems = folder.engagement.value.systems
    for goal_name, goal in folder.goals.value.goals.items():
        _check_calls(folder, goal_name, goal)
    for name in folder.engagement.value.workflows:
        if folder.goals.value.goals and name not in folder.goals.value.goals:
            place = folder.engagement.place("workflows", name)
            raise BadInput(
                f"`{name}` is no goal of goals.yaml{did_you_mean(name, folder.goals.value.goals)}",
                place,
                "a workflow is a goal: use its name",
            )
    for action_name, action in folder.guardrails.value.actions.items():
        for operation in action.operations:
            system = operation.split(".", 1)[0]
            if system not in systems:
                place = folder.guardrails.place("actions", action_name, "operations")
                raise BadInput(
                    f"`{system}` is no system of the engagement{did_you_mean(system, systems)}",
                    place,
                    "write system.operation",
                )
    _check_limits(folder)
    _check_system_values(folder)
    for name in folder.business_case.value.workflows:
        if name not in folder.goals.value.goals:
            raise BadInput(
                f"`{name}` is no goal of goals.yaml{did_you_mean(name, folder.goals.value.goals)}",
                folder.business_case.place("workflows", name),
                "a workflow is a goal: use its name",
            )
    routes = folder.escalation.value
    for route_name, route in routes.routes.items():
        for destination in filter(None, (route.destination, route.deputy)):
            if destination not in routes.destinations:
                place = folder.escalation.place("routes", route_name)
                raise BadInput(
                    f"`{destination}` is no destination of this file{did_you_mean(destination, routes.destinations)}",
                    place,
                    "name one under `destinations`",
                )


def _check_system_values(folder: Folder) -> None:
    systems = folder.engagement.value.systems
    for number, value in enumerate(folder.engagement.value.knowledge.system_values):
        if value.system not in systems:
            raise BadInput(
                f"`{value.system}` is no system of the engagement{did_you_mean(value.system, systems)}",
                folder.engagement.place("knowledge", "system_values", number, "read"),
                "write system.operation",
            )


def _check_limits(folder: Folder) -> None:
    """Operations, amounts and facts of the guardrails: the first that has no one meaning."""
    found = misfits(
        folder.guardrails,
        {name: written.value for name, written in folder.effects.items()},
        lambda system: described(system, folder.engagement.value.systems[system], folder.path),
        currency=folder.engagement.value.currency,
        workflows=len(folder.goals.value.goals),
    )
    for wrong in found:
        raise wrong


def _check_calls(folder: Folder, name: str, goal: Goal) -> None:
    for call in goal.calls():
        if call.system not in folder.engagement.value.systems:
            place = folder.goals.place(name, "steps")
            near = did_you_mean(call.system, folder.engagement.value.systems)
            raise BadInput(
                f"`{call.call}` calls a system that the engagement does not name{near}", place, "write system.operation"
            )
