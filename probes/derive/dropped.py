"""Each condition of each permit left out in turn: a claim must then fail, or the proof never needed the condition.

A proof that survives a dropped condition is either vacuous or the condition follows from the others; both are told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from probes.derive.proof_scene import Alike, Policy, Scene
from runtime.guardrails.certificate import DroppedConjunct


def dropped_conjuncts(scene: Scene) -> Iterator[DroppedConjunct]:
    """The table of one operation, a line a permit and condition; permits with the same conditions are asked about once."""
    from probes.derive.cedar_rules import conjuncts

    for group in scene.groups:
        bodies = conjuncts(group.policies[0])
        for n, body in enumerate(bodies):
            refuted, shown = _refuted_by(scene, group, n), shown_of(body)
            for name in group.names:
                yield DroppedConjunct(rule=name, conjunct=shown, refuted_by=refuted)


def _refuted_by(scene: Scene, group: Alike, n: int) -> str | None:
    """The first claim that fails without the n-th condition; the other permits are not at fault, they are proved."""
    import z3

    weaker, erring = group.rule.applies(n), group.rule.may_error(n)
    scene.solver.push()
    try:
        scene.solver.add(scene.bad(weaker, erring))
        found = scene.solver.check()
        if found != z3.sat:
            return None
        model = scene.solver.model()
        if erring is not None and z3.is_true(model.eval(erring, model_completion=True)):
            return "no_errors"
        return next(
            (
                wrong.name
                for wrong in scene.wrongs
                if wrong.formula is not None and z3.is_true(model.eval(wrong.formula, model_completion=True))
            ),
            None,
        )
    finally:
        scene.solver.pop()


def shown_of(body: Policy | Any) -> str:
    """An expression in Cedar's own words, near enough to be recognised."""
    if not isinstance(body, dict):
        return str(body)
    ((name, inner),) = body.items()
    if name == "Value":
        return json.dumps(inner)
    if name == "Var":
        return str(inner)
    if name == ".":
        return f"{shown_of(inner['left'])}.{inner['attr']}"
    if name == "!":
        return f"!{shown_of(inner['arg'])}"
    if isinstance(inner, dict) and set(inner) == {"left", "right"}:
        return f"({shown_of(inner['left'])} {name} {shown_of(inner['right'])})"
    return f"{name}(…)"
