"""The steps of an agent step that look at the world: which tools there are, and what the model answers. Each is done once."""

from __future__ import annotations

from runtime.agent.tools import NoTool, Plain, Tool, tool_of_call, tool_of_rule
from runtime.cases.open_pilot import pilot, plain
from runtime.engine.durable import step
from runtime.errors import CxreadyError
from runtime.goals import AgentStep, CallStep
from runtime.understanding import agent_model

NO_MODEL = "no model"


def tools_of(case: str, named: str, workflow: str, agent: AgentStep, known: Plain) -> tuple[list[Tool], str]:
    """The tools, and why the step cannot be worked on (empty: it can)."""
    found = _tools(case, named, workflow, agent, known)
    return [Tool.of(tool) for tool in found["tools"]], found["missing"]


@step("tools")
def _tools(case: str, named: str, workflow: str, agent: AgentStep, known: Plain) -> Plain:
    """Recorded, for a description may change while a case waits."""
    own = pilot()
    goal, gate = own.estate.goals[workflow], own.allowed(workflow).gate
    found: list[Tool] = []
    missing = ""
    for tool in agent.agent.may:
        if not isinstance(tool, CallStep):
            found.append(tool_of_rule(agent, tool, known))
            continue
        try:
            if gate is None or tool.call not in gate.allow:
                raise NoTool(f"{tool.call} is not on the gate's list")
            system, _, name = tool.call.partition(".")
            operation = own.system(system).surface.operations.get(name)
            if operation is None:
                raise NoTool(f"{tool.call} stands in no description of {system}")
            made = tool_of_call(tool, operation, own.estate, goal)
            if made.name in (one.name for one in found):
                raise NoTool(
                    f"{tool.call} has the name of another tool once it is written as models' servers take names"
                )
            found.append(made)
        except (NoTool, CxreadyError) as error:
            missing = missing or str(error.what if isinstance(error, CxreadyError) else error)
    own.note(case, named, detail={"tools": [tool.does for tool in found], "reason": missing})
    return {"tools": [plain(tool.plain()) for tool in found], "missing": missing}


@step("model")
def ask_model(
    case: str, named: str, task: str, data: list[str], turns: list[Plain], tools: list[Plain], left: Plain
) -> Plain:
    """The model's next answer (understanding/agent_model.py), or why there is none. `left`: seconds and tokens."""
    own = pilot()
    if own.model is None:
        own.note(case, named, detail={"model": NO_MODEL})
        return {"calls": [], "text": "", "finish": "", "tokens": 0, "seconds": 0.0, "failed": NO_MODEL}
    said = agent_model.ask(own.model, task, data, turns, tools, seconds=left["seconds"], tokens=left["tokens"])
    called = [call["name"] for call in said["calls"]]
    detail = {"model": said["failed"] or "answered", "called": called, "tokens": said["tokens"]}
    own.note(case, named, detail=detail)
    found: Plain = plain(said)
    return found
