"""Do the operations that an agent gets leave room for the case itself?"""

from __future__ import annotations

from typing import Any

from probes.api.documented import undescribed
from probes.finding import Evidence, Outcome, met, not_applicable, not_met
from probes.gather.describe import Described as Surface
from probes.probe import BY_ROLE, Effort, Probe
from probes.wording import counted

TOKENS = 4_000


class ToolBudget(Probe):
    """The definitions of the operations that workflows call take at most 4,000 tokens.

    Why: every definition is read with every step. Long ones cost money and time, and models choose worse among them.
    How: name, words, parameters and body of each operation on the allow-lists, as the description has them, at four
    characters a token; the whole description beside it.
    Remedy: give the agent only the operations that its workflow calls. Offer slim operations with the few fields that
    are needed. Move long explanations out of the schema.
    """

    dimension, level, kind, effort = BY_ROLE, 4, "D", Effort((0.5, 2, 6), "API owner")
    needs = (Surface,)

    def judge(self, *artifacts: Any, **more: Any) -> Outcome:
        surface: Surface = artifacts[0]
        name = surface.subject.unit
        called = [op for op in surface.operations if op.called]
        if missing := undescribed(surface, "to count"):
            return missing
        if not called:
            return not_applicable(f"{name} is called by no workflow", cause="not called", grade="declared")
        tokens, whole = sum(op.tokens for op in called), sum(op.tokens for op in surface.operations)
        shown = (
            Evidence(
                says=(
                    f"{counted(len(called), 'operation')} on allow-lists: about {tokens:,} tokens; all "
                    f"{counted(len(surface.operations), 'operation')} of the description: about {whole:,}"
                ),
                source=str(surface.document),
            ),
            Evidence(
                says="largest: " + ", ".join(f"{op.id} {op.tokens:,}" for op in sorted(called, key=_size)[:3]),
            ),
        )
        if tokens > TOKENS:
            return not_met(
                f"The definitions of {name} that an agent reads at every step take {tokens:,} tokens",
                *shown,
                cause="too long",
                grade="declared",
                consequence="Each case costs more and takes longer, and the wrong operation is chosen more often.",
            )
        return met(f"What an agent must know of {name} fits into {tokens:,} tokens", *shown, grade="declared")


def _size(operation: Any) -> int:
    return -int(operation.tokens)
