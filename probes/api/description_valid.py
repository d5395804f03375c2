"""Is the description valid by its own standard?"""

from __future__ import annotations

from typing import Any

from probes.finding import Evidence, Outcome, met, not_met
from probes.gather.describe import Described as Surface
from probes.probe import BY_ROLE, Effort, Probe
from runtime.systems.surface import BRIDGE


class DescriptionValid(Probe):
    """The description is valid by its own standard, so that every tool reads the same from it.

    Why: tools read a broken document differently or drop parts of it silently; two of them then disagree about what a
    field means.
    How: OpenAPI documents are checked against the schemas and rules of their standard, WSDLs by a census of bindings, imports and types.
    References that lead outside the folder count as faults.
    Remedy: mend each place that the evidence names. Check the document in the build that publishes it.
    """

    dimension, level, kind, effort = BY_ROLE, 2, "D", Effort((0.5, 1, 4), "API owner")
    needs = (Surface,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        surface: Surface = artifacts[0]
        name = surface.subject.unit
        if surface.document is None or surface.document_format in ("none", "examples"):
            return not_met(
                f"{name} has no description that could be valid",
                cause="no description",
                grade="declared",
                consequence=_HARM,
            )
        faults = [
            *surface.invalid,
            *(
                f"{what} ({where})" if where else what
                for grade, what, where in surface.problems
                if grade == "blocker" and not where.startswith(BRIDGE)  # our client's matter: `soap_callable` says it
            ),
        ]
        if faults:
            shown = tuple(Evidence(says=fault, source=str(surface.document)) for fault in faults[:5])
            return not_met(
                f"The description of {name} breaks its standard in {len(faults)} place{'s' if len(faults) > 1 else ''}",
                *shown,
                cause="invalid",
                grade="declared",
                consequence=_HARM,
            )
        checked = surface.validator or ("the WSDL census" if surface.protocol == "soap" else "its reader")
        return met(
            f"The description of {name} is valid {_standard(surface)}",
            Evidence(says=f"{checked} found nothing against it", source=str(surface.document)),
            grade="declared",
        )


def _standard(surface: Surface) -> str:
    return surface.document_format.replace("openapi", "OpenAPI").replace("wsdl", "WSDL")


_HARM = (
    "The agent and the people who test it read two different interfaces; the difference shows in front of a customer."
)
