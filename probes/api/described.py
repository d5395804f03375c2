"""Has the system a machine-readable description that covers what workflows call?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_met
from probes.gather.describe import Described as Surface
from probes.probe import BY_ROLE, Effort, Probe
from probes.wording import counted


class Described(Probe):
    """The system has a machine-readable description that holds every operation that workflows call.

    Why: an agent picks operations and fills their fields from the description. What is not described is guessed, and
    guesses reach customers.
    How: the OpenAPI document or WSDL named in engagement.yaml is read offline and compared with the calls of
    goals.yaml.
    Remedy: export an OpenAPI 3.1 document or a WSDL from the system. Add the operations that are missing. Put it under
    descriptions/ and name it in engagement.yaml.
    """

    dimension, level, kind, effort = BY_ROLE, 2, "D", Effort((1, 3, 10), "API owner")
    needs = (Surface,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        surface: Surface = artifacts[0]
        name = surface.subject.unit
        if surface.document is None:
            return not_met(
                f"{name} has no machine-readable description",
                cause="no description",
                grade="declared",
                consequence=_HARM,
            )
        if surface.document_format == "examples":
            return not_met(
                f"{name} has examples of {counted(len(surface.operations), 'operation')} and no description",
                _evidence(surface),
                cause="examples only",
                grade="declared",
                consequence=_HARM,
            )
        if surface.called_but_undeclared:
            lacking = ", ".join(surface.called_but_undeclared)
            return not_met(
                f"The description of {name} leaves out what workflows call: {lacking}",
                _evidence(surface),
                cause="operations missing",
                grade="declared",
                consequence=_HARM,
            )
        if not surface.operations:
            return not_met(
                f"The description of {name} holds no operation",
                _evidence(surface),
                cause="no operations",
                grade="declared",
                consequence=_HARM,
            )
        return met(
            f"{name} is described: {counted(len(surface.operations), 'operation')}",
            _evidence(surface),
            grade="declared",
        )


_HARM = "The agent fills fields by guessing. A customer gets an answer about the wrong record, or none."


def _evidence(surface: Surface) -> Evidence:
    return Evidence(
        says=f"{surface.document}: {surface.document_format}, {counted(len(surface.operations), 'operation')}, {surface.title} {surface.api_version}".strip(),
        source=str(surface.document),
    )
