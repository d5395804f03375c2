"""Shadow beside people: what the agent would have done against what a person did with the same case.

A case tells it: `"people_did": [{"operation": "billing.createCredit", "arguments": {"amount": "12.40"}}]`; an empty list says
that people wrote nothing, or passed the case on. Arguments that people's record does not name are not compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

FIELD, STEP = "people_did", "beside people"
Agreement = Literal["same", "other figures", "other action", "only people acted", "only the agent would act"]


def compared(did: Sequence[Mapping[str, Any]], operation: str | None, arguments: Mapping[str, Any]) -> Agreement:
    """Both sides of one case.

    Args:
        did: what people did.
        operation: the agent's first write; None when it would hand the case over.
    """
    if operation is None:
        return "only people acted" if did else "same"
    if not did:
        return "only the agent would act"
    alike = [one for one in did if one.get("operation") == operation]
    if not alike:
        return "other action"
    return "same" if any(_same_figures(one.get("arguments") or {}, arguments) for one in alike) else "other figures"


def _same_figures(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    return all(name in ours and str(ours[name]) == str(value) for name, value in theirs.items())
