"""Who is asked: the scope, fixed by what users wrote, never by what was handed in."""

from __future__ import annotations

from probes.probe import Scope, SystemScope, WorkflowScope
from runtime.estate import Estate


def scope_of(estate: Estate) -> Scope:
    """Every system, workflow, action and route of an engagement, with what touches what."""
    workflows = {name: _workflow(estate, name) for name in estate.goals}
    called = [operation for scope in workflows.values() for operation in scope.operations]
    return Scope(
        systems={name: _system(estate, name, called) for name in estate.systems},
        workflows=workflows,
        actions={name: tuple(action.operations) for name, action in estate.guardrails.actions.items()},
        routes=_routes(estate, workflows),
        agent=estate.agent,
        enforcement=estate.enforcement,
    )


def _workflow(estate: Estate, name: str) -> WorkflowScope:
    goal = estate.goals[name]
    operations = tuple(goal.operations())
    writes = tuple(estate.writes_of(name))
    actions = dict.fromkeys(filter(None, (estate.guardrails.action_of(write) for write in writes)))
    route = estate.escalation.route_of(name, goal.category)
    return WorkflowScope(
        category=goal.category,
        operations=operations,
        writes=writes,
        systems=tuple(dict.fromkeys(operation.split(".", 1)[0] for operation in operations)),
        actions=tuple(actions),
        routes=(route or name,),
    )


def _system(estate: Estate, name: str, called: list[str]) -> SystemScope:
    own = dict.fromkeys(operation for operation in called if operation.startswith(f"{name}."))
    settings = estate.systems[name]
    return SystemScope(
        role=settings.role,
        protocol=settings.protocol,
        operations=tuple(operation.split(".", 1)[1] for operation in own),
        writes=tuple(operation.split(".", 1)[1] for operation in own if estate.is_write(operation)),
    )


def _routes(estate: Estate, workflows: dict[str, WorkflowScope]) -> dict[str, tuple[str, ...]]:
    """Written routes, and one named after each workflow that has none: its absence must be asked about too."""
    routes: dict[str, tuple[str, ...]] = dict.fromkeys(estate.escalation.routes, ())
    for workflow, scope in workflows.items():
        for route in scope.routes:
            routes[route] = (*routes.get(route, ()), workflow)
    return routes
